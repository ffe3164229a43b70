"""Warns about nodes, inputs, states, scanned and collected values that no output needs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from specc.diagnostics import Diagnostics
from specc.ir import Collect, Graph, Operand, Output, Scan, Scope, State, topology
from specc.source import Span
from specc.spec.document import Spec

_KINDS: dict[type, str] = {State: "state", Scan: "scanned value", Collect: "collected value"}
_HELP = "read it, list it in `outputs`, or remove it"


def report_unused(graph: Graph, spec: Spec, read: Collection[str], diagnostics: Diagnostics) -> None:
    """Reports what is not needed, in spec order. `read` are values that something outside the graph's edges reads."""
    needed = topology.needed(replace(graph, outputs=(*graph.outputs, *_outputs(read))))

    def warn(code: str, what: str, name: str, span: Span | None, help: str = _HELP) -> None:
        if name not in needed:
            message = f"{what} `{name}` is not needed by any output"
            diagnostics.report(code, message, (span, "leads nowhere"), help=help)

    for one in graph.inputs:
        warn("unused-input", "input", one.name, one.origin.span)
    gone = _unneeded_scopes(graph, _alive(spec, needed))
    for scope in gone.values():
        if scope.name.rpartition("/")[0] not in gone:
            warn("unused-node", "node", scope.group or scope.name, scope.origin.span)
    spans = {node.origin.span for node in graph.nodes if node.name in needed}  # a block's node counts once for all uses
    callers = {node.layer: node.name for node in graph.nodes if node.layer != node.name and node.name in needed}
    for node in graph.nodes:
        if not node.op:
            continue  # it could not be read, which has been reported
        if node.origin.uses and (node.origin.span in spans or node.origin.uses[0].instance in gone):
            continue
        help = _HELP
        caller = callers.get(node.name)
        if caller and "/" in node.name and "/" in caller:  # of a repeat or a block, which is called as a whole
            own, other = node.name.partition("/")[0], caller.partition("/")[0]
            help = f"only its layers are used, by `{other}`: write what `{own}` is there, and remove `{own}`"
        elif caller:
            help = f"only its layer is used, by `{caller}`: let `{caller}` be the `op` and remove `{node.name}`"
        warn("unused-node", "node", node.name, node.origin.span, help)
    for loop in graph.loops:
        for one in (*loop.states, *loop.scans, *loop.collects):
            what = _KINDS[type(one)]
            warn("unused-state", what, one.name, one.origin.span)


def _alive(spec: Spec, needed: Collection[str]) -> set[str]:
    """What is needed and what it is read through: a block that `when` empties has no node of its own to be needed."""
    values = [one.value for one in spec.outputs]
    for loop in spec.loops:
        values += [one for state in loop.states if state.name in needed for one in (state.init, state.next) if one]
        values += [one.sequence for one in loop.scans if one.name in needed and one.sequence]
        values += [one.value for one in loop.collects if one.name in needed and one.value]
    alive: set[str] = set()
    stack = [*needed, *(value.name for value in values)]
    while stack:
        name = stack.pop()
        if name and name not in alive:
            alive.add(name)
            stack += [name.rpartition("/")[0], *spec.reads.get(name, ())]
    return alive


def _unneeded_scopes(graph: Graph, alive: Collection[str]) -> dict[str, Scope]:
    """The block instances, and the repeats of them, of which nothing is needed: each is one thing to remove."""
    gone = {scope.name: scope for scope in graph.scopes if scope.name not in alive}
    return {name: scope for name, scope in gone.items() if scope.group is None or scope.group not in alive}


def _outputs(names: Collection[str]) -> list[Output]:
    return [Output(name, Operand(name)) for name in sorted(names)]
