"""Softmax: elements along one or several axes become positive and sum to 1."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import attribute
from specc.ops._axes import AXES, axis_indexes
from specc.ops._base import Attributes, OpDef, Operands, guess_same
from specc.ops._dtypes import kept, need_floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftmaxAttributes(Attributes):
    axis: int | tuple[int, ...] = attribute(
        AXES,
        -1,
        "The axis, or a list of axes, the batch counted: 1 is the first, -1 the last.",
    )


def infer(attributes: SoftmaxAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    operand = operands[0]
    axis_indexes("Softmax", attributes.axis, operand)
    need_floats("Softmax", operand)
    return TensorType(operand.shape, kept(attributes, operand))


OP = OpDef(
    name="Softmax",
    doc="Elements along an axis become positive and sum to 1.",
    attributes=SoftmaxAttributes,
    infer=infer,
    guess=guess_same,
)
