"""ReLU: negative elements become 0, or keep a slope; large ones may be cut off."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Float, attribute, optional
from specc.ops._base import Attributes, OpDef, Operands, guess_same
from specc.ops._dtypes import fractions, kept, need_floats, need_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ReLUAttributes(Attributes):
    max_value: float | None = attribute(optional(Float(0)), None, "Elements above it become it; null for no limit.")
    negative_slope: float = attribute(Float(0), 0.0, "Slope of elements below the threshold.")
    threshold: float = attribute(Float(0), 0.0, "Elements below it are taken for negative.")


def infer(attributes: ReLUAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    operand = operands[0]
    need_numbers("ReLU", operand)
    if attributes.negative_slope == 0:
        return TensorType(operand.shape, kept(attributes, operand))
    if attributes.max_value is not None or attributes.threshold != 0:
        need_floats("ReLU with a slope and a limit", operand)
    return TensorType(operand.shape, fractions(attributes, operand))


OP = OpDef(
    name="ReLU",
    doc="Negative elements become 0, or keep a slope; large ones may be cut off.",
    attributes=ReLUAttributes,
    infer=infer,
    guess=guess_same,
)
