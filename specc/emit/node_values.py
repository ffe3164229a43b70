"""The values that a model computes inside, as the user's nodes: each result of each node, for each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from specc.emit import runtime
from specc.emit.naming import layer_name
from specc.emit.runtime import Array
from specc.ir import Graph, Operand, topology
from specc.lowering import Lowered
from specc.ops import _registry as registry

_MOST_TENSORS = 2000  # the first passes of a loop tell what the others would


@dataclass(frozen=True, slots=True)
class NodeValue:
    """A result of one of the user's nodes at one call, counted from 1; `array` is in the shape that the model has."""

    node: str
    port: str
    call: int
    array: Array


@dataclass(frozen=True)
class NodeValues:
    """What a model computes, pass by pass and each in the order of computation. `calls` count by node and port."""

    values: tuple[NodeValue, ...]
    calls: Mapping[tuple[str, str], int]


def of_graph(module: ModuleType, model: Any, graph: Graph, data: Mapping[str, Array]) -> NodeValues:
    """The values inside a model of the user's own graph."""
    calls = _Calls(model, graph)
    found: dict[tuple[str, str], list[list[Any]]] = {}
    for name in topology.flat_order(graph):
        node = graph.by_name[name]
        if node.op != "Input":
            for port in registry.get(node.op).ports(node.attributes):
                found[name, port] = [[one] for one in calls.of(name, port)]
    return _computed(module, model, found, data)


def of_lowered(module: ModuleType, model: Any, graph: Graph, lowered: Lowered, data: Mapping[str, Array]) -> NodeValues:
    """The values inside a model of a lowered graph; those that the caller completes are not among them."""
    user, calls = _Calls(None, graph), _Calls(model, lowered.graph)
    found: dict[tuple[str, str], list[list[Any]]] = {}
    for name in topology.flat_order(graph):
        node = graph.by_name[name]
        if node.op == "Input":
            continue
        for port in registry.get(node.op).ports(node.attributes):
            value = lowered.values.get((name, port))
            parts = None if value is None or value.host or value.views else calls.parts(value.operand)
            if value is None or parts is None:
                continue
            inner = calls.passes(value.operand.value) // user.passes(name)
            # a value of a loop's last pass, which a node after the loop stands for
            found[name, port] = parts[inner - 1 :: inner] if inner > 1 else parts
    return _computed(module, model, found, data)


def _computed(
    module: ModuleType, model: Any, found: Mapping[tuple[str, str], list[list[Any]]], data: Mapping[str, Array]
) -> NodeValues:
    rows = [
        (name, port, call, parts) for (name, port), calls in found.items() for call, parts in enumerate(calls, start=1)
    ]
    rows = sorted(rows, key=lambda row: row[2])[:_MOST_TENSORS]
    tensors = [part for *_, parts in rows for part in parts]
    arrays = iter(runtime.intermediate(model, tensors, module.adapt_inputs(dict(data))) if tensors else ())
    values: list[NodeValue] = []
    for name, port, call, parts in rows:
        own = [next(arrays) for _ in parts]
        values.append(NodeValue(name, port, call, np.concatenate(own, axis=1) if len(own) > 1 else own[0]))
    return NodeValues(tuple(values), {key: len(calls) for key, calls in found.items()})


def _unrolled(items: tuple[topology.Item, ...]) -> Iterator[str]:
    """The nodes in the order of computation, those of a loop as often as it runs."""
    for item in items:
        if isinstance(item, topology.LoopItem):
            for _ in range(item.loop.passes):
                yield from _unrolled(item.items)
        else:
            yield item


class _Calls:
    """The symbolic results of each node of a model, one for each time it is computed."""

    def __init__(self, model: Any, graph: Graph) -> None:
        self.graph = graph
        self.results = {} if model is None else runtime.calls(model)
        self.nodes_of: dict[str, list[str]] = {}  # by layer, the node of each call
        for name in _unrolled(topology.schedule(graph)):
            self.nodes_of.setdefault(layer_name(graph.by_name[name].layer), []).append(name)

    def of(self, name: str, port: str) -> list[Any]:
        """One result of a node; of a layer that several nodes apply, only the calls that are its own."""
        node = self.graph.by_name[name]
        layer, index = layer_name(node.layer), registry.get(node.op).ports(node.attributes).index(port)
        results, nodes = self.results.get(layer, []), self.nodes_of[layer]
        if {*nodes} == {name}:
            return [one[index] for one in results]
        return [one[index] for one, own in zip(results, nodes, strict=False) if own == name]

    def passes(self, value: str) -> int:
        """How often the loops around a node compute it."""
        count, loop = 1, self.graph.loop_of.get(value)
        while loop is not None:
            count *= loop.passes
            loop = self.graph.loops_by_name.get(loop.within or "")
        return count

    def parts(self, operand: Operand) -> list[list[Any]] | None:
        """What a value is made of, for each time it is made; None for what is no node's.

        A lowering may make a node's value by a loop: a collected value has a part for each pass, a state its last one.
        """
        value = operand.value
        if value in self.graph.by_name:
            return [[one] for one in self.of(value, operand.port)]
        if value in self.graph.collects:
            loop, collect = self.graph.collects[value]
            source, first = collect.value, 0
        elif value in self.graph.states:
            loop, state = self.graph.states[value]
            source, first = state.next, -1
        else:
            return None
        if source.value not in self.graph.by_name:
            return None
        made = self.of(source.value, source.port)
        return [made[at : at + loop.passes][first:] for at in range(0, len(made), loop.passes)]
