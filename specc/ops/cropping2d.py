"""Cropping2D: an image without its edges."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import attribute, optional
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, need_rank
from specc.ops._borders import Amounts, Borders
from specc.ops._dtypes import kept
from specc.ops._geometry import CHANNELS_LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Cropping2DAttributes(Attributes):
    cropping: Amounts = attribute(
        Borders(),
        ((0, 0), (0, 0)),
        "Cut from each edge: one number, [height, width] or [[top, bottom], [left, right]].",
        positional=True,
    )
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


def infer(attributes: Cropping2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height - top - bottom, width - left - right, channels]`."""
    operand = operands[0]
    need_rank(operand, 3, "Cropping2D", "[height, width, channels]")
    height, width, channels = operand.shape
    for side, size, amounts in zip(("height", "width"), (height, width), attributes.cropping, strict=True):
        if sum(amounts) >= size:
            raise Mismatch(
                f"Cropping2D cuts {amounts[0]} + {amounts[1]} from the {side} of {operand}, "
                f"which leaves nothing of {size}",
                0,
                help=f"cut less than {size} in all",
                attribute="cropping",
            )
    rows, columns = attributes.cropping
    return TensorType((height - sum(rows), width - sum(columns), channels), kept(attributes, operand))


OP = OpDef(
    name="Cropping2D",
    doc="Height and width without their edges.",
    attributes=Cropping2DAttributes,
    infer=infer,
)
