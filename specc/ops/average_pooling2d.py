"""AveragePooling2D: the mean of each window."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops._base import OpDef, Operands
from specc.ops._dtypes import kept, need_floats
from specc.ops._pool import PoolAttributes as AveragePooling2DAttributes
from specc.ops._pool import pooled_shape


def infer(attributes: AveragePooling2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height', width', channels]`."""
    shape = pooled_shape("AveragePooling2D", attributes, operands)
    need_floats("AveragePooling2D", operands[0])
    return TensorType(shape, kept(attributes, operands[0]))


OP = OpDef(
    name="AveragePooling2D",
    doc="The mean of each window, channel by channel; elements beyond the edge do not count.",
    attributes=AveragePooling2DAttributes,
    infer=infer,
)
