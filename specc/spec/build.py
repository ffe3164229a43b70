"""Spec into Graph: references resolved, calls bound to their layers, loops given their bodies."""

from __future__ import annotations

from dataclasses import dataclass, field

from specc.diagnostics import Diagnostics
from specc.ir import Collect, Fill, Graph, Init, Loop, Node, Operand, Origin, Output, State, topology
from specc.ir.graph import OUT
from specc.ops import _registry as registry
from specc.source import Mapping, Span
from specc.spec.document import CollectDecl, InputDecl, LoopDecl, NodeDecl, Reference, Spec, StateDecl
from specc.spec.fields import RESERVED
from specc.spec.loops import check_loops

FILLS = {"zeros": 0.0, "ones": 1.0}


@dataclass(frozen=True)
class Built:
    """A graph and what diagnostics about it need.

    `broken` names the rows whose mistake has been reported: whoever depends on them stays silent.
    `inits` are the initial values of nodes in synchronous loops.
    """

    graph: Graph
    broken: frozenset[str]
    syntax: dict[str, Mapping] = field(default_factory=dict[str, Mapping])
    inits: dict[str, Init] = field(default_factory=dict[str, Init])

    def attribute_span(self, node: str, attribute: str) -> Span | None:
        """Where a node's attribute is written, if it is."""
        syntax = self.syntax.get(node)
        entry = syntax.entry(attribute) if syntax else None
        return entry.value.span if entry else None


def build_graph(spec: Spec, diagnostics: Diagnostics) -> Built:
    """The graph of a spec. Goes on past mistakes; what they touch is in `broken`."""
    return _Builder(spec, diagnostics).run()


