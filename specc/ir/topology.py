"""Order, cycles and membership of a folded graph: the one file that calls networkx.

networkx answers in orders that change with the hash seed (sets, `simple_cycles`); everything returned here is
brought back to spec order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import networkx as nx

from specc.ir.graph import Graph, Loop, Operand


@dataclass(frozen=True, slots=True)
class LoopItem:
    """A loop as one step of a schedule, with the schedule of its body."""

    loop: Loop
    items: tuple[Item, ...]


_Key: TypeAlias = tuple[str, str]  # ("node" or "loop", name): the two have namespaces of their own

Item: TypeAlias = str | LoopItem
"""A step of a schedule: a node by name, or a whole loop."""


@lru_cache(maxsize=8)
def view(graph: Graph) -> nx.MultiDiGraph[str]:
    """The graph as networkx sees it: every value, its readers, states closed over `next`. Frozen."""
    shown: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=graph.name)
    shown.add_nodes_from(graph.by_name)
    shown.add_edges_from(graph.edges())
    nx.freeze(shown)  # pyright: ignore[reportUnknownMemberType]
    return shown


@lru_cache(maxsize=8)
def _dataflow(graph: Graph) -> nx.DiGraph[str]:
    """Reads between nodes within one pass: no `init`, no `next`; states and scans are sources. Not to be changed."""
    flow: nx.DiGraph[str] = nx.DiGraph()
    flow.add_nodes_from(graph.by_name)
    flow.add_nodes_from(graph.states)
    flow.add_nodes_from(graph.scans)
    for node in graph.nodes:
        flow.add_edges_from((operand.value, node.name) for operand in node.operands)
    return flow


def _positions(graph: Graph) -> dict[str, int]:
    names = [*graph.by_name, *graph.states, *graph.scans, *graph.collects]
    return {name: index for index, name in enumerate(names)}


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle within a pass. `path` goes with the data from its first node in spec order.

    `readers` are all that close a cycle by reading the path's last node, the path's first among them and first. `group`
    holds everything that waits for each other around it.
    """

    path: list[str]
    readers: list[str]
    group: set[str]


def cycles(graph: Graph) -> list[Cycle]:
    """One cycle per group of nodes that wait for each other within a pass, as short as its first node allows."""
    flow = _dataflow(graph)
    position = _positions(graph)
    found: list[Cycle] = []
    for group in nx.strongly_connected_components(flow):
        first = min(group, key=lambda name: position.get(name, 0))
        if len(group) == 1 and not flow.has_edge(first, first):
            continue
        path = _shortest_cycle(flow.subgraph(group), first, position)
        readers = sorted(group.intersection(flow.successors(path[-1])), key=lambda name: position.get(name, 0))
        found.append(Cycle(path, readers, group))
    return sorted(found, key=lambda cycle: position.get(cycle.path[0], 0))


def _shortest_cycle(group: nx.DiGraph[str], start: str, position: dict[str, int]) -> list[str]:
    parents: dict[str, str] = {start: start}
    frontier = [start]
    while frontier:
        reached: list[str] = []
        for name in frontier:
            for after in sorted(group.successors(name), key=lambda one: position.get(one, 0)):
                if after == start:
                    path = [name]
                    while path[-1] != start:
                        path.append(parents[path[-1]])
                    return path[::-1]
                if after not in parents:
                    parents[after] = name
                    reached.append(after)
        frontier = reached
    raise AssertionError(f"{start} lies on no cycle")


def bodies(graph: Graph) -> dict[str, tuple[str, ...]]:
    """For each loop the nodes on a path from one of its states or scans to one of its `next`s or collected values.

    The graph has no cycle within a pass. One sweep each way serves all loops: a value carries the set of them as the
    bits of an integer.
    """
    flow = _dataflow(graph)
    after, before = dict.fromkeys(flow, 0), dict.fromkeys(flow, 0)  # from whose starts, and to whose ends it leads
    for at, loop in enumerate(graph.loops):
        for start in (*loop.states, *loop.scans):
            after[start.name] |= 1 << at
        for end in (*(state.next for state in loop.states), *(collect.value for collect in loop.collects)):
            if end.value in before:
                before[end.value] |= 1 << at
    order = list(nx.topological_sort(flow))
    for name in order:
        for reader in flow.successors(name):
            after[reader] |= after[name]
    for name in reversed(order):
        for value in flow.predecessors(name):
            before[value] |= before[name]
    found: dict[str, list[str]] = {loop.name: [] for loop in graph.loops}
    for name in graph.by_name:
        inside = after[name] & before[name]
        while inside:
            at = inside.bit_length() - 1
            found[graph.loops[at].name].append(name)
            inside -= 1 << at
    return {name: tuple(body) for name, body in found.items()}


