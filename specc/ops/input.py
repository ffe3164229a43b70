"""Input: a value that comes from outside the model."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import DTYPES, TensorType
from specc.ops._attributes import BadValue, Enum, Int, ListOf, attribute
from specc.ops._base import Arity, OpDef, Operands
from specc.source import Node, Scalar, Sequence

_NO_SIZE = ("None", "null", "~", "", "-1", "?", "batch", "batch_size")


class Shape(ListOf):
    """The sizes of an input's axes, the batch axis left out."""

    def decode(self, node: Node) -> tuple[int, ...]:
        try:
            return super().decode(node)
        except BadValue as error:
            items = node.items if isinstance(node, Sequence) else ()
            for place, item in enumerate(items):
                if item.span == error.span and isinstance(item, Scalar) and item.text in _NO_SIZE:
                    rest = ", ".join(one.text for one in items[1:] if isinstance(one, Scalar))
                    error.help = "sizes are fixed when the model is built: write a number"
                    if place == 0 and len(items) > 1:
                        error.help = f"leave the batch axis out: write `[{rest}]`"
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class InputAttributes:
    """An input is no layer: nothing to train, and its dtype is that of the data."""

    shape: tuple[int, ...] = attribute(Shape(Int(1)), doc="The shape without the batch axis.", positional=True)
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
