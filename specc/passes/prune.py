"""Removes what no output needs: nodes, states, scans, collects, whole loops. Inputs stay: they are the signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from specc.ir import Graph, Init, Loop, topology
from specc.passes._invariant import Invariant, Pass


def apply(graph: Graph, inits: Mapping[str, Init]) -> Graph:
    needed = topology.needed(graph)
    if all(
        name in needed for name in (*(node.name for node in graph.nodes), *graph.states, *graph.scans, *graph.collects)
    ):
        return graph
    loops = [pruned for loop in graph.loops if (pruned := _pruned(loop, needed)) is not None]
    return graph.with_nodes([node for node in graph.nodes if node.name in needed], loops)


def _pruned(loop: Loop, needed: set[str]) -> Loop | None:
    states = tuple(state for state in loop.states if state.name in needed)
    collects = tuple(one for one in loop.collects if one.name in needed)
    scans = tuple(one for one in loop.scans if one.name in needed)
    body = tuple(name for name in loop.body if name in needed)
    if not (states or collects or scans or body):
        return None
    return replace(loop, states=states, collects=collects, scans=scans, body=body)


PASS = Pass(
    "prune",
    "Removes what no output needs.",
    apply,
    requires=(Invariant.RESOLVED,),
    ensures=(Invariant.RESOLVED, Invariant.NEEDED, Invariant.BODIES),
)
