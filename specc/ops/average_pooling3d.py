"""AveragePooling3D: the mean of each window of a volume."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragePooling3DAttributes(_pool.PoolAttributes):
    pool_size: tuple[int, ...] = _pool.window(3)
    strides: tuple[int, ...] | None = _pool.steps(3)


def infer(attributes: AveragePooling3DAttributes, operands: Operands) -> TensorType:
    """`[depth, height, width, channels]` gives `[depth', height', width', channels]`."""
    return _pool.mean("AveragePooling3D", attributes, operands)


OP = OpDef(
    name="AveragePooling3D",
    doc="The mean of each window, channel by channel; elements beyond the edge do not count.",
    attributes=AveragePooling3DAttributes,
    infer=infer,
    checks=_pool.volume_checks,
)
