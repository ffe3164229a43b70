"""Gives loops their bodies, and reports cycles that no state closes and loops that get in each other's way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from specc.diagnostics import Diagnostics
from specc.ir import Graph, Init, Loop, Node, topology


def check_loops(graph: Graph, inits: Mapping[str, Init], diagnostics: Diagnostics) -> tuple[Graph, set[str]]:
    """The graph with its loops' bodies, cut where it has to be for the stages after; and the names that are broken."""
    graph, broken = _cut_cycles(graph, diagnostics)
    if not graph.loops:
        _report_stray_inits(graph, inits, diagnostics)
        return graph, broken
    bodies = topology.bodies(graph)
    owner: dict[str, Loop] = {}
    loops: list[Loop] = []
    for loop in graph.loops:
        body: list[str] = []
        for name in bodies[loop.name]:
            if name in owner:
                _report_overlap(graph.by_name[name], owner[name], loop, diagnostics)
                broken.add(name)
            else:
                owner[name] = loop
                body.append(name)
        loops.append(replace(loop, body=tuple(body)))
    graph = graph.with_nodes(graph.nodes, loops)
    for loop in graph.loops:
        _check_states(graph, loop, diagnostics)
        if loop.schedule == "synchronous":
            _check_synchronous(graph, loop, inits, diagnostics, broken)
    _report_stray_inits(graph, inits, diagnostics)
    groups = topology.loop_groups(graph)
    if groups:
        _report_groups(graph, groups, diagnostics)
        broken |= {state.name for group in groups for name in group for state in _loop(graph, name).states}
    return graph, broken


def _loop(graph: Graph, name: str) -> Loop:
    return graph.loops_by_name[name]


def _cut_cycles(graph: Graph, diagnostics: Diagnostics) -> tuple[Graph, set[str]]:
    """Reports every undeclared cycle and takes the closing edges out, so that the rest can be judged."""
    broken: set[str] = set()
    while found := topology.cycles(graph):
        closing: dict[str, str] = {}
        for cycle in found:
            _report_cycle(graph, cycle, diagnostics)
            closing[cycle[0]] = cycle[-1]
            broken.add(cycle[0])
        nodes = [
            replace(node, operands=tuple(one for one in node.operands if one.value != closing[node.name]))
            if node.name in closing
            else node
            for node in graph.nodes
        ]
        graph = graph.with_nodes(nodes)
    return graph, broken


def _report_cycle(graph: Graph, cycle: list[str], diagnostics: Diagnostics) -> None:
    first, last = graph.by_name[cycle[0]], graph.by_name[cycle[-1]]
    path = " → ".join(f"`{name}`" for name in (*cycle, cycle[0]))
    operand = next(one for one in first.operands if one.value == last.name)
    others = [
        (graph.by_name[name].origin.span, f"{index}. `{name}`") for index, name in enumerate(cycle[:6], start=1)
    ]
    diagnostics.report(
        "undeclared-cycle",
        f"{path} is a cycle that no loop declares",
        (operand.span or first.origin.span, f"`{first.name}` reads `{last.name}`, which depends on `{first.name}`"),
        *(others if len(cycle) > 1 else []),
        notes=["feedback exists only where a state of a loop carries a value from one pass to the next"],
        help=(
            f"if it is meant, let `{first.name}` read a state, `from: {last.name}_before`, and add "
            f"`loops: {{feedback: {{passes: 5, states: {{{last.name}_before: {{init: zeros, next: {last.name}}}}}}}}}`"
        ),
    )


def _report_overlap(node: Node, one: Loop, other: Loop, diagnostics: Diagnostics) -> None:
    diagnostics.report(
        "loop-overlap",
        f"node `{node.name}` lies on a path of loop `{one.name}` and of loop `{other.name}`",
        (node.origin.span, "belongs to both"),
        (one.origin.span, "one loop"),
        (other.origin.span, "the other"),
        help="make one loop of the two, or let the second read the first's final states",
    )


def _check_states(graph: Graph, loop: Loop, diagnostics: Diagnostics) -> None:
    """A loop in which no state leads to a `next` repeats nothing: most likely a name is wrong."""
    own = {state.name for state in loop.states}
    reads = {one.value for name in loop.body for one in graph.by_name[name].operands}
    carried = reads | {state.next.value for state in loop.states} | {one.value.value for one in loop.collects}
    if loop.states and not own & carried:
        names = ", ".join(f"`{state.name}`" for state in loop.states)
        ends = ", ".join(f"`{state.next}`" for state in loop.states)
        diagnostics.report(
            "state-not-cyclic",
            f"loop `{loop.name}` repeats nothing: no node leads from its states ({names}) to what they become ({ends})",
            (loop.origin.span, "every pass would give the same"),
            *((state.origin.span, "read by no node that leads to a `next`") for state in loop.states[:4]),
            help="let a node on the cycle read the state in its `from`",
        )


def _check_synchronous(
    graph: Graph, loop: Loop, inits: Mapping[str, Init], diagnostics: Diagnostics, broken: set[str]
) -> None:
    body = set(loop.body)
    reported: set[str] = set()
    for name in loop.body:
        for operand in graph.by_name[name].operands:
            source = operand.value
            if source in body and source not in inits and source not in reported:
                reported.add(source)
                broken.add(source)
                diagnostics.report(
                    "missing-init",
                    f"`{source}` is read in the first pass of the synchronous loop `{loop.name}`, before it has a value",
                    (graph.by_name[source].origin.span, "no `init` given"),
                    (operand.span, f"`{name}` reads the value of the pass before"),
                    help=f"add `init: zeros` (or `ones`, an input, a node) to `{source}`",
                )


def _report_stray_inits(graph: Graph, inits: Mapping[str, Init], diagnostics: Diagnostics) -> None:
    for name in inits:
        loop = graph.loop_of.get(name)
        if loop is None or loop.schedule != "synchronous":
            diagnostics.report(
                "bad-value",
                f"`{name}` has an `init`, and is not in a synchronous loop",
                (graph.by_name[name].origin.span, "computed before it is read"),
                help="only states, and nodes of a loop with `schedule: synchronous`, start from an `init`",
            )


def _report_groups(graph: Graph, groups: list[list[str]], diagnostics: Diagnostics) -> None:
    """Reports loops that wait for each other or for themselves; such a graph has no schedule."""
    for group in groups:
        first = _loop(graph, group[0])
        if len(group) == 1:
            diagnostics.report(
                "loop-overlap",
                f"loop `{first.name}` needs its own result before its first pass",
                (first.origin.span, "feeds its own `init`"),
                help="start the state from an input, `zeros`, or a node outside the loop",
            )
        else:
            names = ", ".join(f"`{name}`" for name in group)
            diagnostics.report(
                "loop-overlap",
                f"the loops {names} need each other's results",
                *((_loop(graph, name).origin.span, f"`{name}`") for name in group),
                help="loops feed each other one way: make one loop of them",
            )
