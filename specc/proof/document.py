"""The sections of a spec as the oracle reads them: parameters, inputs, blocks, nodes, loops and outputs."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Any, cast

from specc.proof.expressions import Names, plain
from specc.source import Entry, Mapping, Node, Scalar, Span

_TYPES = ("int", "float", "bool", "str", "list", "null")


class Parameters:
    """The parameters that an expression may name; a default is evaluated when it is first read.

    `shape` gives the shape of a value of the network by the name it has where the expression is written.
    """

    def __init__(
        self,
        defaults: MappingABC[str, Node],
        values: dict[str, Any],
        outer: Parameters | None = None,
        shape: Callable[[str], tuple[int, ...]] | None = None,
    ) -> None:
        self.defaults, self.values, self.outer = defaults, values, outer
        self._shape = shape
        self._evaluated: set[str] = set()  # whose defaults are being evaluated: within one, its name means an outer one

    def parameter(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        if name in self.defaults and name not in self._evaluated:
            self._evaluated.add(name)
            self.values[name] = plain(self.defaults[name], self)
            return self.values[name]
        if self.outer is None:
            raise KeyError(name)
        return self.outer.parameter(name)

    def declares(self, name: str) -> bool:
        return name in self.defaults or name in self.values or (self.outer is not None and self.outer.declares(name))

    def shape(self, name: str) -> tuple[int, ...]:
        if self._shape is not None:
            return self._shape(name)
        if self.outer is None:
            raise KeyError(name)
        return self.outer.shape(name)


@dataclass(frozen=True)
class Block:
    """A block as it is written; each instance gives its parameters other values."""

    types: MappingABC[str, tuple[str, ...]]
    defaults: MappingABC[str, Node]
    inputs: tuple[str, ...]
    nodes: tuple[Entry, ...]
    outputs: tuple[tuple[str, str], ...]  # port, name

    def arguments(self, node: Mapping, names: Names) -> dict[str, Any]:
        """The values that an instance gives the parameters."""
        found: dict[str, Any] = {}
        for name, kinds in self.types.items():
            given = node.get(name)
            value: Any = None if given is None else plain(given, names)
            if value is None and ("null" not in kinds or given is None):
                continue
            is_float = "float" in kinds and "int" not in kinds
            found[name] = float(value) if is_float and type(value) is int else value
        return found


@dataclass(frozen=True)
class Loop:
    """A loop: `states` name their `init` and `next`, `scans` their sequence and whether it is read from the end."""

    name: str
    span: Span
    passes: Node | None
    is_synchronous: bool
    states: MappingABC[str, tuple[str, str]]
    scans: MappingABC[str, tuple[str, bool]]
    collects: MappingABC[str, str]


class Document:
    """A spec. `overrides` are the parameters that are set from outside, as values of their types."""

    def __init__(self, root: Mapping, overrides: MappingABC[str, Any]) -> None:
        self.root = root
        declared = {entry.key.text: _default(entry.value) for entry in entries(root.get("params"))}
        set_here = {name: value for name, value in overrides.items() if name in declared}
        self.parameters = Parameters(declared, set_here)
        self.inputs = {entry.key.text: entry.value for entry in entries(root.get("inputs"))}
        self.blocks = {entry.key.text: self._block(entry.value) for entry in entries(root.get("blocks"))}
        self.loops = [self._loop(entry.key, entry.value) for entry in entries(root.get("loops"))]
        outputs = root.get("outputs")
        inline = [entry for entry in entries(outputs) if isinstance(entry.value, Mapping)]
        self.nodes = (*entries(root.get("nodes")), *inline)

    @property
    def outputs(self) -> list[tuple[str, str]]:
        """The name of each output and what it reads, in order; the same, where it has no name of its own."""
        node = self.root.get("outputs")
        if isinstance(node, Mapping):
            return [
                (
                    one.key.text,
                    one.key.text if isinstance(one.value, Mapping) else str(plain(one.value, self.parameters)),
                )
                for one in node
            ]
        assert node is not None
        return [(text, text) for text in texts(node, self.parameters)]

    def declared_input(self, name: str) -> tuple[tuple[Any, ...], str]:
        """The shape and dtype of an input as declared; a size that the data give is a name or None."""
        node = self.inputs[name]
        if not isinstance(node, Mapping):
            return plain(node, self.parameters), "float32"
        shape, dtype = node.get("shape"), node.get("dtype")
        assert shape is not None
        return plain(shape, self.parameters), (dtype and plain(dtype, self.parameters)) or "float32"

    def _block(self, node: Node) -> Block:
        assert isinstance(node, Mapping)
        types: dict[str, tuple[str, ...]] = {}
        defaults: dict[str, Node] = {}
        for entry in entries(node.get("params")):
            types[entry.key.text], default = _block_parameter(entry.value, self.parameters)
            if default is not None:
                defaults[entry.key.text] = default
        outputs = node.get("outputs")
        assert outputs is not None
        if isinstance(outputs, Mapping):
            ports = [(entry.key.text, str(plain(entry.value, self.parameters))) for entry in outputs]
        else:
            names = texts(outputs, self.parameters)
            ports = [("out" if len(names) == 1 else name.replace(".", "_"), name) for name in names]
        inputs = node.get("inputs")
        assert inputs is not None
        return Block(types, defaults, texts(inputs, self.parameters), entries(node.get("nodes")), tuple(ports))

    def _loop(self, key: Scalar, node: Node) -> Loop:
        assert isinstance(node, Mapping)
        schedule = node.get("schedule")

        def text(of: Node | None) -> str:
            assert of is not None
            return str(plain(of, self.parameters))

        def scan(of: Node) -> tuple[str, bool]:
            if not isinstance(of, Mapping):
                return text(of), False
            reverse = of.get("reverse")
            return text(of.get("from")), reverse is not None and bool(plain(reverse, self.parameters))

        states = {entry.key.text: entry.value for entry in entries(node.get("states"))}
        return Loop(
            key.text,
            key.span,
            node.get("passes"),
            schedule is not None and text(schedule) == "synchronous",
            {
                key: (text(one.get("init")), text(one.get("next")))
                for key, one in states.items()
                if isinstance(one, Mapping)
            },
            {entry.key.text: scan(entry.value) for entry in entries(node.get("scan"))},
            {entry.key.text: text(entry.value) for entry in entries(node.get("collect"))},
        )


def entries(node: Node | None) -> tuple[Entry, ...]:
    """The entries of a section; none where it is left out or empty."""
    return node.entries if isinstance(node, Mapping) else ()


def texts(node: Node, names: Names) -> tuple[str, ...]:
    """A name, or a list of names."""
    value = plain(node, names)
    return tuple(map(str, cast("tuple[Any, ...]", value))) if isinstance(value, tuple) else (str(value),)


def _default(node: Node) -> Node:
    default = node.get("default") if isinstance(node, Mapping) else node
    assert default is not None
    return default


def _block_parameter(node: Node, names: Names) -> tuple[tuple[str, ...], Node | None]:
    """The types and the default of a block's parameter: `int`, `3`, or `{type: int | null, default: 3}`.

    One without a type has that of its default, unless that reads what only an instance knows.
    """
    if isinstance(node, Mapping):
        written, default = node.get("type"), node.get("default")
        if written is not None:
            return _kinds(plain(written, names)), default
    elif isinstance(node, Scalar) and node.plain and node.value is not None and {*_kinds(node.text)} <= {*_TYPES}:
        return _kinds(node.text), None
    else:
        default = node
    assert default is not None
    try:
        return (("float",) if isinstance(plain(default, names), float) else ()), default
    except KeyError:
        return (), default


def _kinds(value: Any) -> tuple[str, ...]:
    """`int | null` and `[int, null]` as the names of the types."""
    if isinstance(value, tuple):
        return tuple("null" if one is None else str(one) for one in cast("tuple[Any, ...]", value))
    return tuple(one.strip() for one in str(value).split("|"))
