"""Block instances read out of a lowered graph: their items, what they read, what is read of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import LiteralString, TypeAlias

from specc.emit import _literals as literals
from specc.ir import Graph, Node, Operand, Scope, topology
from specc.ir.graph import OUT, Types
from specc.ops import _registry as registry

ABSENT = None  # the source text of what an instance has no use for
Text: TypeAlias = LiteralString | None
Column: TypeAlias = tuple[Text, ...]  # one source text for each instance


@dataclass(frozen=True, slots=True)
class Ref:
    """A value inside a block: operand number `input` of the instance, or a result of the item `key`."""

    key: str = ""
    port: str = OUT
    input: int = -1


@dataclass(slots=True, eq=False)
class Item:
    """A layer, or an instance of another block, in a body. `attributes` are source texts, Keras' defaults included."""

    key: str
    kind: str  # the op, or the name of the function
    attributes: dict[str, LiteralString]
    operands: tuple[Ref, ...]
    ports: tuple[str, ...]
    node: Node | None = None
    call: Call | None = None
    final: Item | None = None  # the last of several copies of one repeat that agree; this is the first

    @property
    def start(self) -> int:
        """The number of the first copy."""
        return int(self.node_key.rpartition("/")[2])

    @property
    def node_key(self) -> str:
        """The name of the node or instance inside the block."""
        return self.key.rstrip("*")


@dataclass(slots=True, eq=False)
class Body:
    """An instance: its items by name, what it reads from outside, what is read of it."""

    scope: Scope
    items: dict[str, Item]
    inputs: tuple[Operand, ...]
    outputs: tuple[Ref, ...]
    channels: dict[str, int] = field(default_factory=dict[str, int])  # of the inputs, by the names they have inside

    @property
    def named_inputs(self) -> dict[str, int]:
        """Which of `inputs` the names of the block's inputs mean."""
        given = self.scope.inputs
        if len(self.inputs) == len(given) == 1:
            return {given[0][0]: 0}  # whatever the lowered value is called
        return {name: self.inputs.index(one) for name, one in given if one in self.inputs}

    @property
    def arguments(self) -> dict[str, LiteralString]:
        return {name: literals.literal(value) for name, value in self.scope.arguments}


@dataclass(slots=True, eq=False)
class Function:
    """What stands for all bodies of one make.

    `cells` are the attributes of items that differ, `conditions` say when an item is there: expressions of parameters
    and of the channels of inputs, as a spec has them.
    """

    name: str
    bodies: list[Body]
    items: dict[str, Item] = field(default_factory=dict[str, Item])
    outputs: tuple[Ref, ...] = ()
    parameters: dict[str, Column] = field(default_factory=dict[str, "Column"])
    cells: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    conditions: dict[str, str] = field(default_factory=dict[str, str])
    keywords: dict[str, LiteralString] = field(default_factory=dict[str, LiteralString])  # of calls, by parameter

    @property
    def ordered(self) -> list[str]:
        """The parameters: the block's own as it declares them, then the others."""
        own = [name for name, _ in self.bodies[0].scope.arguments if name in self.parameters]
        return [*own, *(name for name in self.parameters if name not in own)]

    def arguments(self, body: Body) -> dict[str, LiteralString]:
        """What an instance passes, as source texts."""
        at = self.bodies.index(body)
        return {name: text for name in self.ordered if (text := self.parameters[name][at]) is not None}

    def call(
        self,
        name: LiteralString,
        operands: Sequence[LiteralString],
        layers: LiteralString,
        given: Mapping[str, LiteralString],
    ) -> LiteralString:
        """`conv_bn(image, name="stem", filters=16)`: what is as the defaults are is left out."""
        defaults = self.defaults
        own: dict[LiteralString, LiteralString] = {
            self.keywords[key]: text for key, text in given.items() if text != defaults.get(key)
        }
        parts: list[LiteralString] = [f"{keyword}={text}" for keyword, text in own.items()]
        return f"{name}({', '.join([*operands, f'name={layers}', *parts])})"

    @property
    def defaults(self) -> dict[str, LiteralString]:
        """What a parameter is where it is not given: what the block says, and False for whether a node is there."""
        given = [(name, value) for name, value in self.bodies[0].scope.defaults if name in self.parameters]
        found: dict[str, LiteralString] = {name: literals.literal(value) for name, value in given}
        own = {name for name, _ in self.bodies[0].scope.arguments}
        flags = [name for name, column in self.parameters.items() if {*column} <= {"True", "False"} and name not in own]
        return {**found, **dict.fromkeys(flags, "False")}

    def resolve(self, ref: Ref, body: Body) -> Ref:
        """What a value is in an instance that lacks some nodes: the first operand of one that is not there."""
        while ref.key in self.items and ref.key not in body.items:
            ref = self.items[ref.key].operands[0]
        return ref


