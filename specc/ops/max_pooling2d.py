"""MaxPooling2D: the largest element of each window."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPooling2DAttributes(_pool.PoolAttributes):
    pool_size: tuple[int, ...] = _pool.window(2, 2, 2)


def infer(attributes: MaxPooling2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height', width', channels]`."""
    return _pool.largest("MaxPooling2D", attributes, operands)


OP = OpDef(
    name="MaxPooling2D",
    doc="The largest element of each window, channel by channel.",
    attributes=MaxPooling2DAttributes,
    infer=infer,
)
