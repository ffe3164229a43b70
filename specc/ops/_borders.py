"""Amounts at the edges of each spatial axis: `1`, `[1, 2]` by axis, or `[[top, bottom], [left, right]]`."""

from __future__ import annotations

from typing import TypeAlias

from specc.ir.types import TensorType
from specc.ops._attributes import BadValue, Int, Kind, ListOf, OneOf, PerAxis, Schema, decode_items
from specc.ops._base import Attributes, Mismatch, need_rank
from specc.ops._dtypes import kept
from specc.ops._geometry import SPATIAL, layout
from specc.source import Node, Sequence

Pair: TypeAlias = tuple[int, int]
Amounts: TypeAlias = tuple[Pair, ...]

_SIDE = OneOf(Int(0), ListOf(Int(0), 2, 2))
_EDGES = {"height": "[top, bottom]", "width": "[left, right]", "depth": "[front, back]"}


class Borders(Kind):
    """The amounts at both edges of two or three axes."""

    def __init__(self, axes: int) -> None:
        self.axes = axes

    @property
    def forms(self) -> tuple[str, str]:
        """The two ways to write it as a list."""
        names = SPATIAL[self.axes]
        return f"[{', '.join(names)}]", f"[{', '.join(_EDGES[name] for name in names)}]"

    @property
    def expects(self) -> str:
        return f"an integer of at least 0, {self.forms[0]} or {self.forms[1]}"

    def decode(self, node: Node) -> Amounts:
        if not isinstance(node, Sequence):
            try:
                size = Int(0).decode(node)
            except BadValue as error:
                raise (self.wrong(node) if error.code == "wrong-type" else error) from None
            return ((size, size),) * self.axes
        sides = decode_items(self, PerAxis(2, 0), node, self.axes, self.axes)
        return tuple((side[0], side[1]) for side in sides)

    def schema(self) -> Schema:
        return {"anyOf": [Int(0).schema(), ListOf(_SIDE, self.axes, self.axes).schema()]}


def padded(op: str, amounts: Amounts, attributes: Attributes, operand: TensorType) -> TensorType:
    """The operand with so much added at its edges."""
    need_rank(operand, len(amounts) + 1, op, layout(len(amounts)))
    *spatial, channels = operand.shape
    sizes = (size + sum(pair) for size, pair in zip(spatial, amounts, strict=True))
    return TensorType((*sizes, channels), kept(attributes, operand))


def cropped(op: str, amounts: Amounts, attributes: Attributes, operand: TensorType) -> TensorType:
    """The operand with so much cut from its edges."""
    need_rank(operand, len(amounts) + 1, op, layout(len(amounts)))
    *spatial, channels = operand.shape
    for name, size, pair in zip(SPATIAL[len(amounts)], spatial, amounts, strict=True):
        if sum(pair) >= size:
            raise Mismatch(
                f"{op} cuts {pair[0]} + {pair[1]} from the {name} of {operand}, which leaves nothing of {size}",
                0,
                help=f"cut less than {size} in all",
                attribute="cropping",
            )
    sizes = (size - sum(pair) for size, pair in zip(spatial, amounts, strict=True))
    return TensorType((*sizes, channels), kept(attributes, operand))
