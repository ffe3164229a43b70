"""What the names in a spec mean: nodes with their operands, blocks written out, and nodes left out by their `when`.

Everything is resolved when it is first asked for: a condition may ask the shape of a value, which has to be computed
first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from specc.proof.document import Document, Parameters, texts
from specc.proof.expressions import plain
from specc.source import Entry, Mapping, Scalar, Sequence, Span

LIST_OPS = frozenset(("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply"))
_NO_ARGUMENTS = frozenset(("op", "call", "block", "from", "doc", "init", "repeat", "when"))
_NAME = re.compile(r"(?P<name>\w+)(?:/(?P<number>\d+))?(?:\.(?P<port>\w+))?")
_OUTSIDE = re.compile("[./]")  # what is no part of an output's name
Operands: TypeAlias = "Callable[[], tuple[Reading, ...]]"


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer as it is written: every node that applies it has the same one."""

    path: str
    op: str
    node: Mapping
    parameters: Parameters

    @cached_property
    def arguments(self) -> dict[str, Any]:
        own = tuple(entry for entry in self.node if entry.key.text not in _NO_ARGUMENTS)
        return plain(Mapping(self.node.span, own), self.parameters)


@dataclass(frozen=True, eq=False)
class Applied:
    """One node: a layer and what it is applied to. `init` is its first value in a synchronous loop."""

    path: str
    span: Span
    layer: Layer
    find_operands: Operands
    find_init: Callable[[], Reading | None]

    @cached_property
    def operands(self) -> tuple[Reading, ...]:
        return self.find_operands()

    @cached_property
    def init(self) -> Reading | None:
        return self.find_init()


@dataclass(frozen=True)
class Reading:
    """A value that is read: a result of a node, or what an input or a loop gives by that name.

    An empty `port` is the first result. `left_out` marks what is read in place of a node that is left out.
    """

    source: Applied | str
    port: str = ""
    left_out: bool = False

    @property
    def path(self) -> str:
        return self.source if isinstance(self.source, str) else self.source.path


Results: TypeAlias = "Applied | dict[str, Reading]"


@dataclass(frozen=True, eq=False)
class Scope:
    """Where names mean something: the top of the spec, or an instance of a block."""

    prefix: str
    parameters: Parameters
    inputs: MappingABC[str, Callable[[], Reading]]
    items: dict[str, Item] = field(default_factory=dict[str, "Item"])


@dataclass(frozen=True, eq=False)
class Item:
    """A node as it is written. `again` is the path of the node whose layers it applies once more."""

    key: Scalar
    node: Mapping
    scope: Scope
    above: Item | None
    again: str = ""

    @property
    def path(self) -> str:
        return self.scope.prefix + self.key.text


@dataclass(frozen=True)
class Copy:
    """An item, or one of the copies that its `repeat` makes, or of those of a block that is called again."""

    path: str
    node: Mapping
    item: Item
    parameters: Parameters
    operands: Operands
    again: str

    def without(self, *keys: str) -> Copy:
        kept = tuple(entry for entry in self.node if entry.key.text not in keys)
        return replace(self, node=Mapping(self.node.span, kept))


