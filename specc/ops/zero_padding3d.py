"""ZeroPadding3D: zeros around a volume."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import attribute, optional
from specc.ops._base import Attributes, OpDef, Operands
from specc.ops._borders import Amounts, Borders, padded
from specc.ops._geometry import CHANNELS_LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroPadding3DAttributes(Attributes):
    padding: Amounts = attribute(
        Borders(3),
        ((1, 1), (1, 1), (1, 1)),
        "Zeros at each edge: one number, [depth, height, width] or a pair for each of them.",
        positional=True,
    )
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


def infer(attributes: ZeroPadding3DAttributes, operands: Operands) -> TensorType:
    """`[depth, height, width, channels]` gives larger depth, height and width."""
    return padded("ZeroPadding3D", attributes.padding, attributes, operands[0])


OP = OpDef(
    name="ZeroPadding3D",
    doc="Zeros added at the edges of depth, height and width.",
    attributes=ZeroPadding3DAttributes,
    infer=infer,
)
