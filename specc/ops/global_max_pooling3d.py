"""GlobalMaxPooling3D: the largest element of each channel of a volume."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _pool
from specc.ops._base import OpDef, Operands


def infer(attributes: _pool.GlobalPoolAttributes, operands: Operands) -> TensorType:
    """`[depth, height, width, channels]` gives `[channels]`, or `[1, 1, 1, channels]` with `keepdims`."""
    return _pool.global_largest("GlobalMaxPooling3D", 3, attributes, operands)


OP = OpDef(
    name="GlobalMaxPooling3D",
    doc="The largest element of each channel over depth, height and width.",
    attributes=_pool.GlobalPoolAttributes,
    infer=infer,
)
