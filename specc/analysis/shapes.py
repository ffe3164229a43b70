"""Infers the type of every value of a graph, loops included, and reports what does not fit, naming both ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from specc.analysis import scans
from specc.analysis.channels_first import channels_last
from specc.analysis.costs import weights_of
from specc.analysis.fills import axes_like
from specc.diagnostics import Diagnostics
from specc.ir import Fill, Graph, Loop, Node, Operand, State, TensorType, topology
from specc.ir.graph import OUT, Collect, Types
from specc.ir.sizes import is_known
from specc.ops import _registry as registry
from specc.ops._base import Mismatch
from specc.source import Span

AttributeSpan = Callable[[str, str], Span | None]


def no_attribute_span(node: str, attribute: str) -> Span | None:
    return None


def infer_types(
    graph: Graph,
    diagnostics: Diagnostics,
    broken: frozenset[str] = frozenset(),
    attribute_span: AttributeSpan = no_attribute_span,
) -> Types:
    """The type of every value by (name, port). Values that cannot be typed are missing, their reason reported once."""
    if topology.loop_groups(graph):
        return {}
    return _Inference(graph, diagnostics, broken, attribute_span).run()


@dataclass(slots=True)
class _Inference:
    graph: Graph
    diagnostics: Diagnostics
    broken: frozenset[str]
    attribute_span: AttributeSpan
    failures: dict[str, str] = field(default_factory=dict[str, str])  # by loop, what a trial pass found not to fit

    def run(self) -> Types:
        types: Types = {}
        for node in self.graph.inputs:
            self.apply(node, types, self.diagnostics)
        self.items(topology.schedule(self.graph), types)
        typed = {name for name, _ in types}
        for node in self.graph.nodes:
            if node.layer != node.name and node.layer in typed and node.name in typed:
                self.check_shared(node, types)
        return types

    def items(self, items: tuple[topology.Item, ...], types: Types) -> None:
        for item in items:
            if isinstance(item, topology.LoopItem):
                self.loop(item, types)
            elif item in self.graph.by_name and self.graph.by_name[item].op != "Input":
                self.apply(self.graph.by_name[item], types, self.diagnostics)

    def apply(self, node: Node, types: Types, diagnostics: Diagnostics) -> None:
        """Types a node's results from its operands'; stays silent where an operand has none."""
        if node.name in self.broken or node.attributes is None:
            return
        operands: list[TensorType] = []
        for operand in node.operands:
            found = types.get((operand.value, operand.port))
            if found is None:
                return
            operands.append(found)
        try:
            result = registry.get(node.op).infer(node.attributes, operands)
        except Mismatch as error:
            with diagnostics.within(node.origin.uses):
                self.report(node, error, operands, diagnostics)
            return
        if isinstance(result, TensorType):
            types[node.name, OUT] = result
        else:
            for port, one in result.items():
                types[node.name, port] = one

    def check_shared(self, node: Node, types: Types) -> None:
        """A layer called again has to find what its weights were made for."""
        owner = self.graph.by_name[node.layer]
        own, other = weights_of(owner, types), weights_of(node, types)
        built, found = (types.get((one.value, one.port)) for one in (owner.operands[0], node.operands[0]))
        if not own or built is None or found is None:
            return
        needs_rank = any(hasattr(node.attributes, name) for name in ("axis", "attention_axes"))
        same_rank = built.rank == found.rank or not needs_rank
        if [one.shape for one in own] == [one.shape for one in other] and same_rank:
            return
        place = node.operands[0].span or node.origin.span
        made = f"its weights are made here, for `{owner.operands[0]}` of {built}"
        self.diagnostics.report(
            "shape-mismatch",
            f"`{node.name}`: the layer `{owner.name}` is built for {built}, found {found}",
            (place, f"`{node.operands[0]}` is {found}"),
            (owner.origin.span if owner.origin.span != place else None, made),
            help=f"bring `{node.operands[0]}` to the shape of `{owner.operands[0]}`, "
            f"or give `{node.name}` an `op` of its own",
        )

    def report(self, node: Node, error: Mismatch, operands: list[TensorType], diagnostics: Diagnostics) -> None:
        labels: list[tuple[Span | None, str]] = []
        at_attribute = self.attribute_span(node.layer, error.attribute) if error.attribute else None
        if at_attribute is not None:
            labels.append((at_attribute, "does not fit"))
        index = error.operand
        order = [one for one in (index, error.other) if one is not None and one < len(operands)]
        for at in order or range(len(operands)):
            operand = node.operands[at]
            labels.append(
                (operand.span or (node.origin.span if not labels else None), f"`{operand}` is {operands[at]}")
            )
        first, own = labels[0][0] if labels else None, node.origin.span
        if own is not None and (first is None or first.line != own.line):
            labels.append((own, f"in `{node.name}`"))
        for at in order[:2]:
            labels.append((self.place(node.operands[at].value), f"`{node.operands[at]}` comes from here"))
        unique: dict[Span, str] = {}
        for span, text in labels:
            if span is not None:
                unique.setdefault(span, text)
        story = node.origin.story()
        of_input = {one.name for one in self.graph.inputs} >= {one.value for one in node.operands}
        shape = channels_last(node, operands[0], of_input) if operands else ""
        help = f"the channels are the last axis: write `{node.operands[0]}: {shape}` at the input" if shape else ""
        diagnostics.report(
            error.code,
            f"`{node.name}`: {error.message}",
            *unique.items(),
            notes=[story] if story else [],
            help=help or error.help,
        )

    def place(self, value: str) -> Span | None:
        """Where a value is defined."""
        if value in self.graph.by_name:
            return self.graph.by_name[value].origin.span
        for table in (self.graph.states, self.graph.scans, self.graph.collects):
            if value in table:
                return table[value][1].origin.span
        return None

    def loop(self, item: topology.LoopItem, types: Types) -> None:
        loop = item.loop
        self.start(item, types)
        scans.check(loop, types, self.place, self.diagnostics)
        types |= scans.rows(loop, types)
        self.items(item.items, types)
        unknown = [one for one in loop.states if isinstance(one.init, Fill) and (one.name, OUT) not in types]
        if unknown and not self.is_excused(loop, types):
            self.report_unknown_states(loop, unknown)
        for state in loop.states:
            self.check_state(state, types)
            self.check_fill(state, types)
        for collect in loop.collects:
            self.collect(loop, collect, types)

    def start(self, item: topology.LoopItem, types: Types) -> None:
        """Types the states: from their `init`; from a trial pass where that is zeros or ones."""
        waiting: list[State] = []
        for state in item.loop.states:
            if state.name in self.broken:
                continue
            if isinstance(state.init, Fill):
                waiting.append(state)
            elif (found := types.get((state.init.value, state.init.port))) is not None:
                types[state.name, OUT] = found
        if waiting:
            tried, failure = _trial(self.graph, item, waiting, types)
            if failure:
                self.failures[item.loop.name] = failure
            for name, found in tried.items():
                types[name, OUT] = found

    def check_state(self, state: State, types: Types) -> None:
        before = types.get((state.name, OUT))
        after = types.get((state.next.value, state.next.port))
        if before is None or after is None or before == after:
            return
        what = "shape and dtype" if before.shape != after.shape and before.dtype != after.dtype else "shape"
        self.diagnostics.report(
            "state-mismatch",
            f"state `{state.name}` is {before} before a pass and {after} after it",
            (state.next.span, f"`next`: `{state.next}` is {after}"),
            (state.init_span or state.origin.span, f"`init`: {_show_init(state)} is {before}"),
            (self.place(state.next.value), f"`{state.next}` comes from here"),
            help=f"a state keeps its {what if before.shape != after.shape else 'dtype'} over all passes: "
            "change the node that gives `next`, or start from another value",
        )

    def check_fill(self, state: State, types: Types) -> None:
        """Zeros of a free size want an axis of an input that has it."""
        found = types.get((state.name, OUT))
        if found is None or not isinstance(state.init, Fill) or all(map(is_known, found.shape)):
            return
        if axes_like(found.shape, self.graph) is not None:
            return
        kind = "zeros" if state.init.value == 0 else "ones"
        self.diagnostics.report(
            "unknown-size",
            f"state `{state.name}` of {found} cannot start from {kind}: no input has all its sizes without a number",
            (state.init_span or state.origin.span, f"{kind} of {found}"),
            (self.place(state.next.value), f"`{state.next}` gives it its shape"),
            help=f"start it from a node of {found}, or set the sizes",
        )

    def report_unknown_states(self, loop: Loop, states: list[State]) -> None:
        first, *others = states
        kind = "zeros" if first.init == Fill(0.0) else "ones"
        what = (
            f"the shape of state `{first.name}` cannot be told: it starts from {kind}, and `{first.next}` depends on it"
        )
        if others:
            names = ", ".join(f"`{state.name}`" for state in states)
            what = f"the shapes of the states {names} cannot be told: they start from numbers and depend on each other"
        self.diagnostics.report(
            "state-shape-unknown",
            what,
            (first.init_span, "has no shape of its own"),
            (first.next.span, f"depends on `{first.name}`"),
            *((state.init_span, f"nor has that of `{state.name}`") for state in others[:4]),
            notes=[self.failures[loop.name]] if loop.name in self.failures else [],
            help=f"start {'one of them' if others else 'it'} from an input or a node of the shape it should have",
        )

    def is_excused(self, loop: Loop, types: Types) -> bool:
        """Whether something in a loop's body failed for a reason of its own, which has been reported."""
        unknown = {*loop.body, *(state.name for state in loop.states)}
        for state in loop.states:
            started = isinstance(state.init, Fill) or (state.name, OUT) in types
            if state.name in self.broken or state.next.value in self.broken or not started:
                return True
            outside = state.next.value not in unknown and (state.next.value, state.next.port) not in types
            if outside:
                return True
        for name in loop.body:
            node = self.graph.by_name[name]
            waits_for = [one.value for one in node.operands if (one.value, one.port) not in types]
            failed = not waits_for and not any(key[0] == name for key in types)
            if name in self.broken or failed or any(one not in unknown for one in waits_for):
                return True
        return False

    def collect(self, loop: Loop, collect: Collect, types: Types) -> None:
        found = types.get((collect.value.value, collect.value.port))
        if found is None:
            return
        passes = scans.passes(loop, types)
        if collect.join:
            types[collect.name, OUT] = found.with_shape((found.shape[0] * passes, *found.shape[1:]))
        else:
            types[collect.name, OUT] = found.with_shape((passes, *found.shape))


