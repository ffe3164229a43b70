"""A lowered graph into the source of `build_model`: Functional API, a loop as a Python `for` over shared layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import LiteralString

from specc.emit import _literals as literals
from specc.emit import fills
from specc.emit._modules import packages
from specc.emit.blocks import functions
from specc.emit.code import Code
from specc.emit.functions import FunctionWriter
from specc.emit.instances import Call, Function, group_of, operands
from specc.emit.naming import Names, layer_text
from specc.emit.steps import contracted
from specc.ir import Fill, Graph, Loop, Node, Operand, topology
from specc.ir.graph import OUT, Types
from specc.ops import _registry as registry
from specc.source import escape


class ModelWriter:
    """Writes one `build_model`."""

    def __init__(self, graph: Graph, types: Types, code: Code) -> None:
        self.graph, self.types, self.code = graph, types, code
        params = frozenset(loop.passes_param for loop in graph.loops if loop.passes_param)
        self.names = Names(params | packages(node.op for node in graph.nodes))
        self.uses = Counter(node.layer for node in graph.nodes)
        first: dict[str, str] = {}  # in the order of computation: a `call` may come before the node it repeats
        for name in topology.flat_order(graph):
            first.setdefault(graph.by_name[name].layer, name)
        self.first = set(first.values())
        found, calls = functions(graph, types)
        self.contracted = contracted(graph, calls)
        if self.contracted is None:
            found = []  # all is written flat
        self.functions: dict[Function, LiteralString] = {}
        for at, one in enumerate(found):
            self.functions[one] = self.names.function(one.name, at)
        self.scopes = {scope.name for scope in graph.scopes}

    def write(self) -> None:
        for function, name in self.functions.items():
            FunctionWriter(function, name, self.functions, self.code).write()
        passes: dict[LiteralString, int] = {}
        for loop in self.graph.loops:
            if loop.passes_param:
                passes[escape.identifier(loop.passes_param)] = loop.passes
        arguments: list[LiteralString] = [f"{name}: int = {literals.literal(value)}" for name, value in passes.items()]
        signature = ", ".join([*arguments, "batch_size: int | None = None"])
        with self.code.block(f"def build_model(*, {signature}) -> keras.Model:"):
            self.docstring(list(passes))
            for name in passes:
                with self.code.block(f"if {name} < 1:"):
                    self.code.add(f'raise ValueError(f"`{name}` has to be at least 1, found {{{name}}}")')
            self.body()

    def docstring(self, passes: Sequence[str]) -> None:
        line = "The network with fresh weights."
        if passes:
            shown = ", ".join(f"`{name}`" for name in passes)
            line = f"The network with fresh weights, which do not depend on {shown}."
        self.code.docstring(line, "", "`batch_size` fixes the batch axis, which converters want; None leaves it free.")

    def body(self) -> None:
        for node in self.graph.inputs:
            shape = literals.literal(node.attributes.shape)
            dtype = "" if node.attributes.dtype == "float32" else f", dtype={literals.literal(node.attributes.dtype)}"
            self.note(node)
            self.code.add(
                f"{self.names.value(node.name)} = "
                f"keras.Input({shape}, batch_size=batch_size{dtype}, name={literals.literal(node.name)})"
            )
        if self.contracted is None:
            self.items(topology.schedule(self.graph))
        else:
            self.steps(self.contracted)
        inputs = ", ".join(self.names.value(node.name) for node in self.graph.inputs)
        outputs: list[tuple[str, LiteralString]] = [(one.name, self.operand(one.value)) for one in self.graph.outputs]
        given = f"[{inputs}]" if len(self.graph.inputs) > 1 else inputs
        rows = ", ".join(f"{literals.literal(name)}: {value}" for name, value in outputs)
        made = outputs[0][1] if len(outputs) == 1 else f"{{{rows}}}"
        self.code.add(f"return keras.Model({given}, {made}, name={literals.literal(self.graph.name)})")

    def steps(self, steps: Sequence[topology.Item | Call]) -> None:
        """Items, and instances of blocks as calls; copies of one repeat that agree become a loop."""
        at = 0
        while at < len(steps):
            step = steps[at]
            if isinstance(step, Call):
                run = self.chain(steps[at:])
                self.call(step) if len(run) == 1 else self.repeat(run)
                at += len(run)
                continue
            copies = self.copies(steps[at:])
            self.items((step,)) if len(copies) < 2 else self.repeat_layer(copies)
            at += max(len(copies), 1)

    def copies(self, steps: Sequence[topology.Item | Call]) -> list[Node]:
        """The nodes from the first on that are copies of one repeat and agree, each reading the one before only."""
        found: list[Node] = []
        for step in steps:
            node = self.graph.by_name[step] if isinstance(step, str) else None
            if node is None or not group_of(node.name) or self.uses[node.layer] > 1 or len(node.operands) != 1:
                break
            if registry.get(node.op).ports(node.attributes) != (OUT,):
                break
            if found:
                first = found[0]
                same = (node.op, node.attributes, group_of(node.name)) == (
                    first.op,
                    first.attributes,
                    group_of(first.name),
                )
                if not same or node.operands[0].value != found[-1].name or not self.is_read_by(found[-1].name, node):
                    break
            found.append(node)
        return found

    def is_read_by(self, name: str, node: Node) -> bool:
        """Whether nothing but one node reads a value."""
        is_output = any(one.value.value == name for one in self.graph.outputs)
        return not is_output and {*self.graph.readers.get(name, ())} == {node.name}

    def repeat_layer(self, nodes: Sequence[Node]) -> None:
        """`for number in range(1, 4): hidden = layers.Dense(20, name=f"hidden_{number}")(hidden)`"""
        first, group = nodes[0], group_of(nodes[0].name)
        start = self.operand(first.operands[0])
        for node in nodes:
            self.names.rename(node.name, OUT, group)
        made, number = self.results(first), int(first.name.rpartition("/")[2])
        self.note(first)
        if made != start:
            self.code.add(f"{made} = {start}")
        counter = self.names.local("number")
        with self.code.block(
            f"for {counter} in range({literals.literal(number)}, {literals.literal(number + len(nodes))}):"
        ):
            name = f'f"{layer_text(group)}_{{{counter}}}"'
            layer = literals.construction(first, literals.texts(first), name)
            self.code.add(f"{made} = {layer}({literals.operands(first, [made])})", self.line(first))

    def chain(self, steps: Sequence[topology.Item | Call]) -> list[Call]:
        """The instances from the first on that are copies of one repeat and agree.

        Each reads the results of the one before, which nothing else reads, and beside them what the first reads.
        """
        first = steps[0]
        assert isinstance(first, Call)
        found = [first]
        carried: list[int | None] = []
        for step in steps[1:]:
            last = found[-1]
            if not isinstance(step, Call) or step.body.scope.group is None:
                break
            if not self.is_passed_on(last) or not self.is_passed_on(step):
                break
            if step.function is not first.function or step.body.scope.group != first.body.scope.group:
                break
            reads = _carried(last, step)
            pairs = zip(reads, first.body.inputs, step.body.inputs, strict=True)
            stays = all(at is not None or one == other for at, one, other in pairs)
            if not stays or {*reads} - {None} != {*range(len(operands(last)))} or (carried and reads != carried):
                break
            if step.function.arguments(step.body) != first.function.arguments(first.body):
                break
            carried = reads
            found.append(step)
        return found

    def is_passed_on(self, call: Call) -> bool:
        """Whether nobody but the next copy of a repeat reads a copy, or it is the last one."""
        group, _, number = call.body.scope.name.rpartition("/")
        following = f"{group}/{int(number) + 1}" if number.isdecimal() else ""
        if following not in self.scopes:
            return True
        names = {one.value for one in operands(call)}
        if any(one.value.value in names for one in self.graph.outputs):
            return False
        own = (f"{call.body.scope.name}/", f"{following}/")
        return all(reader.startswith(own) for name in names for reader in self.graph.readers.get(name, ()))

    def call(self, call: Call) -> None:
        """`stem = conv_bn(image, name="stem", filters=16)`"""
        scope = call.body.scope
        if scope.doc:
            self.code.comment(scope.doc)
        results = operands(call)
        if scope.group and self.is_passed_on(call):
            self.share_names(call, scope.group)
        elif len(results) == 1:
            self.names.rename(results[0].value, results[0].port, scope.name)
        made = ", ".join(self.operand(one) for one in results)
        given: list[LiteralString] = [self.operand(one) for one in call.body.inputs]
        text = self.text(call, given, literals.literal(layer_text(scope.name)))
        self.code.add(f"{made} = {text}", f"line {scope.origin.span.line}" if scope.origin.span else "")

    def share_names(self, call: Call, group: str) -> None:
        """Lets the copies of a repeat hold their results in the same variables."""
        results = operands(call)
        for result in results:
            inside = result.value.removeprefix(f"{call.body.scope.name}/")
            port = f"{inside}_{result.port}" if result.port != OUT else inside
            self.names.rename(result.value, result.port, group if len(results) == 1 else f"{group}/{port}")

    def text(self, call: Call, operands: Sequence[LiteralString], name: LiteralString) -> LiteralString:
        function = call.function
        return function.call(self.functions[function], operands, name, function.arguments(call.body))

    def repeat(self, calls: Sequence[Call]) -> None:
        """`for number in range(2, 5): x = block(x, name=f"tower_{number}")`"""
        scope = calls[0].body.scope
        assert scope.group is not None
        carried = _carried(calls[0], calls[1])
        starts: list[LiteralString] = [self.operand(one) for one in calls[0].body.inputs]
        for call in calls:
            self.share_names(call, scope.group)
        made: list[LiteralString] = [self.operand(one) for one in operands(calls[-1])]
        given: list[LiteralString] = [
            start if at is None else made[at] for at, start in zip(carried, starts, strict=True)
        ]
        line = f"line {scope.origin.span.line}" if scope.origin.span else ""
        pairs: list[tuple[LiteralString, LiteralString]] = [
            (made[at], start) for at, start in zip(carried, starts, strict=True) if at is not None
        ]
        changed: list[LiteralString] = [name for name, start in pairs if name != start]
        if changed:
            values: list[LiteralString] = [start for name, start in pairs if name != start]
            self.code.add(f"{', '.join(changed)} = {', '.join(values)}")
        first = int(scope.name.rpartition("/")[2])
        counter = self.names.local("number")
        with self.code.block(
            f"for {counter} in range({literals.literal(first)}, {literals.literal(first + len(calls))}):"
        ):
            name = f'f"{layer_text(scope.group)}_{{{counter}}}"'
            self.code.add(f"{', '.join(made)} = {self.text(calls[0], given, name)}", line)

    def items(self, items: tuple[topology.Item, ...]) -> None:
        for item in items:
            if isinstance(item, topology.LoopItem):
                if item.loop.within is None:
                    self.code.add()
                    self.shared_layers(item)
                self.loop(item)
                if item.loop.within is None:
                    self.code.add()
            elif self.graph.by_name[item].op != "Input":
                self.node(self.graph.by_name[item])

    def shared_layers(self, item: topology.LoopItem) -> None:
        """The layers of a loop's body, made once before it."""
        for one in item.items:
            if isinstance(one, topology.LoopItem):
                self.shared_layers(one)
            else:
                node = self.graph.by_name[one]
                if node.name in self.first:
                    self.note(node)
                    self.code.add(f"{self.names.layer(node.layer)} = {literals.layer(node)}", self.line(node))

    def node(self, node: Node) -> None:
        """Layer and call on one line where the layer is applied once and it fits; else the layer first."""
        in_loop = node.name in self.graph.loop_of
        made, comment = literals.layer(node), self.line(node)
        result, arguments = self.results(node), self.arguments(node)
        is_made = in_loop or node.name not in self.first
        if not in_loop:
            self.note(node)
        if not is_made and self.uses[node.layer] == 1 and self.code.fits(f"{result} = {made}({arguments})", comment):
            self.code.add(f"{result} = {made}({arguments})", comment)
            return
        layer = self.names.layer(node.layer)
        if not is_made:
            self.code.add(f"{layer} = {made}", comment)
        self.code.add(f"{result} = {layer}({arguments})", "" if node.name in self.first else comment)

    def results(self, node: Node) -> LiteralString:
        ports = registry.get(node.op).ports(node.attributes)
        return literals.results(node, [self.names.value(node.name, port) for port in ports])

    def arguments(self, node: Node) -> LiteralString:
        return literals.operands(node, [self.operand(one) for one in node.operands])

    def operand(self, operand: Operand) -> LiteralString:
        return self.names.value(operand.value, operand.port)

    def loop(self, item: topology.LoopItem) -> None:
        loop = item.loop
        self.code.comment(f"loop {loop.origin.node}{self.at(loop)}: {self.story(loop)}")
        for collect in loop.collects:
            self.code.add(f"{self.names.local(f'{collect.name}_values')}: list[Any] = []")
        starts: list[LiteralString] = [self.start(state.init, state.name) for state in loop.states]
        states: list[LiteralString] = [self.names.value(state.name) for state in loop.states]
        if states:
            self.code.add(f"{', '.join(states)} = {', '.join(starts)}")
        counter = self.names.local("step" if loop.within is None else f"{loop.name}_step") if loop.scans else "_"
        passes = escape.identifier(loop.passes_param) if loop.passes_param else literals.literal(loop.passes)
        with self.code.block(f"for {counter} in range({passes}):"):
            for scan in loop.scans:
                row = f"-1 - {counter}" if scan.reverse else counter
                if scan.keep_axis:
                    number = literals.literal(loop.passes - 1)
                    first = f"{number} - {counter}" if scan.reverse else counter
                    last = f"{passes} - {counter}" if scan.reverse else f"{counter} + 1"
                    row = f"{first} : {last}, :, :"
                self.code.add(f"{self.names.value(scan.name)} = {self.operand(scan.sequence)}[:, {row}]")
            self.items(item.items)
            for collect in loop.collects:
                self.code.add(f"{self.names.local(f'{collect.name}_values')}.append({self.operand(collect.value)})")
            if states:
                self.code.add(f"{', '.join(states)} = {', '.join(self.operand(state.next) for state in loop.states)}")
        for collect in loop.collects:
            join = "concatenate" if collect.join else "stack"
            values = self.names.local(f"{collect.name}_values")
            self.code.add(f"{self.names.value(collect.name)} = ops.{join}({values}, axis=1)")

    def start(self, init: Operand | Fill, state: str) -> LiteralString:
        if isinstance(init, Operand):
            return self.operand(init)
        return fills.start(init, self.types[state, OUT].shape, self.graph, self.names.value)

    def story(self, loop: Loop) -> str:
        carried = ", ".join(f"{state.name} becomes {state.next}" for state in loop.states)
        return f"after each pass {carried}" if carried else "the same layers on every pass"

    def note(self, node: Node) -> None:
        if node.doc:
            self.code.comment(node.doc)

    def line(self, node: Node) -> str:
        """`line 8`, and how the node came to be where it is not as the user wrote it."""
        span = node.origin.span
        where = f"line {span.line}" if span else ""
        return (
            where
            if node.origin.node == node.name
            else ", ".join(one for one in (where, f"of {node.origin.node}") if one)
        )

    def at(self, loop: Loop) -> str:
        return f" (line {loop.origin.span.line})" if loop.origin.span else ""


def _carried(call: Call, following: Call) -> list[int | None]:
    """For each operand of a call, which result of the call before it is; None where it is none of them."""
    results = operands(call)
    return [results.index(one) if one in results else None for one in following.body.inputs]


def uses_ops(graph: Graph) -> bool:
    """Whether the model's code calls `keras.ops`."""
    return fills.uses_fill(graph) or any(loop.collects for loop in graph.loops)
