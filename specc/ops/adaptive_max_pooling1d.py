"""AdaptiveMaxPooling1D: a sequence divided into a given number of parts, and the largest element of each."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveMaxPooling1DAttributes(_pool.AdaptivePoolAttributes):
    output_size: tuple[int, ...] = _pool.pieces(1)


def infer(attributes: AdaptiveMaxPooling1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[*output_size, channels]`."""
    return _pool.adaptive_largest("AdaptiveMaxPooling1D", attributes, operands)


OP = OpDef(
    name="AdaptiveMaxPooling1D",
    doc="The largest element of each of `output_size` parts, channel by channel; parts may overlap by one.",
    attributes=AdaptiveMaxPooling1DAttributes,
    infer=infer,
)