class _Builder:
    def __init__(self, spec: Spec, diagnostics: Diagnostics) -> None:
        self.spec, self.diagnostics = spec, diagnostics
        self.nodes = {node.name: node for node in reversed(spec.nodes)}
        self.inputs = {one.name: one for one in spec.inputs}
        self.states = {state.name: state for loop in spec.loops for state in loop.states}
        self.collects = {one.name: one for loop in spec.loops for one in loop.collects}
        self.broken: set[str] = set()

    def run(self) -> Built:
        inputs = tuple(self.input(one) for one in self.spec.inputs)
        nodes: list[Node] = []
        above: NodeDecl | None = None
        for decl in self.spec.nodes:
            if self.nodes[decl.name] is decl:
                nodes.append(self.node(decl, above))
            above = decl
        loops = tuple(self.loop(one) for one in self.spec.loops)
        outputs = tuple(
            Output(one.name, operand)
            for one in self.spec.outputs
            if (operand := self.operand(one.value)) is not None
        )
        graph = Graph(self.spec.name, inputs, tuple(nodes), outputs, loops, self.spec.doc)
        inits = {decl.name: init for decl in self.spec.nodes if decl.init and (init := self.init(decl.init)) is not None}
        graph, bad = check_loops(graph, inits, self.diagnostics)
        self.broken |= bad
        self.report_unused(graph)
        self.check_moved(graph)
        syntax = {decl.name: decl.syntax for decl in self.spec.nodes}
        return Built(graph, frozenset(self.broken), syntax, inits)

    def input(self, decl: InputDecl) -> Node:
        attributes = decl.attributes
        if attributes is None:
            self.broken.add(decl.name)
        return Node(decl.name, "Input", attributes, (), Origin(decl.span, decl.name), doc=decl.doc)

    def node(self, decl: NodeDecl, above: NodeDecl | None) -> Node:
        op, attributes, layer = decl.op, decl.attributes, decl.name
        if decl.call is not None:
            target = self.called(decl)
            if target is not None:
                op, attributes, layer = target.op, target.attributes, target.name
        operands = self.operands(decl, above)
        if op is None or attributes is None or operands is None:
            self.broken.add(decl.name)
        elif operands:
            operands = self.checked_count(decl, op, operands)
        return Node(decl.name, op or "", attributes, operands or (), Origin(decl.span, decl.name), layer, decl.doc)

    def checked_count(self, decl: NodeDecl, op: str, operands: tuple[Operand, ...]) -> tuple[Operand, ...]:
        arity = registry.get(op).arity
        count = len(operands)
        if count < arity.least or (arity.most is not None and count > arity.most):
            self.broken.add(decl.name)
            place = operands[-1].span if count > arity.least else operands[0].span
            self.diagnostics.report(
                "operand-count",
                f"{op} takes {arity}, `{decl.name}` is given {count}",
                (place if decl.operands else decl.kind_span, f"{count} given"),
                help="list them: `from: [left, right]`" if count < arity.least else "join them first, for instance with Concatenate",
            )
        return operands

    def called(self, decl: NodeDecl) -> NodeDecl | None:
        """The node whose layer a `call` applies."""
        assert decl.call is not None
        seen = {decl.name}
        reference = decl.call
        while True:
            name = reference.name
            target = self.nodes.get(name)
            if target is None:
                self.bad_call(reference)
                return None
            if name in seen:
                self.diagnostics.report(
                    "bad-call",
                    f"the calls {' → '.join(f'`{one}`' for one in (*seen, name))} lead to no layer",
                    (decl.call.span, "goes in a circle"),
                    help="one of them has to be an `op`",
                )
                return None
            if target.call is None:
                return target
            seen.add(name)
            reference = target.call

    def bad_call(self, reference: Reference) -> None:
        name = reference.name
        if name in self.inputs or name in self.states or name in self.collects:
            what = "an input" if name in self.inputs else "a state" if name in self.states else "a collected value"
            self.diagnostics.report(
                "bad-call",
                f"`{name}` is {what}, not a layer",
                (reference.span, "cannot be called"),
                help="`call` names a node with an `op`; to read a value, use `from`",
            )
        else:
            known = [node.name for node in self.spec.nodes if node.op]
            self.diagnostics.unknown("unknown-reference", "node", reference.span, name, known)

    def operands(self, decl: NodeDecl, above: NodeDecl | None) -> tuple[Operand, ...] | None:
        """What a node reads; None where some of it could not be resolved."""
        if decl.operands is None:
            return self.assumed(decl, above)
        if not decl.operands:
            entry = decl.syntax.entry("from")
            if entry is not None and not getattr(entry.value, "items", True):
                self.diagnostics.report("operand-count", f"`from` of `{decl.name}` is empty", (entry.value.span, "names nothing"), help="name what it reads")
            return None
        found = [self.operand(reference) for reference in decl.operands]
        return tuple(one for one in found if one) if all(found) else None

    def assumed(self, decl: NodeDecl, above: NodeDecl | None) -> tuple[Operand, ...] | None:
        """The operand of a node without `from`: the node above, or the only input."""
        if above is not None:
            return (Operand(above.name, self.default_port(above.name), None),)
        if len(self.inputs) == 1:
            return (Operand(next(iter(self.inputs)), span=None),)
        if self.inputs:
            names = ", ".join(f"`{name}`" for name in self.inputs)
            self.diagnostics.report(
                "missing-from",
                f"`{decl.name}` is the first node and there are {len(self.inputs)} inputs: which one does it read?",
                (decl.span, "no `from` given"),
                help=f"add `from:` with one of {names}",
            )
        return None

    def default_port(self, name: str) -> str:
        ports = self.ports(name)
        return ports[0] if ports else OUT

    def ports(self, name: str) -> tuple[str, ...]:
        decl = self.nodes.get(name)
        if decl is not None and decl.call is not None:
            decl = self.called_quietly(decl)
        if decl is None or decl.op is None or decl.attributes is None:
            return (OUT,) if decl is None else ()
        return registry.get(decl.op).ports(decl.attributes)

    def called_quietly(self, decl: NodeDecl) -> NodeDecl | None:
        seen: set[str] = set()
        found: NodeDecl | None = decl
        while found is not None and found.call is not None and found.name not in seen:
            seen.add(found.name)
            found = self.nodes.get(found.call.name)
        return found

    def operand(self, reference: Reference) -> Operand | None:
        name = reference.name
        if name in RESERVED:
            self.diagnostics.report(
                "unknown-reference",
                f"`{name}` is an initial value of states and cannot be read elsewhere",
                (reference.span, "not a value"),
                help=f"a state may start from it: `init: {name}`",
            )
            return None
        if not any(name in table for table in (self.nodes, self.inputs, self.states, self.collects)):
            self.unknown(reference)
            return None
        ports = self.ports(name)
        if reference.port is None:
            return Operand(name, ports[0] if ports else OUT, reference.span)
        if ports and reference.port not in ports:
            known = ", ".join(f"`{port}`" for port in ports) if ports != (OUT,) else "only the one result, written without a port"
            self.diagnostics.report(
                "unknown-port",
                f"`{name}` has no result `{reference.port}`",
                (reference.span, "no such result"),
                help=f"it has {known}",
            )
            return None
        return Operand(name, reference.port, reference.span)

    def unknown(self, reference: Reference) -> None:
        name = reference.name
        known = [*self.inputs, *self.nodes, *self.states, *self.collects]
        loop = next((loop for loop in self.spec.loops if loop.name == name), None)
        if loop is not None:
            states = ", ".join(f"`{state.name}`" for state in loop.states)
            self.diagnostics.report(
                "unknown-reference", f"`{name}` is a loop and has no value", (reference.span, "not a value"), help=f"read one of its states: {states}"
            )
            return
        self.diagnostics.unknown("unknown-reference", "name", reference.span, name, known, "declare it under `nodes` or `inputs`")

    def init(self, reference: Reference) -> Init | None:
        if reference.port is None and reference.name in FILLS:
            return Fill(FILLS[reference.name])
        return self.operand(reference)

    def loop(self, decl: LoopDecl) -> Loop:
        states = tuple(state for one in decl.states if (state := self.state(one)) is not None)
        collects = tuple(one for each in decl.collects if (one := self.collect(each)) is not None)
        param = decl.passes_param if self.only_sets_passes(decl) else None
        return Loop(
            decl.name,
            decl.passes,
            states,
            Origin(decl.span, decl.name),
            collects=collects,
            schedule=decl.schedule,
            passes_param=param,
        )

    def only_sets_passes(self, decl: LoopDecl) -> bool:
        """Whether a loop's parameter could stay an argument: nothing else reads it and no shape depends on it."""
        return decl.passes_param in self.spec.params and not decl.collects and decl.passes_param in self.spec.passes_only

    def state(self, decl: StateDecl) -> State | None:
        init, after = self.init(decl.init), self.operand(decl.next)
        if init is None or after is None:
            self.broken.add(decl.name)
            if after is None:
                return None
            init = Fill(0.0)
        return State(decl.name, init, after, Origin(decl.span, decl.name), decl.init.span)

    def collect(self, decl: CollectDecl) -> Collect | None:
        value = self.operand(decl.value)
        if value is None:
            self.broken.add(decl.name)
            return None
        return Collect(decl.name, value, Origin(decl.span, decl.name))

    def report_unused(self, graph: Graph) -> None:
        if not graph.outputs or len(graph.outputs) < len(self.spec.outputs):
            return
        needed = topology.needed(graph)
        for one in graph.inputs:
            if one.name not in needed:
                self.warn_unused("unused-input", f"input `{one.name}`", one.origin.span)
        for node in graph.nodes:
            if node.name not in needed and node.name not in self.broken:
                self.warn_unused("unused-node", f"node `{node.name}`", node.origin.span)
        for state in (state for loop in graph.loops for state in loop.states):
            if state.name not in needed:
                self.warn_unused("unused-state", f"state `{state.name}`", state.origin.span)

    def warn_unused(self, code: str, what: str, span: Span | None) -> None:
        self.diagnostics.report(code, f"{what} is not needed by any output", (span, "leads nowhere"), help="read it, list it in `outputs`, or remove it")

    def check_moved(self, graph: Graph) -> None:
        names = set(graph.by_name)
        for move in self.spec.moved:
            if move.new not in names:
                self.diagnostics.unknown("bad-moved", "node", move.new_span, move.new, names)
            if move.old in names:
                self.diagnostics.report(
                    "bad-moved", f"`{move.old}` still exists, so it was not renamed", (move.old_span, "still there"), help="remove the entry or the node"
                )