def _show_init(state: State) -> str:
    if isinstance(state.init, Operand):
        return f"`{state.init}`"
    return (
        "`zeros`, in the shape of the first `next`,"
        if state.init.value == 0
        else "`ones`, in the shape of the first `next`,"
    )


def _trial(
    graph: Graph, item: topology.LoopItem, fills: list[State], types: Types
) -> tuple[dict[str, TensorType], str]:
    """The types of states that start from a number: what a pass makes of them, with guesses while they are unknown.

    Beside them what did not fit, as a note, if anything.

    Only proposals: the pass that follows infers everything from them and compares. States that feed each other need as
    many rounds as the chain is long, and one that shows that nothing changes any more; a state that does change, such
    as one that grows by each pass, gets no proposal.
    """
    found: dict[str, TensorType] = {}
    before: dict[str, TensorType] = {}
    failure = ""
    for _ in range(len(fills) + 1):
        known: dict[tuple[str, str], TensorType] = {(name, OUT): one for name, one in found.items()}
        known |= scans.rows(item.loop, types)
        for name in _flat(item):
            failure = _guess(graph, name, types, known) or failure
        before, found = found, {}
        for state in fills:
            after = known.get((state.next.value, state.next.port)) or types.get((state.next.value, state.next.port))
            if after is not None:
                found[state.name] = after
        if found == before:
            break
    return {name: one for name, one in found.items() if before.get(name) == one}, failure


def _guess(graph: Graph, name: str, types: Types, known: dict[tuple[str, str], TensorType]) -> str:
    """Notes the likely type of a node's result in `known`; says so where its operands, likely as well, do not fit."""
    node = graph.by_name[name]
    if node.attributes is None:
        return ""
    op = registry.get(node.op)
    operands = [known.get((one.value, one.port)) or types.get((one.value, one.port)) for one in node.operands]
    complete = [one for one in operands if one is not None]
    try:
        result = (
            op.infer(node.attributes, complete)
            if len(complete) == len(operands)
            else op.guess(node.attributes, operands)
        )
    except Mismatch as error:
        return f"tried with the shapes that are known, `{name}` does not fit: {error.message}"
    if isinstance(result, TensorType):
        known[name, OUT] = result
    elif result is not None:
        for port, one in result.items():
            known[name, port] = one
    return ""


def _flat(item: topology.LoopItem) -> list[str]:
    names: list[str] = []
    for one in item.items:
        names.extend(_flat(one) if isinstance(one, topology.LoopItem) else [one])
    return names
