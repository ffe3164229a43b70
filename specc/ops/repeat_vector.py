"""RepeatVector: a vector repeated as the steps of a sequence."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Int, attribute
from specc.ops._base import Attributes, OpDef, Operands, need_rank
from specc.ops._dtypes import kept


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatVectorAttributes(Attributes):
    n: int = attribute(Int(1), doc="How often the vector is repeated.", positional=True)


def infer(attributes: RepeatVectorAttributes, operands: Operands) -> TensorType:
    """`[features]` gives `[n, features]`."""
    operand = operands[0]
    need_rank(operand, 1, "RepeatVector", "[features]")
    return TensorType((attributes.n, *operand.shape), kept(attributes, operand))


OP = OpDef(
    name="RepeatVector",
    doc="A vector repeated as the steps of a sequence.",
    attributes=RepeatVectorAttributes,
    infer=infer,
)