def _reachable(flow: nx.DiGraph[str], starts: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    stack = [name for name in starts if name in flow]
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            stack.extend(flow.successors(name))
    return seen


def upstream(graph: Graph, name: str) -> set[str]:
    """Everything a value depends on within a pass, itself included."""
    return _reachable(_dataflow(graph).reverse(copy=False), [name])


def needed(graph: Graph) -> set[str]:
    """Every name that some output depends on, over pass boundaries too."""
    ends = [output.value.value for output in graph.outputs]
    return _reachable(view(graph).reverse(copy=False), ends) | set(ends)


def loop_groups(graph: Graph) -> list[list[str]]:
    """Loops that need each other's results, or their own result for an `init`: groups of loop names."""
    flow = _levels(graph).flows[None]
    index = {loop.name: at for at, loop in enumerate(graph.loops)}
    groups: list[list[str]] = []
    for group in nx.strongly_connected_components(flow):
        loops = sorted((name[1] for name in group if name[0] == "loop"), key=index.__getitem__)
        if loops and (len(group) > 1 or flow.has_edge(("loop", loops[0]), ("loop", loops[0]))):
            groups.append(loops)
    return sorted(groups, key=lambda loops: index[loops[0]])


def in_order(reads: Mapping[str, Iterable[str]]) -> list[str] | None:
    """The names, each after those it reads, else in the order they have; None where they go in circles."""
    position = {name: at for at, name in enumerate(reads)}
    flow: nx.DiGraph[str] = nx.DiGraph()
    flow.add_nodes_from(reads)
    flow.add_edges_from((other, name) for name, others in reads.items() for other in others)
    try:
        return list(nx.lexicographical_topological_sort(flow, key=position.__getitem__))
    except nx.NetworkXUnfeasible:
        return None


@lru_cache(maxsize=8)
def schedule(graph: Graph) -> tuple[Item, ...]:
    """An order in which to compute the graph, as near to spec order as the data allows; loops nested.

    Raises `ValueError` on a graph with a cycle, which `cycles` and `loop_groups` describe.
    """
    levels = _levels(graph)
    position = _positions(graph)
    first = {loop.name: min((position[name] for name in loop.body), default=len(position)) for loop in graph.loops}

    def rank(key: _Key) -> int:
        return position[key[1]] if key[0] == "node" else first[key[1]]

    def items(owner: str | None) -> tuple[Item, ...]:
        try:
            ordered = list(nx.lexicographical_topological_sort(levels.flows[owner], key=rank))
        except nx.NetworkXUnfeasible as error:
            raise ValueError("the graph has a cycle that no state closes") from error
        return tuple(
            name if kind == "node" else LoopItem(graph.loops_by_name[name], items(name)) for kind, name in ordered
        )

    return items(None)


@lru_cache(maxsize=8)
def _levels(graph: Graph) -> _Levels:
    return _Levels(graph)


def flat_order(graph: Graph) -> list[str]:
    """Node names in schedule order, loop bodies in place."""
    order: list[str] = []
    stack: list[Item] = list(reversed(schedule(graph)))
    while stack:
        item = stack.pop()
        if isinstance(item, LoopItem):
            stack.extend(reversed(item.items))
        else:
            order.append(item)
    return order


class _Levels:
    """The graph cut into levels: the top and one per loop; at each, inner loops are single items."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.flows: dict[str | None, nx.DiGraph[_Key]] = {None: nx.DiGraph()}
        for loop in graph.loops:
            self.flows[loop.name] = nx.DiGraph()
        for loop in graph.loops:
            self.flows[loop.within].add_node(("loop", loop.name))
        for node in (*graph.inputs, *graph.nodes):
            inner = graph.loop_of.get(node.name)
            self.flows[inner.name if inner else None].add_node(("node", node.name))
        for node in graph.nodes:
            path = [*self.loops_around(node.name), ("node", node.name)]
            for operand in node.operands:
                self.connect(operand.value, path)
        for loop in graph.loops:
            path = [*self.path(loop), ("loop", loop.name)]
            for state in loop.states:
                if isinstance(state.init, Operand):
                    self.connect(state.init.value, path, before=True)
                self.connect(state.next.value, path)
            for scan in loop.scans:
                self.connect(scan.sequence.value, path, before=True)
            for collect in loop.collects:
                self.connect(collect.value.value, path)

    def path(self, loop: Loop) -> list[_Key]:
        """The loops around a loop, outermost first."""
        found: list[_Key] = []
        name = loop.within
        while name is not None:
            found.append(("loop", name))
            name = self.graph.loops_by_name[name].within
        return found[::-1]

    def loops_around(self, name: str) -> list[_Key]:
        """The loops around a node, outermost first."""
        loop = self.graph.loop_of.get(name)
        return [*self.path(loop), ("loop", loop.name)] if loop else []

    def maker(self, value: str) -> list[_Key]:
        """The path to what makes a value: a node; or the loop whose end makes it, for states, scans and collects."""
        for table in (self.graph.states, self.graph.collects, self.graph.scans):
            if value in table:
                loop = table[value][0]
                return [*self.path(loop), ("loop", loop.name)]
        return [*self.loops_around(value), ("node", value)]

    def connect(self, value: str, reader: list[_Key], before: bool = False) -> None:
        """An ordering edge at the level where maker and reader part ways.

        A body reads its own loop's states without waiting, and a loop does not wait for the `next` it makes itself;
        but what a loop needs `before` its first pass it can never make itself: that is an edge to itself.
        """
        made = self.maker(value)
        depth = 0
        while depth < min(len(made), len(reader)) and made[depth] == reader[depth]:
            depth += 1
        if depth == len(reader) and before:
            self.flows[_owner(reader, depth - 1)].add_edge(reader[-1], reader[-1])
        if depth < len(made) and depth < len(reader):
            self.flows[_owner(reader, depth)].add_edge(made[depth], reader[depth])


def _owner(path: list[_Key], depth: int) -> str | None:
    return path[depth - 1][1] if depth else None
