"""UnitNormalization: the features of each position scaled to length 1."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import attribute
from specc.ops._axes import AXES, axis_indexes
from specc.ops._base import Attributes, OpDef, Operands, compute_dtype, guess_same
from specc.ops._dtypes import need_floats


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitNormalizationAttributes(Attributes):
    axis: int | tuple[int, ...] = attribute(
        AXES, -1, "The axis, or a list of axes, along which the length is measured, the batch counted."
    )


def infer(attributes: UnitNormalizationAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    axis_indexes("UnitNormalization", attributes.axis, operands[0])
    need_floats("UnitNormalization", operands[0])
    return TensorType(operands[0].shape, compute_dtype(attributes))


OP = OpDef(
    name="UnitNormalization",
    doc="The features of each position divided by the root of the sum of their squares.",
    attributes=UnitNormalizationAttributes,
    infer=infer,
    guess=guess_same,
)
