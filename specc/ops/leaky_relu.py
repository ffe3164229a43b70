"""LeakyReLU: negative elements keep a small slope."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Float, attribute
from specc.ops._base import Attributes, OpDef, Operands, guess_same
from specc.ops._dtypes import fractions, need_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakyReLUAttributes(Attributes):
    negative_slope: float = attribute(Float(0), 0.3, "Slope of negative elements.")


def infer(attributes: LeakyReLUAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    need_numbers("LeakyReLU", operands[0])
    return TensorType(operands[0].shape, fractions(attributes, operands[0]))


OP = OpDef(
    name="LeakyReLU",
    doc="Negative elements are multiplied by a small slope.",
    attributes=LeakyReLUAttributes,
    infer=infer,
    guess=guess_same,
)
