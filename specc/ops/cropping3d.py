"""Cropping3D: a volume without its edges."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import attribute, optional
from specc.ops._base import Attributes, OpDef, Operands
from specc.ops._borders import Amounts, Borders, cropped
from specc.ops._geometry import CHANNELS_LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Cropping3DAttributes(Attributes):
    cropping: Amounts = attribute(
        Borders(3),
        ((1, 1), (1, 1), (1, 1)),
        "Cut from each edge: one number, [depth, height, width] or a pair for each of them.",
        positional=True,
    )
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


def infer(attributes: Cropping3DAttributes, operands: Operands) -> TensorType:
    """`[depth, height, width, channels]` gives smaller depth, height and width."""
    return cropped("Cropping3D", attributes.cropping, attributes, operands[0])


OP = OpDef(
    name="Cropping3D",
    doc="Depth, height and width without their edges.",
    attributes=Cropping3DAttributes,
    infer=infer,
)
