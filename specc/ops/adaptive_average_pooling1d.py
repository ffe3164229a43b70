"""AdaptiveAveragePooling1D: a sequence divided into a given number of parts, and the mean of each."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveAveragePooling1DAttributes(_pool.AdaptivePoolAttributes):
    output_size: tuple[int, ...] = _pool.pieces(1)


def infer(attributes: AdaptiveAveragePooling1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[*output_size, channels]`."""
    return _pool.adaptive_mean("AdaptiveAveragePooling1D", attributes, operands)


OP = OpDef(
    name="AdaptiveAveragePooling1D",
    doc="The mean of each of `output_size` parts, channel by channel; parts may overlap by one.",
    attributes=AdaptiveAveragePooling1DAttributes,
    infer=infer,
)
