"""Softmax: elements along one or several axes become positive and sum to 1."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import ListOf, OneOf, attribute
from specc.ops._axes import Axis, axis_index
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, guess_same
from specc.ops._dtypes import kept, need_floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftmaxAttributes(Attributes):
    axis: int | tuple[int, ...] = attribute(
        OneOf(Axis(), ListOf(Axis(), 1)),
        -1,
        "The axis, or a list of axes, the batch counted: 1 is the first, -1 the last.",
    )


def infer(attributes: SoftmaxAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    operand, axis = operands[0], attributes.axis
    places = [axis_index("Softmax", one, operand) for one in (axis if isinstance(axis, tuple) else (axis,))]
    if len(set(places)) < len(places):
        raise Mismatch(f"`axis` names an axis of {operand} twice", 0, help="name each axis once", attribute="axis")
    need_floats("Softmax", operand)
    return TensorType(operand.shape, kept(attributes, operand))


OP = OpDef(
    name="Softmax",
    doc="Elements along an axis become positive and sum to 1.",
    attributes=SoftmaxAttributes,
    infer=infer,
    guess=guess_same,
)