class Network:
    """The nodes of a document by name. `shape_of` gives the shape of a value without its batch axis."""

    def __init__(self, document: Document, shape_of: Callable[[Reading], tuple[int, ...]]) -> None:
        self.document, self.shape_of = document, shape_of
        self.items: dict[str, Item] = {}
        self.resolved: dict[str, Results] = {}
        self.applied: dict[str, Applied] = {}
        self.copies: dict[str, list[Results]] = {}  # of each repeat
        parameters = Parameters({}, {}, document.parameters, lambda name: shape_of(self.read(self.top, name)))
        self.top = Scope("", parameters, {name: lambda name=name: Reading(name) for name in document.inputs})
        self.fill(self.top, document.nodes)

    def fill(self, scope: Scope, nodes: tuple[Entry, ...], again: str = "") -> None:
        above: Item | None = None
        for entry in nodes:
            assert isinstance(entry.value, Mapping)
            above = Item(entry.key, entry.value, scope, above, again and f"{again}/{entry.key.text}")
            scope.items[entry.key.text] = self.items[above.path] = above

    def read(self, scope: Scope, text: str) -> Reading:
        """The value that a name means in a scope: `name`, `name.port`, or a copy `name/2`."""
        written = _NAME.fullmatch(text)
        assert written is not None
        name, number, port = written["name"], written["number"], written["port"] or ""
        if name in scope.inputs:
            return replace(scope.inputs[name](), left_out=False)
        if name not in scope.items:
            return Reading(name, port)  # what a loop gives
        item = scope.items[name]
        results = self.results(item)
        if number and item.path in self.copies:
            results = self.copies[item.path][int(number) - 1]
        return _pick(results, port)

    def spelled_out(self, scope: Scope, text: str) -> list[str]:
        """A name; of all copies, `name.*`, the name of each."""
        name, star, rest = text.partition(".*")
        if not star:
            return [text]
        self.results(scope.items[name])
        count = len(self.copies.get(scope.items[name].path, ()))
        return [f"{name}/{number}{rest}" for number in range(1, count + 1)] or [name + rest]

    def outputs(self) -> dict[str, Reading]:
        """The outputs by name, in order."""
        return {
            _OUTSIDE.sub("_", each) if name == text else name: self.read(self.top, each)
            for name, text in self.document.outputs
            for each in self.spelled_out(self.top, text)
        }

    def results(self, item: Item) -> Results:
        """What the name of a node stands for."""
        if item.path not in self.resolved:
            copy = Copy(item.path, item.node, item, item.scope.parameters, lambda: self.listed(item), item.again)
            self.resolved[item.path] = self.expand(copy)
        return self.resolved[item.path]

    def listed(self, item: Item) -> tuple[Reading, ...]:
        """The operands as written: those of `from`, else the node above, else the only input."""
        given = item.node.get("from")
        if given is not None:
            names = texts(given, item.scope.parameters)
            return tuple(self.read(item.scope, one) for name in names for one in self.spelled_out(item.scope, name))
        if item.above is not None:
            return (self.read(item.scope, item.above.key.text),)
        (only,) = item.scope.inputs.values()
        return (only(),)

    # `when`, `repeat`, blocks, in that order

    def expand(self, copy: Copy) -> Results:
        when = copy.node.get("when")
        if when is not None:
            condition = when.get("if") if isinstance(when, Mapping) else when
            other = when.get("else") if isinstance(when, Mapping) else None
            assert condition is not None
            if not plain(condition, copy.parameters):
                if other is not None:
                    return {"out": self.read(copy.item.scope, str(plain(other, copy.parameters)))}
                return {"out": replace(copy.operands()[0], left_out=True)}
        copy = copy.without("when")
        return self.repeated(copy) if "repeat" in copy.node else self.single(copy)

    def repeated(self, copy: Copy) -> Results:
        """Copies `path/1`, `path/2`, …: each reads the one before it, and the name means the last one."""
        repeat = copy.node.get("repeat")
        assert repeat is not None
        count = repeat.get("count") if isinstance(repeat, Mapping) else repeat
        first = repeat.get("first") if isinstance(repeat, Mapping) else None
        assert count is not None
        operands: tuple[Reading, ...] = self.present(copy)
        others = copy.without("repeat", "from")
        self.copies.pop(copy.path, None)
        results: Results = {}
        for number in range(1, plain(count, copy.parameters) + 1):
            node = _overridden(others.node, first) if number == 1 and isinstance(first, Mapping) else others.node
            parameters = copy.parameters
            if not parameters.declares("index"):
                parameters = Parameters({}, {"index": number}, parameters)
            results = self.single(
                replace(
                    others,
                    path=f"{copy.path}/{number}",
                    node=node,
                    parameters=parameters,
                    operands=_given(operands),
                    again=copy.again and f"{copy.again}/{number}",
                )
            )
            self.copies.setdefault(copy.path, []).append(results)
            operands = self.carried(others, results, operands)
        return results

    def carried(self, copy: Copy, results: Results, operands: tuple[Reading, ...]) -> tuple[Reading, ...]:
        """What the next copy reads: results go to the inputs of their name, else in order; the others stay."""
        if isinstance(results, Applied):
            return (Reading(results), *operands[1:])
        item, node = copy.item, copy.node
        while "call" in node and "block" not in node:
            item = item.scope.items[str(plain(_get(node, "call"), item.scope.parameters))]
            node = item.node
        block = node.get("block")
        inputs: tuple[str, ...] = (
            () if block is None else self.document.blocks[str(plain(block, item.scope.parameters))].inputs
        )
        if any(port in inputs for port in results):
            return tuple(results.get(name, one) for name, one in zip(inputs, operands, strict=False))
        given = tuple(results.values())[: len(operands)]
        return (*given, *operands[len(given) :])

    def single(self, copy: Copy) -> Results:
        if "block" in copy.node:
            return self.instance(copy)
        if "call" not in copy.node or self.call_of_copy(copy) or not self.is_compound(target := self.called(copy)):
            return self.plain(copy)
        operands = self.present(copy)
        if self.is_left_alone(copy, operands):
            return {"out": self.alone(copy, operands[0])}
        self.results(target)
        again = replace(
            copy, node=target.node, item=target, parameters=target.scope.parameters, operands=_given(operands),
            again=copy.again or target.path,
        )  # fmt: skip
        return self.expand(again.without("from"))

    def plain(self, copy: Copy) -> Results:
        """One layer applied to its operands; nothing where only one of several operands is left."""
        if self.may_lose_operands(copy):
            operands = self.present(copy)
            if self.is_left_alone(copy, operands):
                return {"out": self.alone(copy, operands[0])}
        init = copy.node.get("init")
        node = Applied(
            copy.path,
            copy.item.key.span,
            self.layer(copy),
            lambda: self.present(copy),
            lambda: None if init is None else self.read(copy.item.scope, str(plain(init, copy.parameters))),
        )
        self.applied[copy.path] = node
        return node

    def layer(self, copy: Copy) -> Layer:
        """The layer that a copy applies: its own, or the one that its call leads to."""
        if copy.again:
            return self.applied_at(copy.again).layer
        if path := self.call_of_copy(copy):
            self.results(self.called(copy))
            return self.applied[path].layer
        target = copy.item if "op" in copy.node else self.called(copy)
        while "op" not in target.node:
            target = target.scope.items[str(plain(_get(target.node, "call"), target.scope.parameters))]
        if target is copy.item:
            op = str(plain(_get(copy.node, "op"), copy.parameters))
            return Layer(copy.path, op, copy.node, copy.parameters)
        return self.applied_at(target.path).layer

    def applied_at(self, path: str) -> Applied:
        if path not in self.applied:
            self.results(self.items[path])
        return self.applied[path]

    def instance(self, copy: Copy) -> Results:
        """The nodes of a block under the instance's name; its results by port."""
        block = self.document.blocks[str(plain(_get(copy.node, "block"), copy.parameters))]
        operands: list[tuple[Reading, ...]] = []

        def bound(index: int) -> Reading:
            if not operands:
                operands.append(self.present(copy))
            return operands[0][index]

        inputs = {name: lambda index=index: bound(index) for index, name in enumerate(block.inputs)}
        given = block.arguments(copy.node, copy.parameters)
        parameters = Parameters(
            block.defaults, given, self.document.parameters, lambda name: self.shape_of(self.read(scope, name))
        )
        scope = Scope(f"{copy.path}/", parameters, inputs)
        self.fill(scope, block.nodes, copy.again)
        results = {port: self.read(scope, name) for port, name in block.outputs}
        return {
            port: replace(one, left_out=one.left_out and not one.path.startswith(scope.prefix))
            for port, one in results.items()
        }

    # operands that are left out

    def present(self, copy: Copy) -> tuple[Reading, ...]:
        """The operands without those left out, where an op accepts any number of them."""
        operands = copy.operands()
        if len(operands) < 2 or self.op(copy.node, copy.item) not in LIST_OPS:
            return operands
        return tuple(one for one in operands if not one.left_out)

    def may_lose_operands(self, copy: Copy) -> bool:
        listed = copy.node.get("from")
        if listed is None or self.op(copy.node, copy.item) not in LIST_OPS:
            return False
        names = texts(listed, copy.parameters)
        return len(names) > 1 or any(".*" in name for name in names)

    def alone(self, copy: Copy, operand: Reading) -> Reading:
        """The one operand that is left; where it is the only copy of a repeat, nothing was left out."""
        listed = copy.node.get("from")
        return replace(operand, left_out=isinstance(listed, Sequence) and len(listed.items) > 1)

    def is_left_alone(self, copy: Copy, operands: tuple[Reading, ...]) -> bool:
        return len(operands) == 1 and self.may_lose_operands(copy)

    def op(self, node: Mapping, item: Item) -> str:
        """The op that a node applies, be it by calls; nothing for a block."""
        while "op" not in node:
            if "call" not in node:
                return ""
            name, _, _ = str(plain(_get(node, "call"), item.scope.parameters)).partition("/")
            item = item.scope.items[name]
            node = item.node
        return str(plain(_get(node, "op"), item.scope.parameters))

    def called(self, copy: Copy) -> Item:
        name, _, _ = str(plain(_get(copy.node, "call"), copy.parameters)).partition("/")
        return copy.item.scope.items[name]

    def call_of_copy(self, copy: Copy) -> str:
        """The path of the copy that a node calls; nothing where it calls none."""
        call = copy.node.get("call")
        name = "" if call is None else str(plain(call, copy.parameters))
        return copy.item.scope.prefix + name if "/" in name else ""

    def is_compound(self, item: Item) -> bool:
        """Whether a call of an item applies more than one layer, or none."""
        if any(key in item.node for key in ("block", "repeat", "when")):
            return True
        if "call" not in item.node:
            return False
        return self.is_compound(item.scope.items[str(plain(_get(item.node, "call"), item.scope.parameters))])


def _pick(results: Results, port: str = "") -> Reading:
    """One of the values that a name stands for; the first where no port is named."""
    if isinstance(results, Applied):
        return Reading(results, port)
    return results[port] if port else next(iter(results.values()))


def _given(operands: tuple[Reading, ...]) -> Operands:
    return lambda: operands


def _overridden(node: Mapping, by: Mapping) -> Mapping:
    kept = tuple(entry for entry in node if entry.key.text not in by)
    return Mapping(node.span, (*kept, *by.entries))


def _get(node: Mapping, key: str) -> Any:
    found = node.get(key)
    assert found is not None
    return found
