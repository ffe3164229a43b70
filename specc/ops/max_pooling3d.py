"""MaxPooling3D: the largest element of each window of a volume."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPooling3DAttributes(_pool.PoolAttributes):
    pool_size: tuple[int, ...] = _pool.window(3, 2, 2, 2)
    strides: tuple[int, ...] | None = _pool.steps(3)


def infer(attributes: MaxPooling3DAttributes, operands: Operands) -> TensorType:
    """`[depth, height, width, channels]` gives `[depth', height', width', channels]`."""
    return _pool.largest("MaxPooling3D", attributes, operands)


OP = OpDef(
    name="MaxPooling3D",
    doc="The largest element of each window, channel by channel.",
    attributes=MaxPooling3DAttributes,
    infer=infer,
    checks=_pool.volume_checks,
)
