"""ELU: negative elements approach a limit exponentially."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Float, attribute
from specc.ops._base import Attributes, OpDef, Operands, guess_same
from specc.ops._dtypes import kept, need_floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ELUAttributes(Attributes):
    alpha: float = attribute(Float(), 1.0, "Negative elements approach its negative.")


def infer(attributes: ELUAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    need_floats("ELU", operands[0])
    return TensorType(operands[0].shape, kept(attributes, operands[0]))


OP = OpDef(
    name="ELU",
    doc="Negative elements become `alpha * (exp(x) - 1)`.",
    attributes=ELUAttributes,
    infer=infer,
    guess=guess_same,
)
