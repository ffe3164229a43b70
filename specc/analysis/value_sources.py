"""Finds the node that makes a value, past the ops that only move values, and the axes along which it sums to 1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from specc.ir import Graph, Node, Operand, TensorType
from specc.ir.graph import OUT, Collect, Types
from specc.ir.sizes import is_known
from specc.source import work

NORMALIZING = {"softmax", "sparsemax"}  # sum to 1 along their axes
NOISES = {
    "Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D",
}  # fmt: skip
_KEEPS_ORDER = NOISES | {"Activation", "ActivityRegularization", "Identity"}  # Activation: the linear one
_MOVES = _KEEPS_ORDER | {"Flatten", "Reshape", "Permute", "RepeatVector"}
_OF_OPS = {
    "Softmax": "softmax",
    "LeakyReLU": "leaky_relu",
    "PReLU": "leaky_relu",
    "ELU": "elu",
    "BatchNormalization": "linear",
}


@dataclass(frozen=True)
class ValueSource:
    """The node that makes a value and the activation that it ends in.

    `sums` holds the axes of the value, the batch left out, along which it sums to 1: none for most activations, None
    where they cannot be followed.
    """

    node: Node
    activation: str
    sums: frozenset[int] | None


@dataclass(frozen=True)
class Trace:
    """A value's source, None where no single activation made it, and the noise layers on the way."""

    source: ValueSource | None
    noises: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Sources:
    """Traces the values of one graph."""

    graph: Graph
    types: Types
    _traces: dict[tuple[str, str], Trace] = field(default_factory=dict[tuple[str, str], Trace])

    def trace(self, value: Operand, through_joins: bool = True) -> Trace:
        """The source of a value; `through_joins` looks behind one Concatenate of equal activations as well."""
        key = (value.value, value.port)
        if through_joins and key in self._traces:
            return self._traces[key]
        path = list(self._path(value))
        last = path[-1] if path else None
        noises = tuple(one for one in path if isinstance(one, Node) and applied(one)[0] in NOISES)
        source = None
        if isinstance(last, Node):
            source = self._joined(last) if through_joins and last.op == "Concatenate" else self._made(last)
        for row in reversed(path[:-1]):
            if source is not None:
                source = ValueSource(source.node, source.activation, self._followed(row, source.sums))
        trace = Trace(source, noises)
        if through_joins:
            self._traces[key] = trace
        return trace

    def type_of(self, value: Operand) -> TensorType | None:
        return self.types.get((value.value, value.port))

    def _path(self, value: Operand) -> Iterator[Node | Collect]:
        """The rows from a value back to what makes it; states are passed over."""
        for _ in range(len(self.graph.nodes) + len(self.graph.states) + 1):
            work.charge(1)
            if value.value in self.graph.states:
                value = self.graph.states[value.value][1].next
                continue
            if value.value in self.graph.collects:
                collect = self.graph.collects[value.value][1]
                yield collect
                value = collect.value
                continue
            node = self.graph.by_name.get(value.value)
            if node is None or value.port != OUT or node.attributes is None:
                return
            yield node
            op = applied(node)[0]
            moves = op in _MOVES and (op != "Activation" or last_activation(node) == "linear")
            if not moves or len(node.operands) != 1:
                return
            value = node.operands[0]

    def _made(self, node: Node) -> ValueSource | None:
        activation = last_activation(node)
        if activation is None:
            return None
        result = self.types.get((node.name, OUT))
        if activation not in NORMALIZING:
            return ValueSource(node, activation, frozenset())
        if result is None or not result.rank:
            return ValueSource(node, activation, None)
        return ValueSource(node, activation, frozenset(normalized_axes(node, result.rank)))

    def _joined(self, node: Node) -> ValueSource | None:
        """What several operands of one activation make together: shares that are joined no longer sum to 1."""
        traces = [self.trace(operand, through_joins=False).source for operand in node.operands]
        result = self.types.get((node.name, OUT))
        first = traces[0] if traces else None
        if first is None or result is None or any(one is None or one.activation != first.activation for one in traces):
            return None
        axis = node.attributes.axis
        place = axis + result.rank if axis < 0 else axis - 1
        same = all(one is not None and one.sums == first.sums for one in traces)
        sums = first.sums if same else None
        return ValueSource(node, first.activation, None if sums is None else sums if place not in sums else frozenset())

    def _followed(self, row: Node | Collect, sums: frozenset[int] | None) -> frozenset[int] | None:
        """The axes after a row that moves values."""
        if not sums or (isinstance(row, Node) and applied(row)[0] in _KEEPS_ORDER):
            return sums
        if isinstance(row, Collect) or row.op == "RepeatVector":
            return frozenset(axis + 1 for axis in sums)
        if row.op == "Permute":
            return frozenset(place for place, axis in enumerate(row.attributes.dims) if axis - 1 in sums)
        before, after = self.type_of(row.operands[0]), self.types.get((row.name, OUT))
        if before is None or after is None or not all(map(is_known, (*before.shape, *after.shape))):
            return frozenset({after.rank - 1}) if before and after and _keeps_last(before, after, sums) else None
        return _reshaped(before.shape, after.shape, sums)


