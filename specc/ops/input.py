"""Input: a value that comes from outside the model."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import DTYPES, TensorType
from specc.ops._attributes import Enum, Int, ListOf, attribute
from specc.ops._base import Arity, OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class InputAttributes:
    """An input is no layer: nothing to train, and its dtype is that of the data."""

    shape: tuple[int, ...] = attribute(ListOf(Int(1)), doc="The shape without the batch axis.", positional=True)
    dtype: str = attribute(Enum(*DTYPES), "float32", "The dtype of the data.")


def infer(attributes: InputAttributes, operands: Operands) -> TensorType:
    """Gives `shape`."""
    return TensorType(attributes.shape, attributes.dtype)


def guess(attributes: InputAttributes, operands: object) -> TensorType:
    return infer(attributes, ())


OP = OpDef(
    name="Input",
    doc="A value that comes from outside the model.",
    attributes=InputAttributes,
    infer=infer,
    arity=Arity(0, 0),
    guess=guess,
    module="keras",
)
