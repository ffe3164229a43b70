"""AdaptiveMaxPooling3D: a volume divided into a given number of parts, and the largest element of each."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveMaxPooling3DAttributes(_pool.AdaptivePoolAttributes):
    output_size: tuple[int, ...] = _pool.pieces(3)


def infer(attributes: AdaptiveMaxPooling3DAttributes, operands: Operands) -> TensorType:
    """`[depth, height, width, channels]` gives `[*output_size, channels]`."""
    return _pool.adaptive_largest("AdaptiveMaxPooling3D", attributes, operands)


OP = OpDef(
    name="AdaptiveMaxPooling3D",
    doc="The largest element of each of `output_size` parts, channel by channel; parts may overlap by one.",
    attributes=AdaptiveMaxPooling3DAttributes,
    infer=infer,
    checks=_pool.volume_checks,
)
