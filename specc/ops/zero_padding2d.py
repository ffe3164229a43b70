"""ZeroPadding2D: zeros around an image."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import attribute, optional
from specc.ops._base import Attributes, OpDef, Operands
from specc.ops._borders import Amounts, Borders, padded
from specc.ops._geometry import CHANNELS_LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroPadding2DAttributes(Attributes):
    padding: Amounts = attribute(
        Borders(2),
        ((1, 1), (1, 1)),
        "Zeros at each edge: one number, [height, width] or [[top, bottom], [left, right]].",
        positional=True,
    )
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


def infer(attributes: ZeroPadding2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[top + height + bottom, left + width + right, channels]`."""
    return padded("ZeroPadding2D", attributes.padding, attributes, operands[0])


OP = OpDef(
    name="ZeroPadding2D",
    doc="Zeros added at the edges of height and width.",
    attributes=ZeroPadding2DAttributes,
    infer=infer,
)
