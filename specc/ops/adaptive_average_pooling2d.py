"""AdaptiveAveragePooling2D: an image divided into a given number of parts, and the mean of each."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


def infer(attributes: _pool.AdaptivePoolAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[*output_size, channels]`."""
    return _pool.adaptive_mean("AdaptiveAveragePooling2D", attributes, operands)


OP = OpDef(
    name="AdaptiveAveragePooling2D",
    doc="The mean of each of `output_size` parts, channel by channel; parts may overlap by one.",
    attributes=_pool.AdaptivePoolAttributes,
    infer=infer,
)
