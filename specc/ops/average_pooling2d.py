"""AveragePooling2D: the mean of each window."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


def infer(attributes: _pool.PoolAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height', width', channels]`."""
    return _pool.mean("AveragePooling2D", attributes, operands)


OP = OpDef(
    name="AveragePooling2D",
    doc="The mean of each window, channel by channel; elements beyond the edge do not count.",
    attributes=_pool.PoolAttributes,
    infer=infer,
)
