"""MaxPooling1D: the largest element of each window of a sequence."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPooling1DAttributes(_pool.PoolAttributes):
    pool_size: tuple[int, ...] = _pool.window(1, 2)
    strides: tuple[int, ...] | None = _pool.steps(1)


def infer(attributes: MaxPooling1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[steps', channels]`."""
    return _pool.largest("MaxPooling1D", attributes, operands)


OP = OpDef(
    name="MaxPooling1D",
    doc="The largest element of each window, channel by channel.",
    attributes=MaxPooling1DAttributes,
    infer=infer,
)
