"""Synchronous loops into sweeps: each edge within the body gets a state of its own, so that it costs one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from specc.ir import Fill, Graph, Init, Loop, Node, Operand, State
from specc.passes._invariant import Invariant, Pass


def apply(graph: Graph, inits: Mapping[str, Init]) -> Graph:
    """A node read within its body is read through the state `<node>_before`, which starts from the node's `init`."""
    if all(loop.schedule == "sweep" for loop in graph.loops):
        return graph
    nodes = {node.name: node for node in graph.nodes}
    taken = {*graph.by_name, *graph.states, *graph.scans, *graph.collects}
    loops = [_swept(loop, nodes, inits, taken) if loop.schedule == "synchronous" else loop for loop in graph.loops]
    return graph.with_nodes(nodes.values(), loops)


def _swept(loop: Loop, nodes: dict[str, Node], inits: Mapping[str, Init], taken: set[str]) -> Loop:
    body = set(loop.body)
    states: dict[tuple[str, str], State] = {}
    for name in loop.body:
        operands: list[Operand] = []
        for operand in nodes[name].operands:
            if operand.value not in body:
                operands.append(operand)
                continue
            key = (operand.value, operand.port)
            if key not in states:
                states[key] = _state(nodes[operand.value], operand, inits, taken)
            operands.append(Operand(states[key].name, span=operand.span))
        nodes[name] = replace(nodes[name], operands=tuple(operands))
    return replace(loop, states=(*loop.states, *states.values()), schedule="sweep")


def _state(node: Node, operand: Operand, inits: Mapping[str, Init], taken: set[str]) -> State:
    name = f"{node.name}_before"
    while name in taken:
        name += "_"
    taken.add(name)
    init = inits.get(node.name, Fill(0.0))  # a missing one has been reported
    return State(name, init, Operand(operand.value, operand.port), node.origin.through("synchronous"), node.origin.span)


PASS = Pass(
    "synchronous",
    "Synchronous loops into full sweeps with a state per edge.",
    apply,
    requires=(Invariant.BODIES,),
    ensures=(Invariant.SWEEPS, Invariant.BODIES),
)
