"""The passes in their order, and the invariants that are verified between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from specc.ir import Graph, topology
from specc.passes import prune, synchronous
from specc.passes._invariant import Invariant, Pass
from specc.spec import Built


def _resolved(graph: Graph) -> bool:
    known = {*graph.by_name, *graph.states, *graph.scans, *graph.collects}
    return all(value in known for value, _ in graph.edges())


def _sweeps(graph: Graph) -> bool:
    return all(loop.schedule == "sweep" for loop in graph.loops)


def _needed(graph: Graph) -> bool:
    needed = topology.needed(graph)
    return all(node.name in needed for node in graph.nodes)


def _bodies_stand(graph: Graph) -> bool:
    return all(name in graph.by_name for loop in graph.loops for name in loop.body)


_CHECKS: dict[Invariant, Callable[[Graph], bool]] = {
    Invariant.RESOLVED: _resolved,
    Invariant.SWEEPS: _sweeps,
    Invariant.NEEDED: _needed,
    Invariant.BODIES: _bodies_stand,
}

FIRST = (synchronous.PASS,)  # before types are inferred
LAST = (prune.PASS,)  # once everything the user wrote has been judged


def run(passes: Sequence[Pass], built: Built, verify: bool = True) -> Graph:
    """The graph after the passes. Raises `AssertionError` where a pass breaks its word: a bug in specc."""
    graph = built.graph
    for one in passes:
        if verify:
            _verify(graph, one.requires, f"before {one.name}")
        graph = one.apply(graph, built.inits)
        if verify:
            _verify(graph, one.ensures, f"after {one.name}")
    return graph


def _verify(graph: Graph, invariants: Sequence[Invariant], when: str) -> None:
    for one in invariants:
        assert _CHECKS[one](graph), f"{one.value} does not hold {when} in {graph.name}"


__all__ = ["FIRST", "LAST", "Invariant", "Pass", "run"]
