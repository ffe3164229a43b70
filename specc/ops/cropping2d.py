"""Cropping2D: an image without its edges."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import attribute, optional
from specc.ops._base import Attributes, OpDef, Operands
from specc.ops._borders import Amounts, Borders, cropped
from specc.ops._geometry import CHANNELS_LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Cropping2DAttributes(Attributes):
    cropping: Amounts = attribute(
        Borders(2),
        ((0, 0), (0, 0)),
        "Cut from each edge: one number, [height, width] or [[top, bottom], [left, right]].",
        positional=True,
    )
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


def infer(attributes: Cropping2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height - top - bottom, width - left - right, channels]`."""
    return cropped("Cropping2D", attributes.cropping, attributes, operands[0])


OP = OpDef(
    name="Cropping2D",
    doc="Height and width without their edges.",
    attributes=Cropping2DAttributes,
    infer=infer,
)
