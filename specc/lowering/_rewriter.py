"""Full conversion: walks a graph in schedule order and lowers each node until the target takes it.

While a node is illegal, the first lowering the target names that matches is applied; where none is left there is one
error with the constraint, its source and the user's line. A loop's body is lowered once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from specc.analysis.facts import Facts, facts
from specc.diagnostics import Diagnostics
from specc.ir import Graph, Loop, Node, Operand, Origin, Output, TensorType, topology
from specc.ir.graph import OUT, Types
from specc.lowering import _registry as lowerings
from specc.lowering._adapt import penalty_layer
from specc.lowering._layout import LAYOUTS
from specc.lowering._loops import lower_loop
from specc.lowering._lowered import Gap, Lowered, Value, View
from specc.lowering._objectives import needs_layout
from specc.lowering._pattern import ContractLowering, GraphLowering, Lowering, Moved, Results, Site
from specc.lowering._reports import Reports
from specc.lowering._weights import WeightSource, WeightTransform
from specc.ops import _registry as registry
from specc.ops._base import Mismatch
from specc.ops._keras_objects import KerasObject
from specc.ops.reshape import ReshapeAttributes
from specc.source import work
from specc.targets import Target, Violation

_MAX_ADDED = 10_000  # nodes beside a few for each of the graph
_MAX_STEPS = 50  # a chain of rewrites longer than this is lowerings that undo each other


def lower(
    graph: Graph,
    types: Types,
    target: Target,
    diagnostics: Diagnostics,
    losses: Mapping[str, KerasObject] | None = None,
) -> Lowered | None:
    """The graph as the target takes it; None where some node cannot be had, which is reported at the user's line."""
    before = diagnostics.error_count
    rewriter = Rewriter(graph, types, target, diagnostics)
    lowered = rewriter.run(losses or {})
    if diagnostics.error_count > before:
        return None
    for name, one in rewriter.graph_lowerings:
        lowered = one.rewrite(lowered, name)
    return lowered


class _Illegal(Exception):
    """A node that nothing lowers; it has been reported. `is_hard` where its type is at fault, which is passed on."""

    def __init__(self, is_hard: bool) -> None:
        super().__init__()
        self.is_hard = is_hard