@dataclass(slots=True, eq=False)
class Call:
    """One instance as a call of its function."""

    function: Function
    body: Body


class Bodies:
    """Reads instances out of a graph."""

    def __init__(self, graph: Graph, types: Types) -> None:
        self.graph, self.types = graph, types
        self.members: dict[str, list[Node]] = {scope.name: [] for scope in graph.scopes}
        owner: dict[str, set[str]] = {}
        for node in graph.nodes:
            owner.setdefault(node.layer, set()).add(node.name)
            for name in around(node.origin.node):
                if name in self.members:
                    self.members[name].append(node)
        self.outputs = {(one.value.value, one.value.port) for one in graph.outputs}
        self.eligible = [
            scope
            for scope in graph.scopes
            if self.members[scope.name]
            and all(
                node.name not in graph.loop_of
                and node.name.startswith(f"{scope.name}/")
                and node.layer.startswith(f"{scope.name}/")
                and len(owner[node.layer]) == 1
                for node in self.members[scope.name]
            )
        ]

    def body(self, scope: Scope, calls: dict[str, Call]) -> Body | None:
        """An instance, with the instances inside it as single items; None where they do not stand as such."""
        prefix = f"{scope.name}/"
        inner = [name for name in calls if name.startswith(prefix)]
        inner = [name for name in inner if not any(one in inner for one in around(name))]
        inside = {node.name for node in self.members[scope.name]}
        results: dict[tuple[str, str], Ref] = {}
        for name in inner:
            call = calls[name]
            for number, result in enumerate(call.body.outputs):
                operand = _operand(call.body, result)
                results[operand.value, operand.port] = Ref(name.removeprefix(prefix), str(number))
        inputs: dict[tuple[str, str], int] = {}
        items: dict[str, Item] = {}

        def ref(operand: Operand) -> Ref:
            key = (operand.value, operand.port)
            if key in results:
                return results[key]
            if operand.value in inside:
                return Ref(operand.value.removeprefix(prefix), operand.port)
            return Ref(input=inputs.setdefault(key, len(inputs)))

        waiting = dict.fromkeys(inner)
        for node in self.members[scope.name]:
            name = next((one for one in waiting if node.name.startswith(f"{one}/")), None)
            if name is None and any(node.name.startswith(f"{one}/") for one in inner):
                continue
            if name is not None:
                del waiting[name]
                call = calls[name]
                operands = tuple(ref(one) for one in call.body.inputs)
                ports = tuple(str(number) for number in range(len(call.body.outputs)))
                key, kind = name.removeprefix(prefix), call.function.bodies[0].scope.name  # several may be of one block
                given = call.function.arguments(call.body)
                items[key] = Item(key, f"{kind}()", given, operands, ports, call=call)
                continue
            key = node.name.removeprefix(prefix)
            if node.layer.removeprefix(prefix) != key:
                return None
            operands = tuple(ref(one) for one in node.operands)
            ports = registry.get(node.op).ports(node.attributes)
            kind = ", ".join([node.op, *literals.call_arguments(node)])  # which no function has as parameters
            items[key] = Item(key, kind, literals.texts(node), operands, ports, node=node)
        reads = {key: [ref.key for ref in item.operands if ref.key] for key, item in items.items()}
        order = topology.in_order(reads)
        if order is None:
            return None
        outputs = [
            Ref(key, port)
            for key in order
            for port in items[key].ports
            if self.is_read_outside(scope, items[key], port)
        ]
        made, renamed = _folded([items[key] for key in order], outputs)
        given = tuple(Operand(*key) for key in inputs)
        body = Body(scope, made, given, tuple(_renamed(ref, renamed) for ref in outputs))
        for name, at in body.named_inputs.items():
            shape = self.types[given[at].value, given[at].port].shape
            if shape:
                body.channels[name] = shape[-1]
        return body

    def is_read_outside(self, scope: Scope, item: Item, port: str) -> bool:
        name, port_name = f"{scope.name}/{item.key}", port
        if item.call is not None:
            operand = _operand(item.call.body, item.call.body.outputs[int(port)])
            name, port_name = operand.value, operand.port
        if (name, port_name) in self.outputs:
            return True
        for reader in self.graph.readers.get(name, ()):
            node = self.graph.by_name.get(reader)
            if node is None:
                return True
            reads = any(one.value == name and one.port == port_name for one in node.operands)
            if reads and not node.name.startswith(f"{scope.name}/"):
                return True
        return False


