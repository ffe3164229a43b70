"""Rescaling: every element times a number plus a number."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.sizes import may_equal
from specc.ir.types import TensorType
from specc.ops._attributes import Float, ListOf, OneOf, attribute
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, compute_dtype, guess_same

FACTOR = OneOf(Float(), ListOf(Float(), 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class RescalingAttributes(Attributes):
    scale: float | tuple[float, ...] = attribute(FACTOR, doc="The factor, or one for each channel.", positional=True)
    offset: float | tuple[float, ...] = attribute(FACTOR, 0.0, "What is added, or that of each channel.")


def infer(attributes: RescalingAttributes, operands: Operands) -> TensorType:
    """Keeps the shape; integers become floats."""
    operand = operands[0]
    for name, value in (("scale", attributes.scale), ("offset", attributes.offset)):
        count = len(value) if isinstance(value, tuple) else 1
        if isinstance(value, tuple) and (operand.rank == 0 or not (count == 1 or may_equal(count, operand.shape[-1]))):
            raise Mismatch(
                f"Rescaling has {count} numbers in `{name}`, which do not fit the last axis of {operand}",
                0,
                help="give one number, or one for each element of the last axis",
                attribute=name,
            )
    return TensorType(operand.shape, compute_dtype(attributes))


OP = OpDef(
    name="Rescaling",
    doc="Every element times `scale` plus `offset`.",
    attributes=RescalingAttributes,
    infer=infer,
    guess=guess_same,
)