class Rewriter:
    def __init__(self, graph: Graph, types: Types, target: Target, diagnostics: Diagnostics) -> None:
        self.target, self.layout = target, LAYOUTS[target.layout]
        named = [(name, lowerings.named(name, target)) for name in target.lowerings]
        self.written, self.moved = types, Moved(graph, types)
        for _, one in named:
            if isinstance(one, ContractLowering):
                self.moved = one.move(graph, types, lambda type: self.place(type) is not None)
        self.graph, self.types = self.moved.graph, self.moved.types
        self.reports = Reports(target, diagnostics, self.graph, self.types)
        self.lowerings = [(name, one) for name, one in named if isinstance(one, Lowering)]
        self.graph_lowerings = [(name, one) for name, one in named if isinstance(one, GraphLowering)]
        self.values: dict[tuple[str, str], Value] = {}
        self.inputs: list[Node] = []
        self.nodes: list[Node] = []
        self.loops: dict[str, Loop] = {}
        self.bodies: dict[str, list[str]] = {}
        self.path: list[str] = []
        self.lowered_types: Types = {}
        self.weights: dict[tuple[str, str], WeightTransform] = {}
        self.reference: dict[tuple[str, str], WeightSource] = {}
        self.reserved: set[str] = {*graph.by_name, *graph.states, *graph.scans, *graph.collects}
        self.given: set[str] = set()  # the names of nodes that the lowered graph has
        self.layer_names: dict[tuple[str, str], str] = {}
        self.applications = Counter(node.layer for node in graph.nodes)
        self.judged: dict[tuple[tuple[str, Any], ...], tuple[Violation, ...]] = {}
        self.gaps: list[Gap] = []
        self.depth = 0
        self.added = 0

    def run(self, losses: Mapping[str, KerasObject]) -> Lowered:
        for node in self.graph.inputs:
            self.node(node)
        self.items(topology.schedule(self.graph))
        outputs = {
            one.name: self.values[one.value.value, one.value.port]
            for one in self.graph.outputs
            if (one.value.value, one.value.port) in self.values
        }
        outputs = {name: self.trained(self.viewed(name, value), losses.get(name)) for name, value in outputs.items()}
        order = {name: at for at, name in enumerate((*self.graph.loops_by_name, *self.loops))}
        loops = sorted(self.loops.values(), key=lambda loop: order[loop.name])
        rows = tuple(Output(name, value.operand) for name, value in outputs.items())
        nodes, inputs = tuple(self.nodes), tuple(self.inputs)
        graph = Graph(self.graph.name, inputs, nodes, rows, tuple(loops), self.graph.doc, self.graph.scopes)
        self.reports.finish()
        inputs = {node.name: self.fed(node.name) for node in self.inputs if (node.name, OUT) in self.values}
        self.values |= {(end, OUT): self.values[name, OUT] for end, name in self.moved.ends.items() if name in inputs}
        weights, reference = tuple(self.weights.values()), tuple(self.reference.values())
        return Lowered(graph, self.lowered_types, self.values, weights, outputs, inputs, reference, tuple(self.gaps))

    def items(self, items: Sequence[topology.Item]) -> None:
        for item in items:
            if isinstance(item, topology.LoopItem):
                lower_loop(self, item)
            elif self.graph.by_name[item].op != "Input":
                self.node(self.graph.by_name[item])

    # what the caller does

    def fed(self, name: str) -> Value:
        """An input as the spec has it."""
        value = self.values[name, OUT]
        return replace(value, logical=self.written[name, OUT], views=self.moved.inputs.get(name, ()))

    def viewed(self, name: str, value: Value) -> Value:
        """An output as the spec has it, behind the views that the caller applies."""
        if name not in self.moved.outputs:
            return value
        views, logical = self.moved.outputs[name]
        if value.host is not None and (not views or views[0].shape != value.logical.shape):
            shape = value.logical.shape  # in which the activation has its axes
            views = (View(shape, tuple(range(1, len(shape) + 1))), *views)
        return replace(value, logical=logical, views=views)

    # nodes

    def node(self, node: Node) -> None:
        """Lowers one of the user's nodes and notes what stands for its results."""
        op = registry.get(node.op)
        results = {port: self.types[node.name, port] for port in op.ports(node.attributes)}
        operands: list[Value] = []
        for operand in node.operands:
            value = self.values.get((operand.value, operand.port))
            if value is None:  # its mistake has been reported; this one is another, whatever it reads
                if node.op in self.target.instead:
                    self.reports.illegal(node, [self.target.lacks(node.op)], {})
                self.suppose(node, results)
                return
            operands.append(replace(value, operand=replace(value.operand, span=operand.span)))
        weights = {
            one.name: WeightSource(node.layer, one.name, one.shape)
            for one in op.weights(node.attributes, [value.logical for value in operands])
        }
        self.reference |= {(node.layer, name): one for name, one in weights.items()}
        try:
            found = self.penalized(node, operands, results, weights)
        except _Illegal as error:
            if not error.is_hard:  # else what reads it would say the same again
                self.suppose(node, results)
            return
        for port, value in found.items():
            self.values[node.name, port] = value

    def penalized(
        self,
        node: Node,
        operands: Sequence[Value],
        results: Mapping[str, TensorType],
        weights: Mapping[str, WeightSource],
    ) -> dict[str, Value]:
        """Lowers a node, with its activity regularizer as a layer on what replaces it: lowerings split layers up."""
        penalty = getattr(node.attributes, "activity_regularizer", None)
        known = facts(node, [value.logical for value in operands], tuple(results.values()))
        in_place = all(self.layout(one.shape) == one.shape for one in results.values())
        if penalty is None or (in_place and not self.judge(known)):
            return self.legalize(node, operands, results, weights, is_logical=True, is_final=True)
        bare = replace(node, attributes=replace(node.attributes, activity_regularizer=None))
        found = self.legalize(bare, operands, results, weights, is_logical=True, is_final=True)
        if node.op == "SimpleRNN":
            return found  # Keras accepts its activity regularizer and does not apply it; LSTM and GRU do
        layer = penalty_layer(penalty)
        if layer is None or any(value.host for value in found.values()):
            message = f"the {penalty.name} of `{node.name}` reads values that the network has no layer for there"
            self.gaps.append(Gap(message, node.origin.span, "remove its `activity_regularizer`"))
            return found
        origin = node.origin.through("activity_regularizer")
        return {
            port: self.add(
                f"{node.name}_penalty",
                "ActivityRegularization",
                layer,
                [value],
                layer=f"{node.name}_penalty",
                origin=origin,
                weights={},
                logical=value.logical,
                final=False,
            )
            for port, value in found.items()
        }

    def suppose(self, node: Node, results: Mapping[str, TensorType]) -> None:
        """Puts the results of a node that could not be lowered in the place that the layout has for them.

        What reads them is judged as if they were there, so that one run shows everything.
        """
        for port, one in results.items():
            physical = self.place(one)
            if physical is not None:
                self.values[node.name, port] = Value(Operand(node.name, port), physical, one)

    def legalize(
        self,
        node: Node,
        operands: Sequence[Value],
        results: Mapping[str, TensorType],
        weights: Mapping[str, WeightSource],
        *,
        is_logical: bool,
        is_final: bool,
    ) -> dict[str, Value]:
        """What stands for a node's results once the target takes them."""
        if is_logical and all(value.type == value.logical for value in operands):
            in_place = all(self.layout(one.shape) == one.shape for one in results.values())
            is_logical = not in_place
        seen = [value.logical if is_logical else value.type for value in operands]
        known = facts(node, seen, tuple(results.values()))
        violations = self.judge(known)
        if not violations and not is_logical:
            return self.accept(node, operands, results, weights)
        if self.depth > _MAX_STEPS:
            raise RuntimeError(f"the lowerings of {self.target.name} go in circles at {node.name}")
        for name, lowering in () if any(one.hard for one in violations) else self.lowerings:
            site = Site(self, node, tuple(operands), results, weights, violations, known, is_logical, is_final, name)
            if lowering.matches(site):
                self.depth += 1
                found = lowering.rewrite(site)
                self.depth -= 1
                return self.by_port(found, results)
        if is_logical:
            known, violations = self.placed(node, operands, results) or (known, violations)
        self.reports.illegal(node, violations, known)
        raise _Illegal(any(one.hard for one in violations))

    def placed(
        self, node: Node, operands: Sequence[Value], results: Mapping[str, TensorType]
    ) -> tuple[Facts, tuple[Violation, ...]] | None:
        """What would still be wrong with a node as the user wrote it, were its values in the layout."""
        reads = [self.place(value.logical) for value in operands]
        gives = [self.place(one) for one in results.values()]
        if None in (*reads, *gives):
            return None
        known = facts(node, [one for one in reads if one], [one for one in gives if one])
        violations = self.judge(known)
        return (known, violations) if violations else None

    def place(self, logical: TensorType) -> TensorType | None:
        """The type with its shape in the layout, if the layout has a place for it."""
        shape = self.layout(logical.shape)
        return logical.with_shape(shape) if shape is not None else None

    def judge(self, known: Facts) -> tuple[Violation, ...]:
        """What makes a node illegal; all nodes of the same facts are judged once."""
        key = tuple(known.items())
        if key not in self.judged:
            self.judged[key] = tuple(self.target.violations(known))
        return self.judged[key]

    def by_port(self, found: Results, results: Mapping[str, TensorType]) -> dict[str, Value]:
        if isinstance(found, Value):
            return {next(iter(results)): found}
        return dict(found)

    def accept(
        self,
        node: Node,
        operands: Sequence[Value],
        results: Mapping[str, TensorType],
        weights: Mapping[str, WeightSource],
    ) -> dict[str, Value]:
        """Puts a legal node into the lowered graph."""
        self.given.add(node.name)
        node = replace(node, operands=tuple(value.operand for value in operands))
        if node.op == "Input":
            self.inputs.append(node)
        else:
            self.nodes.append(node)
            if self.path:
                self.bodies[self.path[-1]].append(node.name)
        for one in registry.get(node.op).weights(node.attributes, [value.type for value in operands]):
            key = (node.layer, one.name)
            if key not in self.weights:
                self.weights[key] = WeightTransform(node.layer, one.name, one.shape, weights[one.name], one.trainable)
        found: dict[str, Value] = {}
        for port, result in results.items():
            self.lowered_types[node.name, port] = result
            found[port] = Value(Operand(node.name, port), result, result)
        return found

    def add(
        self,
        name: str,
        op: str,
        attributes: Any,
        operands: Sequence[Value],
        *,
        layer: str,
        origin: Origin,
        weights: Mapping[str, WeightSource],
        logical: TensorType | None,
        final: bool,
        doc: str = "",
    ) -> Value:
        """Adds a physical node, lowered further if it has to be; the value of its first result."""
        definition = registry.get(op)
        self.added += 1
        if self.added > _MAX_ADDED + 4 * len(self.graph.nodes):
            raise work.WorkLimit
        name = self.fresh(name, origin.node)
        if definition.weights(attributes, [value.type for value in operands]):
            source = self.graph.by_name[origin.node].layer
            is_free = layer == source or layer not in self.reserved
            layer = self.layer_names.setdefault((source, layer), layer if is_free else name)
        else:
            layer = name
        node = Node(name, op, attributes, tuple(value.operand for value in operands), origin, layer, doc)
        try:
            inferred = definition.infer(attributes, [value.type for value in operands])
        except Mismatch as error:  # a lowering's own mistake, not the user's
            raise RuntimeError(f"{origin.trail[-1]} made an ill-typed {op} from `{origin.node}`: {error}") from error
        results = {OUT: inferred} if isinstance(inferred, TensorType) else inferred
        found = self.legalize(node, operands, results, weights, is_logical=False, is_final=final)
        value = next(iter(found.values()))
        return replace(value, logical=logical) if logical is not None else value

    def fresh(self, name: str, owner: str = "") -> str:
        """The name, numbered where something else than `owner` has it, in the lowered graph or in the user's."""
        base, count = name, 2
        while name in self.given or (name in self.reserved and name != owner):
            name = f"{base}_{count}"
            count += 1
        return name

    def reserve(self, name: str) -> str:
        """A fresh name for a value that is no node."""
        name = self.fresh(name)
        self.reserved.add(name)
        return name

    def source_layer(self, node: Node) -> str:
        """The layer in the user's graph that a node was made from."""
        return self.graph.by_name[node.origin.node].layer if node.origin.node in self.graph.by_name else node.layer

    # representations

    def canonical(self, value: Value) -> Value:
        """The value in its logical shape's own place in the layout, by a reshape where it lies otherwise."""
        shape = self.layout(value.logical.shape)
        if shape is None or shape == value.type.shape:
            return value
        origin = Origin(value.operand.span, value.operand.value)
        if value.operand.value in self.graph.by_name:
            origin = self.graph.by_name[value.operand.value].origin
        return self.reshaped(value, shape, f"{value.operand.value}_reshape", origin.through("layout"))

    def trained(self, value: Value, loss: KerasObject | None) -> Value:
        """An output laid out so that its loss sees the axes of the spec, where the target has a Reshape for that."""
        shape = self.layout(value.logical.shape)
        if loss is None or value.views or shape in (None, value.type.shape) or not needs_layout(loss):
            return value
        if "Reshape" not in self.target.ops and self.target.ops:
            return value
        return replace(self.canonical(value), host=value.host)

    def reshaped(self, value: Value, shape: tuple[int, ...], name: str, origin: Origin) -> Value:
        if value.type.shape == shape:
            return value
        attributes = ReshapeAttributes(target_shape=shape)
        return self.add(
            name,
            "Reshape",
            attributes,
            [value],
            layer=name,
            origin=origin,
            weights={},
            logical=value.logical,
            final=False,
        )

    # loops that lowerings make

    @contextmanager
    def inside(self, loop: str) -> Any:
        """Nodes added here belong to the loop's body."""
        self.bodies[loop] = []
        self.path.append(loop)
        try:
            yield
        finally:
            self.path.pop()

    def add_loop(self, loop: Loop) -> None:
        """Adds a loop that a lowering made; its body was added `inside` it."""
        self.loops[loop.name] = replace(
            loop, body=tuple(self.bodies[loop.name]), within=self.path[-1] if self.path else None
        )

    def declare(self, name: str, type: TensorType) -> Value:
        """A value of that type under a name a loop gives it."""
        self.lowered_types[name, OUT] = type
        return Value(Operand(name), type, type)
