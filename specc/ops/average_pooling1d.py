"""AveragePooling1D: the mean of each window of a sequence."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragePooling1DAttributes(_pool.PoolAttributes):
    pool_size: tuple[int, ...] = _pool.window(1)
    strides: tuple[int, ...] | None = _pool.steps(1)


def infer(attributes: AveragePooling1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[steps', channels]`."""
    return _pool.mean("AveragePooling1D", attributes, operands)


OP = OpDef(
    name="AveragePooling1D",
    doc="The mean of each window, channel by channel; elements beyond the edge do not count.",
    attributes=AveragePooling1DAttributes,
    infer=infer,
)
