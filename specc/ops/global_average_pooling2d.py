"""GlobalAveragePooling2D: the mean of each channel."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


def infer(attributes: _pool.GlobalPoolAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[channels]`, or `[1, 1, channels]` with `keepdims`."""
    return _pool.global_mean("GlobalAveragePooling2D", 2, attributes, operands)


OP = OpDef(
    name="GlobalAveragePooling2D",
    doc="The mean of each channel over height and width.",
    attributes=_pool.GlobalPoolAttributes,
    infer=infer,
)