LAST = " last"  # beside the attributes of copies: the number of the last one


def group_of(key: str) -> str:
    """The node whose `repeat` made a copy, `tower` of `tower/2`; empty where it is none."""
    group, _, number = key.rpartition("/")
    return group if number.isdecimal() else ""


def _folded(items: Sequence[Item], outputs: Sequence[Ref]) -> tuple[dict[str, Item], dict[str, str]]:
    """Copies of a repeat that agree as one item, and which item stands for each last copy."""
    readers = Counter(ref.key for item in items for ref in item.operands) + Counter(ref.key for ref in outputs)
    found: dict[str, Item] = {}
    renamed: dict[str, str] = {}
    at = 0
    while at < len(items):
        first, end = items[at], at + 1
        while end < len(items) and _agree(first, items[end - 1], items[end]) and readers[items[end - 1].key] == 1:
            end += 1
        operands = tuple(_renamed(ref, renamed) for ref in first.operands)
        item = replace(first, operands=operands)
        if group_of(first.key) and len(first.operands) == len(first.ports) == 1:
            last = items[end - 1]
            number = literals.literal(int(last.key.rpartition("/")[2]))
            item = replace(item, key=f"{first.key}*", final=last, attributes={**item.attributes, LAST: number})
            renamed[last.key] = item.key
        found[item.key] = item
        at = end
    return found, renamed


def _agree(first: Item, last: Item, item: Item) -> bool:
    """Whether an item is one more copy of a repeat, like the first and reading the last one only."""
    return (
        group_of(first.key) != ""
        and group_of(item.key) == group_of(first.key)
        and len(first.operands) == len(first.ports) == 1
        and (item.kind, item.attributes, item.ports) == (first.kind, first.attributes, first.ports)
        and item.operands == (Ref(last.key, last.ports[0]),)
    )


def _renamed(ref: Ref, names: dict[str, str]) -> Ref:
    return replace(ref, key=names[ref.key]) if ref.key in names else ref


def _operand(body: Body, ref: Ref) -> Operand:
    """The value of the graph that a result of an instance is."""
    item = body.items[ref.key]
    item = item.final or item
    if item.call is None:
        return Operand(f"{body.scope.name}/{item.key}", ref.port)
    return _operand(item.call.body, item.call.body.outputs[int(ref.port)])


def operands(call: Call) -> list[Operand]:
    """The values of the graph that a call gives, in order."""
    return [_operand(call.body, ref) for ref in call.body.outputs]


def around(name: str) -> list[str]:
    """The names of all instances that a node can stand in: `a/b/c` stands in `a` and in `a/b`."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
