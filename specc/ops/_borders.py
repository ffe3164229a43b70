"""Amounts at the four edges of an image: `1`, `[1, 2]` for height and width, or `[[top, bottom], [left, right]]`."""

from __future__ import annotations

from typing import TypeAlias

from specc.ops._attributes import BadValue, Int, Kind, ListOf, OneOf, PerAxis, Schema
from specc.source import Node, Sequence

Pair: TypeAlias = tuple[int, int]
Amounts: TypeAlias = tuple[Pair, Pair]

_SIDE = OneOf(Int(0), ListOf(Int(0), 2, 2))


class Borders(Kind):
    @property
    def expects(self) -> str:
        return "an integer of at least 0, [height, width] or [[top, bottom], [left, right]]"

    def decode(self, node: Node) -> Amounts:
        if not isinstance(node, Sequence):
            try:
                size = Int(0).decode(node)
            except BadValue as error:
                raise (self.wrong(node) if error.code == "wrong-type" else error) from None
            return ((size, size), (size, size))
        if len(node.items) != 2:
            raise BadValue(node.span, f"expected {self.expects}, found a list of {len(node.items)}", code="bad-value")
        rows, columns = (PerAxis(2, 0).decode(item) for item in node.items)
        return ((rows[0], rows[1]), (columns[0], columns[1]))

    def schema(self) -> Schema:
        return {"anyOf": [Int(0).schema(), ListOf(_SIDE, 2, 2).schema()]}
