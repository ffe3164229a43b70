"""Counts parameters, multiply-accumulates and activation bytes, of the folded graph and of the unrolled one."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir import Graph, Node, TensorType
from specc.ir.graph import Types
from specc.ops import _registry as registry
from specc.ops._base import Weight


@dataclass(frozen=True, slots=True)
class NodeCost:
    """One node's share. `calls` is how often it is computed; `parameters` are zero where a layer is applied again."""

    node: Node
    result: tuple[TensorType, ...]
    parameters: int
    trainable: int
    macs: int
    calls: int

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.result)


@dataclass(frozen=True, slots=True)
class Costs:
    """Sums for one example. `macs` counts each node once, `macs_unrolled` as often as it is computed.

    `activation_bytes` adds up all results of one folded pass, inputs included: what a runtime without buffer reuse
    needs; the unrolled figure counts every pass.
    """

    rows: tuple[NodeCost, ...]
    parameters: int
    trainable: int
    macs: int
    macs_unrolled: int
    activation_bytes: int
    activation_bytes_unrolled: int

    @property
    def non_trainable(self) -> int:
        return self.parameters - self.trainable


def weights_of(node: Node, types: Types) -> tuple[Weight, ...]:
    """The stored tensors of a node's layer; empty where its operands are not typed."""
    operands = [types.get((one.value, one.port)) for one in node.operands]
    known = [one for one in operands if one is not None]
    if not known or len(known) < len(operands) or node.attributes is None:
        return ()
    return registry.get(node.op).weights(node.attributes, known)


def costs(graph: Graph, types: Types) -> Costs:
    """The costs of a typed graph, in spec order, inputs first."""
    owners = {node.name for node in graph.layers().values()}
    rows = [_node_cost(graph, node, types, node.name in owners) for node in (*graph.inputs, *graph.nodes)]
    return Costs(
        tuple(rows),
        parameters=sum(row.parameters for row in rows),
        trainable=sum(row.trainable for row in rows),
        macs=sum(row.macs for row in rows),
        macs_unrolled=sum(row.macs * row.calls for row in rows),
        activation_bytes=sum(row.bytes for row in rows),
        activation_bytes_unrolled=sum(row.bytes * row.calls for row in rows),
    )


def calls(graph: Graph, name: str) -> int:
    """How often a node is computed: the product of the passes of the loops around it."""
    times = 1
    loop = graph.loop_of.get(name)
    while loop is not None:
        times *= loop.passes
        loop = graph.loops_by_name[loop.within] if loop.within else None
    return times


def _node_cost(graph: Graph, node: Node, types: Types, owns_layer: bool) -> NodeCost:
    if node.attributes is None:
        return NodeCost(node, (), 0, 0, 0, calls(graph, node.name))
    op = registry.get(node.op)
    ports = op.ports(node.attributes)
    results = [types.get((node.name, port)) for port in ports]
    known = tuple(one for one in results if one is not None)
    weights = weights_of(node, types) if owns_layer else ()
    trainable = [one for one in weights if one.trainable and getattr(node.attributes, "trainable", True)]
    operands = [types.get((one.value, one.port)) for one in node.operands]
    typed = [one for one in operands if one is not None]
    macs = op.macs(node.attributes, typed, known[0]) if known and len(typed) == len(operands) else 0
    return NodeCost(
        node,
        known,
        sum(one.elements for one in weights),
        sum(one.elements for one in trainable),
        macs,
        calls(graph, node.name),
    )
