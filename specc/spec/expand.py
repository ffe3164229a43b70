"""A built spec into the text of a flat one: blocks written out, repeats unrolled, expressions replaced by values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import LiteralString, TypeAlias

from specc.ir import Fill, Graph, Init, Loop, Operand, Scan
from specc.ir.graph import AS_SCANNED, OUT
from specc.ir.sizes import UNNAMED, is_known
from specc.ops import _registry as registry
from specc.source import Entry, Mapping, Node, Scalar, Sequence, escape
from specc.spec.build import Built
from specc.spec.document import Spec
from specc.spec.nodes import COMMON

_Pairs: TypeAlias = "list[tuple[str, LiteralString]]"


def expanded(spec: Spec, built: Built) -> str:
    """The flat spec of the same network. Nodes of block instances are named `instance_node`."""
    return "\n".join(_Writer(spec, built).lines()) + "\n"


def flat_name(name: str) -> str:
    """The name that a node of a block instance has in a flat spec, and its layer in Keras."""
    return name.replace("/", "_")


class _Writer:
    def __init__(self, spec: Spec, built: Built) -> None:
        self.spec, self.built, self.graph = spec, built, built.graph

    def lines(self) -> list[LiteralString]:
        spec, graph = self.spec, self.graph
        found: list[LiteralString] = ["specc: 1", _pair("name", _text(spec.name))]
        if spec.doc:
            found.append(_pair("doc", _text(spec.doc)))
        found.append("inputs:")
        found.extend(f"  {_pair(one.name, self.input(one.name))}" for one in spec.inputs)
        if graph.nodes:
            found.append("nodes:")
        for node in graph.nodes:
            line = _pair(flat_name(node.name), self.node(node.name))
            comment = f"  # {escape.one_line(node.name)}" if "/" in node.name else ""
            found.append(f"  {line}{comment}")
        if graph.loops:
            found.append("loops:")
        for loop in graph.loops:
            found.extend(self.loop(loop))
        found.append(_pair("outputs", _mapping((one.name, _operand(one.value, graph)) for one in graph.outputs)))
        for entry in spec.rest:
            if not isinstance(entry.value, Sequence) or entry.value.items:
                found.extend(_section(entry))
        return found

    def input(self, name: str) -> LiteralString:
        decl = next(one for one in self.spec.inputs if one.name == name)
        shape = _list(_size(size) for size in decl.attributes.shape)
        pairs: _Pairs = [("shape", shape)]
        if decl.attributes.dtype != "float32":
            pairs.append(("dtype", _text(decl.attributes.dtype)))
        if decl.doc:
            pairs.append(("doc", _text(decl.doc)))
        return shape if len(pairs) == 1 else _mapping(pairs)

    def node(self, name: str) -> LiteralString:
        node = self.graph.by_name[name]
        pairs: _Pairs = []
        if node.layer != name:
            pairs.append(("call", _text(flat_name(node.layer))))
        else:
            pairs.append(("op", _text(node.op)))
            syntax = self.built.syntax[name]
            pairs.extend((one.key.text, _text(one.value)) for one in syntax if one.key.text not in COMMON)
        operands: list[LiteralString] = [_operand(one, self.graph) for one in node.operands]
        many = len(operands) > 1 or registry.get(node.op).arity.least > 1
        pairs.append(("from", _list(operands) if many else operands[0]))
        if name in self.built.inits:
            pairs.append(("init", _init(self.built.inits[name], self.graph)))
        if node.doc:
            pairs.append(("doc", _text(node.doc)))
        return _mapping(pairs)

    def loop(self, loop: Loop) -> list[LiteralString]:
        lines: list[LiteralString] = [f"  {_text(loop.name)}:"]
        if loop.passes != AS_SCANNED:
            lines.append(f"    passes: {escape.number(loop.passes)}")
        if loop.schedule != "sweep":
            lines.append(f"    schedule: {_text(loop.schedule)}")
        if loop.scans:
            rows = _mapping((one.name, self.scan(one)) for one in loop.scans)
            lines.append(f"    scan: {rows}")
        if loop.states:
            lines.append("    states:")
        for state in loop.states:
            init, after = _init(state.init, self.graph), _operand(state.next, self.graph)
            lines.append(f"      {_pair(state.name, _mapping([('init', init), ('next', after)]))}")
        if loop.collects:
            rows = _mapping((one.name, _operand(one.value, self.graph)) for one in loop.collects)
            lines.append(f"    collect: {rows}")
        return lines

    def scan(self, scan: Scan) -> LiteralString:
        sequence = _operand(scan.sequence, self.graph)
        return _mapping([("from", sequence), ("reverse", "true")]) if scan.reverse else sequence


def _operand(operand: Operand, graph: Graph) -> LiteralString:
    """`node`, or `node.port` where it has several results."""
    node = graph.by_name.get(operand.value)
    name = flat_name(operand.value)
    if operand.port == OUT or node is None or node.attributes is None:
        return _text(name)
    is_first = registry.get(node.op).ports(node.attributes)[0] == operand.port
    return _text(name if is_first else f"{name}.{operand.port}")


def _init(init: Init, graph: Graph) -> LiteralString:
    if isinstance(init, Fill):
        return "zeros" if init.value == 0 else "ones"
    return _operand(init, graph)


def _size(size: int) -> LiteralString:
    """A number, or the name of a size that is left to the data."""
    if is_known(size):
        return escape.number(size)
    return "null" if str(size) == UNNAMED else _text(str(size))


def _section(entry: Entry) -> list[LiteralString]:
    """A section as it stood, a line for each of its keys."""
    if entry.key.text == "moved":
        items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
        return ["moved:", *(f"  - {_moved(item)}" for item in items)]
    if not isinstance(entry.value, Mapping) or not entry.value.entries:
        return [_pair(entry.key.text, _text(entry.value))]
    rows: list[LiteralString] = [f"  {_pair(one.key.text, _text(one.value))}" for one in entry.value]
    return [f"{_text(entry.key.text)}:", *rows]


def _moved(item: Node) -> LiteralString:
    if not isinstance(item, Mapping):
        return _text(item)
    return _mapping((one.key.text, _text(flat_name(one.value.text))) for one in item if isinstance(one.value, Scalar))


def _pair(key: str, value: LiteralString) -> LiteralString:
    return f"{_text(key)}: {value}"


def _mapping(pairs: Iterable[tuple[str, LiteralString]]) -> LiteralString:
    rows = ", ".join(_pair(key, value) for key, value in pairs)
    return f"{{{rows}}}"


def _list(items: Iterable[LiteralString]) -> LiteralString:
    return f"[{', '.join(items)}]"


def _text(value: Node | str) -> LiteralString:
    """A value in YAML's flow style."""
    if isinstance(value, str):
        return escape.yaml_string(value)
    if isinstance(value, Mapping):
        return _mapping((one.key.text, _text(one.value)) for one in value)
    if isinstance(value, Sequence):
        return _list(_text(one) for one in value.items)
    if isinstance(value.value, str):
        return escape.yaml_string(value.value)
    return escape.yaml_plain(value.text)
