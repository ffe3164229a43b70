"""Activation: a named activation applied to every element."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import attribute
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, guess_same
from specc.ops._dtypes import fractions, kept, need_floats, need_numbers
from specc.ops._keras_objects import ACTIVATION

ALONG_LAST = ("softmax", "log_softmax", "sparsemax")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationAttributes(Attributes):
    activation: str = attribute(ACTIVATION, doc="The activation.", positional=True)


def infer(attributes: ActivationAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    operand, name = operands[0], attributes.activation
    if name in ALONG_LAST and operand.rank == 0:
        raise Mismatch(
            f"`{name}` works along the last axis, found {operand}", 0, help="give the operand an axis: shape [1]"
        )
    return TensorType(operand.shape, activated_dtype(attributes, operand))


def activated_dtype(attributes: ActivationAttributes, operand: TensorType) -> str:
    """Few activations take integers; of those, fewer keep them."""
    name = attributes.activation
    if name == "linear":
        return kept(attributes, operand)
    if name in ("relu", "relu6"):
        need_numbers(f"`{name}`", operand)
        return kept(attributes, operand)
    if name in ("tanh", "exponential"):
        return fractions(attributes, operand)
    if name == "leaky_relu":
        need_numbers(f"`{name}`", operand)
        return fractions(attributes, operand)
    need_floats(f"`{name}`", operand)
    return kept(attributes, operand)


OP = OpDef(
    name="Activation",
    doc="A named activation applied to every element.",
    attributes=ActivationAttributes,
    infer=infer,
    guess=guess_same,
)
