"""Finds the node that makes a value, past the ops that only move values, and the axes along which it sums to 1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, cast

from specc.analysis.element_order import ElementOrder
from specc.ir import Graph, Node, Operand, TensorType
from specc.ir.graph import OUT, Collect, Types
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
        made = self.types.get((last.name, OUT)) if last is not None else None
        if source is not None and source.sums and made is not None:
            order = ElementOrder.of(made.shape, source.sums)
            for row in reversed(path[:-1]):
                order = self._followed(row, order)
            source = replace(source, sums=order.sums)
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

    def _followed(self, row: Node | Collect, order: ElementOrder) -> ElementOrder:
        """The order of the elements after a row that moves values."""
        result = self.types.get((row.name, OUT))
        if result is None or (isinstance(row, Node) and applied(row)[0] in _KEEPS_ORDER):
            return order
        if isinstance(row, Collect) or row.op == "RepeatVector":
            return order.repeated(result.shape)
        if row.op == "Permute":
            return order.permuted([axis - 1 for axis in row.attributes.dims])
        return order.reshaped(result.shape)


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