def _keeps_last(before: TensorType, after: TensorType, sums: frozenset[int]) -> bool:
    """Whether a reshape of sizes that are not all known leaves the last axis, the one in `sums`, as it is."""
    return sums == frozenset({before.rank - 1}) and after.rank > 0 and before.shape[-1] == after.shape[-1]


def _reshaped(before: tuple[int, ...], after: tuple[int, ...], sums: frozenset[int]) -> frozenset[int]:
    """The axes of the new shape that hold what the axes of the old one held; none where they do not come out whole."""
    long = {axis for axis in sums if before[axis] > 1}
    if not long:
        return frozenset()
    first, last = min(long), max(long)
    if any(size > 1 for axis, size in enumerate(before[first:last], first) if axis not in long):
        return frozenset()
    outer, inner = math.prod(before[:first]), math.prod(before[last + 1 :])
    outers = [math.prod(after[:axis]) for axis in range(len(after) + 1)]
    inners = [math.prod(after[axis:]) for axis in range(len(after) + 1)]
    if outer not in outers or inner not in inners:
        return frozenset()
    within = [axis for axis, size in enumerate(after) if size > 1 and outers[axis] >= outer]
    return frozenset(axis for axis in within if inners[axis + 1] >= inner)


def applied(node: Node) -> tuple[str, Any]:
    """The op that a node applies and its attributes: those of the inner layer of a TimeDistributed."""
    if node.op != "TimeDistributed":
        return node.op, node.attributes
    return node.attributes.layer.op, node.attributes.layer.attributes


def last_activation(node: Node) -> str | None:
    """The activation that a node's values went through last; None where no single one says what they are."""
    op, attributes = applied(node)
    if op == "ReLU":
        return "leaky_relu" if attributes.negative_slope else "relu"
    if op in _OF_OPS:
        return _OF_OPS[op]
    if hasattr(attributes, "recurrent_initializer"):
        return None  # a gate comes after the activation
    found: Any = getattr(attributes, "activation", None)
    return found if isinstance(found, str) else None


def normalized_axes(node: Node, rank: int) -> tuple[int, ...]:
    """The places of the axes, the batch left out, that a softmax runs along; only those that a value of `rank` has."""
    op, attributes = applied(node)
    axes: Any = attributes.axis if op == "Softmax" else -1
    listed = cast("tuple[int, ...]", axes if isinstance(axes, tuple) else (axes,))
    batch = 1 if node.op == op else 0  # a step's batch axis is the axis of steps
    places = (axis + rank if axis < 0 else axis - batch for axis in listed)
    return tuple(place for place in places if 0 <= place < rank)
