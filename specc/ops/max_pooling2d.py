"""MaxPooling2D: the largest element of each window."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import PerAxis, attribute
from specc.ops._base import OpDef, Operands
from specc.ops._dtypes import kept, need_numbers
from specc.ops._pool import PoolAttributes, pooled_shape


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPooling2DAttributes(PoolAttributes):
    pool_size: tuple[int, ...] = attribute(PerAxis(2), (2, 2), "Height and width of the window.", positional=True)


def infer(attributes: MaxPooling2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height', width', channels]`."""
    shape = pooled_shape("MaxPooling2D", attributes, operands)
    need_numbers("MaxPooling2D", operands[0], but=("uint32", "uint64"))
    return TensorType(shape, kept(attributes, operands[0]))


OP = OpDef(
    name="MaxPooling2D",
    doc="The largest element of each window, channel by channel.",
    attributes=MaxPooling2DAttributes,
    infer=infer,
)
