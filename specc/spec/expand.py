"""A built spec into the text of a flat one: blocks written out, repeats unrolled, expressions replaced by values."""

from __future__ import annotations

import json
import re

from specc.ir import Fill, Graph, Init, Loop, Operand
from specc.ir.graph import OUT
from specc.ops import _registry as registry
from specc.source import Entry, Mapping, Node, Scalar, Sequence
from specc.source.scalars import resolve
from specc.spec.build import Built
from specc.spec.document import Spec
from specc.spec.nodes import COMMON

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*|-?\d[\d.eE+-]*")


def expanded(spec: Spec, built: Built) -> str:
    """The flat spec of the same network. Nodes of block instances are named `instance_node`."""
    return "\n".join(_Writer(spec, built).lines()) + "\n"


def flat_name(name: str) -> str:
    """The name that a node of a block instance has in a flat spec, and its layer in Keras."""
    return name.replace("/", "_")


class _Writer:
    def __init__(self, spec: Spec, built: Built) -> None:
        self.spec, self.built, self.graph = spec, built, built.graph

    def lines(self) -> list[str]:
        spec, graph = self.spec, self.graph
        found = ["specc: 1", f"name: {_text(spec.name)}"]
        found += [f"doc: {_text(spec.doc)}"] if spec.doc else []
        found.append("inputs:")
        found += [f"  {one.name}: {self.input(one.name)}" for one in spec.inputs]
        found += ["nodes:"] if graph.nodes else []
        for node in graph.nodes:
            line = f"  {flat_name(node.name)}: {self.node(node.name)}"
            found.append(f"{line}  # {node.name}" if "/" in node.name else line)
        found += ["loops:"] if graph.loops else []
        for loop in graph.loops:
            found += self.loop(loop)
        outputs = ", ".join(f"{one.name}: {_operand(one.value, graph)}" for one in graph.outputs)
        found.append(f"outputs: {{{outputs}}}")
        for entry in spec.rest:
            if not isinstance(entry.value, Sequence) or entry.value.items:
                found += _section(entry)
        return found

    def input(self, name: str) -> str:
        decl = next(one for one in self.spec.inputs if one.name == name)
        sizes = ", ".join("null" if str(size) == "?" else str(size) for size in decl.attributes.shape)
        parts = [f"shape: [{sizes}]"]
        parts += [f"dtype: {decl.attributes.dtype}"] if decl.attributes.dtype != "float32" else []
        parts += [f"doc: {_text(decl.doc)}"] if decl.doc else []
        return f"[{sizes}]" if len(parts) == 1 else "{" + ", ".join(parts) + "}"

    def node(self, name: str) -> str:
        node = self.graph.by_name[name]
        if node.layer != name:
            parts = [f"call: {flat_name(node.layer)}"]
        else:
            parts = [f"op: {node.op}"]
            syntax = self.built.syntax[name]
            parts += [f"{one.key.text}: {_text(one.value)}" for one in syntax if one.key.text not in COMMON]
        operands = [_operand(one, self.graph) for one in node.operands]
        many = len(operands) > 1 or registry.get(node.op).arity.least > 1
        parts.append(f"from: [{', '.join(operands)}]" if many else f"from: {operands[0]}")
        if name in self.built.inits:
            parts.append(f"init: {_init(self.built.inits[name], self.graph)}")
        parts += [f"doc: {_text(node.doc)}"] if node.doc else []
        return "{" + ", ".join(parts) + "}"

    def loop(self, loop: Loop) -> list[str]:
        lines = [f"  {loop.name}:", f"    passes: {loop.passes}"]
        lines += [f"    schedule: {loop.schedule}"] if loop.schedule != "sweep" else []
        lines.append("    states:")
        for state in loop.states:
            init, after = _init(state.init, self.graph), _operand(state.next, self.graph)
            lines.append(f"      {state.name}: {{init: {init}, next: {after}}}")
        if loop.collects:
            rows = ", ".join(f"{one.name}: {_operand(one.value, self.graph)}" for one in loop.collects)
            lines.append(f"    collect: {{{rows}}}")
        return lines


def _operand(operand: Operand, graph: Graph) -> str:
    """`node`, or `node.port` where it has several results."""
    node = graph.by_name.get(operand.value)
    name = flat_name(operand.value)
    if operand.port == OUT or node is None or node.attributes is None:
        return name
    return name if registry.get(node.op).ports(node.attributes)[0] == operand.port else f"{name}.{operand.port}"


def _init(init: Init, graph: Graph) -> str:
    if isinstance(init, Fill):
        return "zeros" if init.value == 0 else "ones"
    return _operand(init, graph)


def _section(entry: Entry) -> list[str]:
    """A section as it stood, a line for each of its keys."""
    if entry.key.text == "moved":
        items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
        return ["moved:", *(f"  - {_moved(item)}" for item in items)]
    if not isinstance(entry.value, Mapping) or not entry.value.entries:
        return [f"{entry.key.text}: {_text(entry.value)}"]
    return [f"{entry.key.text}:", *(f"  {one.key.text}: {_text(one.value)}" for one in entry.value)]


def _moved(item: Node) -> str:
    if not isinstance(item, Mapping):
        return _text(item)
    rows = (f"{one.key.text}: {flat_name(one.value.text)}" for one in item if isinstance(one.value, Scalar))
    return "{" + ", ".join(rows) + "}"


def _text(value: Node | str) -> str:
    """A value in YAML's flow style; strings in quotes where they would be read as something else."""
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and isinstance(resolve(value), str)
        return value if is_plain else json.dumps(value.replace("${", "$${"), ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{one.key.text}: {_text(one.value)}" for one in value) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_text(one) for one in value.items) + "]"
    if isinstance(value.value, str):
        return _text(value.value)
    return value.text or "null"
