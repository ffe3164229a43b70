"""AdaptiveMaxPooling2D: an image divided into a given number of parts, and the largest element of each."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


def infer(attributes: _pool.AdaptivePoolAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[*output_size, channels]`."""
    return _pool.adaptive_largest("AdaptiveMaxPooling2D", attributes, operands)


OP = OpDef(
    name="AdaptiveMaxPooling2D",
    doc="The largest element of each of `output_size` parts, channel by channel; parts may overlap by one.",
    attributes=_pool.AdaptivePoolAttributes,
    infer=infer,
)
