"""GlobalAveragePooling1D: the mean of each channel of a sequence."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


def infer(attributes: _pool.GlobalPoolAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[channels]`, or `[1, channels]` with `keepdims`."""
    return _pool.global_mean("GlobalAveragePooling1D", 1, attributes, operands)


OP = OpDef(
    name="GlobalAveragePooling1D",
    doc="The mean of each channel over all steps.",
    attributes=_pool.GlobalPoolAttributes,
    infer=infer,
)
