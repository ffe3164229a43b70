"""Axes as Keras counts them: 0 is the batch axis, 1 the first axis of a shape, -1 the last."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops._attributes import BadValue, Int, Kind, ListOf, OneOf, Schema
from specc.ops._base import Mismatch
from specc.source import Node

_COUNTING = "axes are counted as Keras does: 1 is the first axis of the shape, -1 the last, 0 the batch"


class Axis(Kind):
    """An axis other than the batch axis."""

    @property
    def expects(self) -> str:
        return "an axis: an integer other than 0"

    def decode(self, node: Node) -> int:
        try:
            axis = Int().decode(node)
        except BadValue as error:
            raise (self.wrong(node) if error.code == "wrong-type" else error) from None
        if axis == 0:
            raise BadValue(node.span, "axis 0 is the batch axis, which a layer keeps", _COUNTING, "bad-value")
        return axis

    def schema(self) -> Schema:
        return {**Int().schema(), "not": {"const": 0}}


AXES = OneOf(Axis(), ListOf(Axis(), 1))  # one axis, or a list of them


def axis_indexes(op: str, axis: int | tuple[int, ...], operand: TensorType, attribute: str = "axis") -> tuple[int, ...]:
    """The places of one axis or several, in the order given; raises `Mismatch` where one is not there or is twice."""
    axes = axis if isinstance(axis, tuple) else (axis,)
    places = tuple(axis_index(op, one, operand, attribute) for one in axes)
    if len(set(places)) < len(places):
        message = f"`{attribute}` names an axis of {operand} twice"
        raise Mismatch(message, 0, help="name each axis once", attribute=attribute)
    return places


def axis_index(op: str, axis: int, operand: TensorType, attribute: str = "axis", index: int = 0) -> int:
    """The place of an axis in the shape of operand `index`; raises `Mismatch` where it has no such axis."""
    place = axis - 1 if axis > 0 else operand.rank + axis
    if 0 <= place < operand.rank:
        return place
    if axis == -operand.rank - 1:
        message = f"axis {axis} of {operand} is the batch axis, which {op} cannot work along"
    else:
        message = f"{op} works along axis {axis}, which {operand} does not have"
    if operand.rank == 0:
        help = f"{op} needs an operand with at least one axis"
    else:
        span = "1 or -1" if operand.rank == 1 else f"1 to {operand.rank} or -{operand.rank} to -1"
        help = f"`{attribute}` may be {span}; {_COUNTING}"
    raise Mismatch(message, index, help=help, attribute=attribute)
