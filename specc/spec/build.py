"""Spec into Graph: references resolved, calls bound to their layers, loops given their bodies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from specc.diagnostics import Diagnostics
from specc.ir import Collect, Fill, Graph, Init, Loop, Node, Operand, Origin, Output, Scan, Scope, State
from specc.ir.graph import AS_SCANNED
from specc.ops import _registry as registry
from specc.source import Mapping, Sequence, Span
from specc.spec.calls import Calls
from specc.spec.document import (
    CollectDecl,
    InputDecl,
    Instance,
    LoopDecl,
    NodeDecl,
    Reference,
    ScanDecl,
    Spec,
    StateDecl,
)
from specc.spec.loops import check_loops
from specc.spec.moved import check_moved
from specc.spec.references import Certainty, References, Rows
from specc.spec.unused import report_unused

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
        taken: set[str] = set()  # of two things with one name, which has been reported, the first counts
        self.inputs = _first(spec.inputs, taken)
        self.nodes = _first(spec.nodes, taken)
        self.states = _first([state for loop in spec.loops for state in loop.states], taken)
        self.scans = _first([one for loop in spec.loops for one in loop.scans], taken)
        self.collects = _first([one for loop in spec.loops for one in loop.collects], taken)
        self.broken: set[str] = set(spec.ambiguous)
        self.certainty = Certainty(is_sure=spec.has_all_outputs)
        self.unsure_loops: set[str] = set()
        others = {
            **dict.fromkeys(self.inputs, "an input"),
            **dict.fromkeys(self.states, "a state"),
            **dict.fromkeys(self.scans, "a scanned value"),
            **dict.fromkeys(self.collects, "a collected value"),
        }
        self.calls = Calls(spec, self.nodes, others, diagnostics)
        rows = Rows(self.inputs, self.nodes, self.states, self.scans, self.collects)
        self.references = References(spec, rows, self.calls, self.certainty, diagnostics)

    def run(self) -> Built:
        inputs = tuple(self.input(one) for one in self.inputs.values())
        nodes: list[Node] = []
        above: NodeDecl | None = None
        for decl in self.spec.nodes:
            if self.nodes.get(decl.name) is decl:
                nodes.append(self.node(decl, above))
            above = decl
        loops = tuple(self.loop(one) for one in self.spec.loops)
        outputs = tuple(
            Output(one.name, operand)
            for one in self.spec.outputs
            if (operand := self.references.operand(one.value)) is not None
        )
        scopes = tuple(self.scope(one) for one in self.spec.instances)
        graph = Graph(self.spec.name, inputs, tuple(nodes), outputs, loops, self.spec.doc, scopes)
        graph = self.without_strays(graph)
        inits = {
            decl.name: init for decl in self.nodes.values() if decl.init and (init := self.init(decl.init)) is not None
        }
        syntax = {decl.name: decl.syntax for decl in self.nodes.values()}
        unsure = self.unsure_loops if self.certainty.is_whole else {loop.name for loop in graph.loops}
        is_whole = self.certainty.is_whole and self.spec.is_complete
        self.check_layer_names(graph)
        whole, (graph, bad) = graph, check_loops(graph, inits, syntax, self.diagnostics, unsure, is_whole)
        self.report_unused(whole, inits)
        self.broken |= bad
        check_moved(self.spec, list(graph.by_name), self.diagnostics)
        return Built(graph, frozenset(self.broken), syntax, inits)

    def without_strays(self, graph: Graph) -> Graph:
        """The graph without reads of rows that could not be made; who reads them is broken."""
        rows = _rows(graph)
        nodes: list[Node] = []
        for node in graph.nodes:
            kept = tuple(operand for operand in node.operands if operand.value in rows)
            if len(kept) < len(node.operands):
                self.broken.add(node.name)
                node = replace(node, operands=kept)
            nodes.append(node)
        loops = [replace(loop, states=tuple(self.kept(state, rows) for state in loop.states)) for loop in graph.loops]
        loops = [
            replace(
                loop,
                scans=tuple(one for one in loop.scans if one.name in rows),
                collects=tuple(one for one in loop.collects if one.name in rows),
            )
            for loop in loops
        ]
        outputs = tuple(output for output in graph.outputs if output.value.value in rows)
        return replace(graph, nodes=tuple(nodes), loops=tuple(loops), outputs=outputs)

    def kept(self, state: State, rows: set[str]) -> State:
        if state.next.value not in rows:
            state = replace(state, next=Operand(state.name))
        if isinstance(state.init, Operand) and state.init.value not in rows:
            self.broken.add(state.name)
            state = replace(state, init=Fill(0.0))
        return state

    def check_layer_names(self, graph: Graph) -> None:
        """Keras knows the layer of node `a/b` as `a_b`, which nothing else may be called."""
        taken: dict[str, Node] = {node.name: node for node in graph.by_name.values() if "/" not in node.name}
        for node in graph.nodes:
            if "/" not in node.name:
                continue
            name = node.name.replace("/", "_")
            other = taken.setdefault(name, node)
            if other is not node:
                message = f"`{other.name}` and `{node.name}` would both be the layer `{name}`"
                use = node.origin.uses[-1].span if node.origin.uses else node.origin.span
                first = other.origin.uses[-1].span if other.origin.uses else other.origin.span
                help = "rename one of the two"
                self.diagnostics.report("duplicate-name", message, (use, "makes one"), (first, "the other"), help=help)
                return

    def scope(self, one: Instance) -> Scope:
        inputs = [
            (name, operand) for name, value in one.inputs if (operand := self.references.operand(value)) is not None
        ]
        origin = Origin(one.span, one.name, uses=one.uses)
        return Scope(
            one.name,
            one.block,
            one.arguments,
            tuple(inputs),
            origin,
            one.doc,
            one.group,
            one.block_doc,
            one.defaults,
            one.expressions,
        )

    def input(self, decl: InputDecl) -> Node:
        attributes = decl.attributes
        if attributes is None:
            self.broken.add(decl.name)
        return Node(decl.name, "Input", attributes, (), Origin(decl.span, decl.name), doc=decl.doc)

    def node(self, decl: NodeDecl, above: NodeDecl | None) -> Node:
        op, attributes, layer = decl.op, decl.attributes, decl.name
        if decl.call is not None:
            target = self.calls.called(decl)
            if target is not None:
                op, attributes, layer = target.op, target.attributes, target.name
        with self.diagnostics.within(decl.uses):
            operands, is_whole = self.operands(decl, above)
        self.certainty.is_whole = self.certainty.is_whole and is_whole
        self.certainty.is_sure = self.certainty.is_sure and (decl.init is not None or "init" not in decl.syntax)
        if op is None or attributes is None or not is_whole:
            self.broken.add(decl.name)
        else:
            with self.diagnostics.within(decl.uses):
                self.check_count(decl, op, operands)
        return Node(decl.name, op or "", attributes, operands, origin(decl), layer, decl.doc)

    def check_count(self, decl: NodeDecl, op: str, operands: tuple[Operand, ...]) -> None:
        arity = registry.get(op).arity
        count = len(operands)
        if arity.least <= count and (arity.most is None or count <= arity.most):
            return
        self.broken.add(decl.name)
        if count < arity.least:
            self.certainty.lose()
        help = "list them: `from: [left, right]`"
        place = operands[0].span
        if arity.most is not None and count > arity.most:
            place = operands[arity.most].span
            help = "join them first, for instance with Concatenate or Add, or make a node for each"
        message = f"{op} takes {arity}, `{decl.name}` is given {count}"
        if not decl.operands:
            message += f", the {'node above' if operands[0].value in self.nodes else 'input'} `{operands[0]}`"
        self.diagnostics.report(
            "operand-count", message, (place if decl.operands else decl.kind_span, f"{count} given"), help=help
        )

    def operands(self, decl: NodeDecl, above: NodeDecl | None) -> tuple[tuple[Operand, ...], bool]:
        """What a node reads, and whether that is all."""
        if decl.operands is None:
            found = self.assumed(decl, above)
            return found, bool(found)
        if not decl.operands:
            self.certainty.is_sure = False
            entry = decl.syntax.entry("from")
            if entry is not None and isinstance(entry.value, Sequence) and not entry.value.items:
                message = f"`from` of `{decl.name}` is empty"
                place = (entry.value.span, "names nothing")
                help = "name what it reads, or leave `from` out: the node above is read"
                self.diagnostics.report("operand-count", message, place, help=help)
            return (), False
        resolved = [self.references.operand(reference) for reference in decl.operands]
        return tuple(one for one in resolved if one), all(resolved)

    def assumed(self, decl: NodeDecl, above: NodeDecl | None) -> tuple[Operand, ...]:
        """The operand of a node without `from`: the node above, or the only input."""
        if above is not None:
            return (self.references.default(above.name),)
        if len(self.inputs) == 1:
            return (Operand(next(iter(self.inputs)), span=None),)
        self.certainty.is_sure = False
        if self.inputs and self.spec.is_complete:
            names = ", ".join(f"`{name}`" for name in self.inputs)
            self.diagnostics.report(
                "missing-from",
                f"`{decl.name}` is the first node and there are {len(self.inputs)} inputs: which one does it read?",
                (decl.span, "no `from` given"),
                help=f"add `from:` with one of {names}",
            )
        return ()

    def init(self, reference: Reference) -> Init | None:
        if reference.port is None and reference.name in FILLS:
            return Fill(FILLS[reference.name])
        return self.references.operand(reference, FILLS)

    def loop(self, decl: LoopDecl) -> Loop:
        if not decl.is_sure:
            self.unsure_loops.add(decl.name)
        states = tuple(self.state(one, decl.name) for one in decl.states if self.states.get(one.name) is one)
        own = [one for one in decl.collects if self.collects.get(one.name) is one]
        collects = tuple(one for each in own if (one := self.collect(each)) is not None)
        walked = [one for one in decl.scans if self.scans.get(one.name) is one]
        scans = tuple(scan for each in walked if (scan := self.scan(each)) is not None)
        if len(scans) < len(decl.scans):
            self.unsure_loops.add(decl.name)
        param = decl.passes_param if self.only_sets_passes(decl) else None
        return Loop(
            decl.name,
            AS_SCANNED if decl.passes is None else decl.passes,
            states,
            Origin(decl.span, decl.name),
            collects=collects,
            scans=scans,
            schedule=decl.schedule,
            passes_param=param,
            passes_span=decl.passes_span,
        )

    def only_sets_passes(self, decl: LoopDecl) -> bool:
        """Whether a loop's parameter could stay an argument: nothing else reads it and no shape depends on it."""
        if decl.collects or decl.scans:
            return False
        return decl.passes_param in self.spec.params and decl.passes_param in self.spec.passes_only

    def state(self, decl: StateDecl, loop: str) -> State:
        """A state; where its `init` is lost it is broken, where its `next` is lost it stays as it is."""
        init = self.init(decl.init) if decl.init else None
        after = self.references.operand(decl.next) if decl.next else None
        if init is None or after is None:
            self.unsure_loops.add(loop)
        if decl.init is None or decl.next is None:
            self.certainty.is_sure = False
        if init is None or (after is None and isinstance(init, Fill)):
            self.broken.add(decl.name)
        span = decl.init.span if decl.init else None
        origin = Origin(decl.span, decl.name)
        return State(decl.name, init or Fill(0.0), after or Operand(decl.name, span=decl.span), origin, span)

    def collect(self, decl: CollectDecl) -> Collect | None:
        value = self.references.operand(decl.value) if decl.value else None
        if value is None:
            self.certainty.is_sure = self.certainty.is_sure and decl.value is not None
            return None
        return Collect(decl.name, value, Origin(decl.span, decl.name))

    def scan(self, decl: ScanDecl) -> Scan | None:
        sequence = self.references.operand(decl.sequence) if decl.sequence else None
        if sequence is None:
            self.certainty.is_sure = self.certainty.is_sure and decl.sequence is not None
            return None
        return Scan(decl.name, sequence, Origin(decl.span, decl.name), decl.reverse)

    def report_unused(self, graph: Graph, inits: dict[str, Init]) -> None:
        lost = (
            self.diagnostics.has("duplicate-key", "invalid-key", "missing-init", "undeclared-cycle")
            or self.spec.ambiguous
            or not self.spec.is_complete
        )
        if self.certainty.is_sure and not lost and self.spec.outputs:
            read = self.certainty.probable | {init.value for init in inits.values() if isinstance(init, Operand)}
            report_unused(graph, self.spec, read, self.diagnostics)


def origin(decl: NodeDecl) -> Origin:
    return Origin(decl.span, decl.name, uses=decl.uses)


def _rows(graph: Graph) -> set[str]:
    """What can be read: all rows but the scans and collects of what is none, and those of these in turn."""
    sources = {one.name: one.sequence.value for _, one in graph.scans.values()}
    sources |= {one.name: one.value.value for _, one in graph.collects.values()}
    readers: dict[str, list[str]] = {}
    for name, source in sources.items():
        readers.setdefault(source, []).append(name)
    rows = {*graph.by_name, *graph.states, *sources}
    lost = [source for source in readers if source not in rows]
    while lost:
        for name in readers.get(lost.pop(), ()):
            if name in rows:
                rows.discard(name)
                lost.append(name)
    return rows


Decl = TypeVar("Decl", InputDecl, NodeDecl, StateDecl, ScanDecl, CollectDecl)


def _first(decls: Iterable[Decl], taken: set[str]) -> dict[str, Decl]:
    """The declarations by name; of a name that is taken, none."""
    found: dict[str, Decl] = {}
    for decl in decls:
        if decl.name not in taken:
            found[decl.name] = decl
            taken.add(decl.name)
    return found
