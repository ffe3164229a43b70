"""Input: a value that comes from outside the model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from specc.ir.sizes import UNNAMED, Symbol
from specc.ir.types import DTYPE_WORDS, DTYPES, TensorType
from specc.ops._attributes import BadValue, Enum, Int, ListOf, Schema, attribute, check_rank
from specc.ops._base import Arity, OpDef, Operands
from specc.source import Node, Scalar, Sequence

_NO_SIZE = ("None", "-1", "?", "batch", "batch_size", "N")
_NAME = "[A-Za-z_][A-Za-z0-9_]*"


@dataclass(frozen=True)
class Size(Int):
    """A number of elements, a name for one that only the data will tell, or null for one without a name."""

    @property
    def expects(self) -> str:
        return f"{super().expects}, or a name or null for a size that the data give"

    def decode(self, node: Node) -> int:
        if isinstance(node, Scalar) and node.value is None and node.text:
            return Symbol(UNNAMED)
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.text not in _NO_SIZE:
            if re.fullmatch(_NAME, node.text):
                return Symbol(node.text)
            raise self.wrong(node)
        return (
            Int(self.least).decode(node)
            if isinstance(node, Scalar) and type(node.value) is int
            else super().decode(node)
        )

    def schema(self) -> Schema:
        return {"anyOf": [super().schema(), {"type": "string", "pattern": f"^{_NAME}$"}, {"type": "null"}]}


class Shape(ListOf):
    """The sizes of an input's axes, the batch axis left out."""

    def decode(self, node: Node) -> tuple[int, ...]:
        if isinstance(node, Sequence):
            check_rank(node)
        try:
            return super().decode(node)
        except BadValue as error:
            items = node.items if isinstance(node, Sequence) else ()
            places = {item.span: place for place, item in enumerate(items)}
            for one in error.all:
                item = items[places[one.span]] if one.span in places else node
                if not isinstance(item, Scalar) or item.text not in _NO_SIZE:
                    continue
                one.help, one.kind = "write a number, or null where the data give the size", None
                if places.get(one.span) == 0 and len(items) > 1:
                    rest = ", ".join(other.text for other in items[1:] if isinstance(other, Scalar))
                    one.help = f"leave the batch axis out: write `[{rest}]`"
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class InputAttributes:
    """An input is no layer: nothing to train, and its dtype is that of the data."""

    shape: tuple[int, ...] = attribute(
        Shape(Size(1)),
        doc="The shape without the batch axis; a size that the data give is a name, or null.",
        positional=True,
    )
    dtype: str = attribute(Enum(*DTYPES, words=DTYPE_WORDS), "float32", "The dtype of the data.")


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
