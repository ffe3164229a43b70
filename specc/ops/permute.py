"""Permute: the axes in another order."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Int, Kind, ListOf, Mistakes, Schema, attribute
from specc.ops._base import Attributes, Mismatch, OpDef, Operands
from specc.ops._dtypes import kept
from specc.source import Node, Sequence


class AxisOrder(Kind):
    """The numbers from 1 up, each once."""

    @property
    def expects(self) -> str:
        return "a list of the axes 1, 2, … in their new order"

    def decode(self, node: Node) -> tuple[int, ...]:
        if not isinstance(node, Sequence):
            raise self.wrong(node)
        order, mistakes = ListOf(Int(1), 1).decode(node), Mistakes()
        for place, axis in enumerate(order):
            span = node.items[place].span
            if axis in order[:place]:
                mistakes.add(span, f"axis {axis} stands twice", self._help(order), "bad-value")
            elif axis > len(order):
                message = f"found axis {axis} in a list of {len(order)}"
                mistakes.add(span, message, self._help(order), "bad-value")
        mistakes.check()
        return order

    def _help(self, order: tuple[int, ...]) -> str:
        axes = " and ".join(str(axis) for axis in range(1, len(order) + 1)) if len(order) < 3 else f"1 to {len(order)}"
        return f"name each axis once: {axes}; the batch is not counted"

    def schema(self) -> Schema:
        return {**ListOf(Int(1), 1).schema(), "uniqueItems": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class PermuteAttributes(Attributes):
    dims: tuple[int, ...] = attribute(
        AxisOrder(), doc="The axes in their new order, counted from 1 without the batch: `[2, 1]`.", positional=True
    )


def infer(attributes: PermuteAttributes, operands: Operands) -> TensorType:
    """`[a, b]` gives `[b, a]` for `[2, 1]`."""
    operand, dims = operands[0], attributes.dims
    if operand.rank != len(dims):
        raise Mismatch(
            f"Permute orders {len(dims)} axes, found {operand}",
            0,
            help="name each axis of the operand once in `dims`",
            attribute="dims",
        )
    return TensorType(tuple(operand.shape[axis - 1] for axis in dims), kept(attributes, operand))


OP = OpDef(
    name="Permute",
    doc="The axes in another order, the batch staying the first.",
    attributes=PermuteAttributes,
    infer=infer,
)
