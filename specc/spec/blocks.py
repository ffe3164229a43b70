"""The `blocks` section into declarations: parameters with types and defaults, inputs, nodes, outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field, replace
from typing import Any

from specc.diagnostics import Diagnostics, Use, did_you_mean
from specc.ops._attributes import Str, describe
from specc.source import Entry, Mapping, Node, Scalar, Sequence, Span
from specc.spec.document import Param, Reference
from specc.spec.expressions import ExpressionError, pieces
from specc.spec.fields import Absent, Broken, Fields, check_name, holds_broken
from specc.spec.nodes import COMMON, reference
from specc.spec.param_order import default_of, in_order, names_read, report_circle
from specc.spec.param_types import TYPES, TypeName, converted, fits, is_type, noun, type_of
from specc.spec.params import NOTHING, Params, null_help, plain_value

_NO_DEFAULT: Any = object()
_AS_IF_NOT_GIVEN: Any = object()
_EXPECTED = "a number, a string, a boolean or a list of them"
_OTHER_WORDS = {"integer": "int", "number": "float", "double": "float", "boolean": "bool", "string": "str"}
_HINTS = {
    "loops": "loops stand beside `nodes`, at the top of the spec: a block holds none",
    "layers": "the layers are called `nodes`, each with a name",
    "arguments": "they are called `params`",
    "output": "it is called `outputs`",
    "input": "it is called `inputs`",
    "from": "what a block reads is its `inputs`",
}


@dataclass(frozen=True, slots=True)
class BlockParam:
    """A parameter of a block. `type` is None where any value will do; `default` may be absent."""

    name: str
    type: str | None
    default: Any
    span: Span
    is_broken: bool = False  # its default was a mistake, which has been reported
    computed: Node | None = None  # a default that is another for each use: it reads other parameters, or a shape

    @property
    def required(self) -> bool:
        return self.default is _NO_DEFAULT and self.computed is None


@dataclass(frozen=True, slots=True)
class BlockDecl:
    """A block; its nodes stay as they are written: each use gives them other values. `used` counts reads of params."""

    name: str
    span: Span
    params: MappingABC[str, BlockParam]
    inputs: tuple[Scalar, ...]
    nodes: tuple[Entry, ...]
    outputs: tuple[tuple[str, Reference], ...]
    doc: str
    is_whole: bool  # False where a part could not be read
    expressions: tuple[tuple[str, str, str], ...] = ()  # values that are one `${…}`: node, key, expression
    order: tuple[str, ...] = ()  # of the parameters, each after those that its default reads
    used: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def defaults(self) -> tuple[tuple[str, Any], ...]:
        return tuple((name, one.default) for name, one in self.params.items() if one.default is not _NO_DEFAULT)


def decode_blocks(section: Mapping | None, params: Params, diagnostics: Diagnostics) -> dict[str, BlockDecl]:
    """The blocks by name. Mistakes in the parts that no use changes are reported here, once."""
    return {entry.key.text: _block(entry, params, diagnostics) for entry in section or ()}


def _block(entry: Entry, params: Params, diagnostics: Diagnostics) -> BlockDecl:
    name, before = entry.key.text, diagnostics.error_count
    check_name(entry.key, "a block", diagnostics)
    hint = "write `{params: {filters: int}, inputs: x, nodes: {conv: …}, outputs: conv}`"
    fields = Fields(entry.value, f"block `{name}`", diagnostics, hint)
    fields.only(("params", "inputs", "nodes", "outputs", "doc"), _HINTS)
    doc = fields.get("doc", Str(), "")
    own, order = _params(fields.mapping("params"), params, diagnostics)
    inputs = _inputs(fields, entry.key.span, diagnostics)
    nodes = fields.mapping("nodes")
    if isinstance(fields.node, Mapping) and not nodes and not isinstance(fields.node_of("nodes"), (Scalar, Sequence)):
        fields.missing("nodes", entry.key.span, "name its nodes: `nodes: {conv: {op: Conv2D, …}}`")
    _names(inputs, nodes, diagnostics)
    outputs = _outputs(fields, entry.key.span, diagnostics)
    return BlockDecl(
        name,
        entry.key.span,
        own,
        inputs,
        nodes.entries if nodes else (),
        outputs,
        doc,
        diagnostics.error_count == before,
        tuple(_expressions(nodes.entries if nodes else ())),
        tuple(order),
    )


def within(blocks: MappingABC[str, BlockDecl], names: Iterable[str]) -> set[str]:
    """The blocks of these names, and those that they use in turn."""
    found: set[str] = set()
    stack = [name for name in names if name in blocks]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            nodes = (entry.value for entry in blocks[name].nodes)
            used = (node.get("block") for node in nodes if isinstance(node, Mapping))
            stack += [one.text for one in used if isinstance(one, Scalar) and one.text in blocks]
    return found


def _expressions(nodes: tuple[Entry, ...]) -> Iterator[tuple[str, str, str]]:
    for node in nodes:
        for entry in node.value if isinstance(node.value, Mapping) else ():
            value = entry.value
            if entry.key.text == "when" and isinstance(value, Mapping):
                value = value.get("if")
            try:
                found = pieces(value.text) if isinstance(value, Scalar) else []
            except ExpressionError:
                continue  # reported where the node is decoded
            if len(found) == 1 and found[0][0]:
                yield node.key.text, entry.key.text, found[0][1]


def _params(
    section: Mapping | None, params: Params, diagnostics: Diagnostics
) -> tuple[dict[str, BlockParam], list[str]]:
    """The parameters by name, and the order in which their defaults are evaluated."""
    entries = {entry.key.text: entry for entry in section or ()}
    reads = {name: [*names_read(default_of(entry.value))] for name, entry in entries.items()}
    outside = set(params.names)
    for name in reads.keys() & outside:  # `width: "${width}"` is the one outside
        reads[name] = [other for other in reads[name] if other != name]
    order, circles = in_order(reads)
    for circle in circles:
        report_circle(circle, entries, diagnostics)
    circular = {name for circle in circles for name in circle}
    found: dict[str, BlockParam] = {}
    for name, entry in entries.items():
        is_computed = any(other in reads or other not in outside for other in reads[name])
        found[name] = _param(entry, params, is_computed, diagnostics)
        if name in circular:
            found[name] = replace(found[name], default=None, computed=None, is_broken=True)
    return found, order


def _param(entry: Entry, params: Params, is_computed: bool, diagnostics: Diagnostics) -> BlockParam:
    """`int`, a default, or `{type: int, default: 1, doc: …}`; `is_computed` if its default reads others, or inputs."""
    name, node, type_name = entry.key.text, entry.value, None
    if name in COMMON:
        message = f"`{name}` cannot be a parameter of a block: nodes have such a key"
        diagnostics.report("invalid-name", message, (entry.key.span, "taken"), help=f"call it `{name}_` or better")
    else:
        check_name(entry.key, "a parameter", diagnostics)
    what = f"parameter `{name}`"
    if isinstance(node, Mapping):
        fields = Fields(node, what, diagnostics)
        fields.only(("type", "default", "doc"))
        fields.get("doc", Str())
        type_name = fields.get("type", TypeName())
        default = fields.node_of("default")
        if default is None:
            if type_name is None and "type" not in fields.entries and not fields.misspelt:
                fields.missing("type", entry.key.span, "say what it is, `type: int`, or give it a `default`")
            return BlockParam(name, type_name, _NO_DEFAULT, entry.key.span)
        node = default
    elif isinstance(node, Scalar) and node.plain and is_type(node.text) and node.value is not None:
        return BlockParam(name, TypeName().decode(node), _NO_DEFAULT, entry.key.span)
    elif isinstance(node, Scalar) and node.plain and node.text in _OTHER_WORDS:
        message = f"{what}: `{node.text}` is not the name of a type"
        help = f'write `{_OTHER_WORDS[node.text]}`; as a default it stands in quotes, `"{node.text}"`'
        diagnostics.report("wrong-type", message, (node.span, "not a type"), help=help)
        return BlockParam(name, _OTHER_WORDS[node.text], _NO_DEFAULT, entry.key.span)
    if is_computed:
        return BlockParam(name, type_name, _NO_DEFAULT, entry.key.span, computed=node)
    node = params.substitute(node)
    if holds_broken(node):
        return BlockParam(name, type_name, None, entry.key.span, is_broken=True)
    value = plain_value(node, type_name)
    if value is NOTHING:
        listed = ", ".join(f"`{one}`" for one in TYPES)
        help = null_help(node, type_name) or f"name its type, {listed}, or give it a default"
        message = f"{what}: expected a type or a default, found {describe(node)}"
        diagnostics.report("wrong-type", message, (node.span, "neither"), help=help)
        return BlockParam(name, type_name, None, entry.key.span, is_broken=True)
    if type_name and not fits(value, type_name):
        message = f"{what}: expected {noun(type_name)}, found {describe(node)}"
        label = (node.span, f"declared as {type_name}")
        diagnostics.report("wrong-type", message, label, help="change the default or the type")
    return BlockParam(name, type_name or type_of(value), value, entry.key.span)


def _inputs(fields: Fields, place: Span, diagnostics: Diagnostics) -> tuple[Scalar, ...]:
    node = fields.node_of("inputs")
    if node is None:
        if isinstance(fields.node, Mapping):
            fields.missing("inputs", place, "name what it reads: `inputs: x`, or a list of names")
        return ()
    found: dict[str, Scalar] = {}
    for one in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(one, Broken):
            continue
        if not isinstance(one, Scalar) or not isinstance(one.value, str):
            message = f"`inputs` of {fields.what}: expected a name or a list of names, found {describe(one)}"
            diagnostics.report("wrong-type", message, (one.span, "not a name"), help="write `inputs: x`")
        elif one.text in found:
            message = f"input `{one.text}` of {fields.what} is named twice"
            first = (found[one.text].span, "first here")
            diagnostics.report("duplicate-name", message, (one.span, "again"), first, help="rename one of the two")
        elif check_name(one, "an input", diagnostics):
            found[one.text] = one
    return tuple(found.values())


def _names(inputs: tuple[Scalar, ...], nodes: Mapping | None, diagnostics: Diagnostics) -> None:
    taken = {one.text: one.span for one in inputs}
    for entry in nodes or ():
        check_name(entry.key, "a node", diagnostics)
        if entry.key.text in taken:
            message = f"`{entry.key.text}` already names an input of the block"
            label = (entry.key.span, "named again, as a node")
            first = (taken[entry.key.text], "first named here")
            diagnostics.report("duplicate-name", message, label, first, help="rename one of the two")


def _outputs(fields: Fields, place: Span, diagnostics: Diagnostics) -> tuple[tuple[str, Reference], ...]:
    """The results by port: one has the port `out`; several are named as their nodes are, or by a mapping."""
    node = fields.node_of("outputs")
    if node is None or (isinstance(node, Scalar) and node.value is None):
        if isinstance(fields.node, Mapping) and not isinstance(node, Broken):
            fields.missing("outputs", place, "name what it gives: `outputs: out`")
        return ()
    if not isinstance(node, Scalar) and not (node.entries if isinstance(node, Mapping) else node.items):
        message = f"`outputs` of {fields.what} is empty"
        diagnostics.report("bad-value", message, (node.span, "nothing"), help="name at least one node")
        return ()
    if isinstance(node, Mapping):
        for entry in node:
            check_name(entry.key, "an output", diagnostics)
        rows = [(entry.key.text, reference(entry.value, diagnostics)) for entry in node]
        return tuple((name, one) for name, one in rows if one is not None)
    items: tuple[Node, ...] = node.items if isinstance(node, Sequence) else (node,)
    found = [one for item in items if (one := reference(item, diagnostics)) is not None]
    return tuple(("out" if len(items) == 1 else re.sub("[./]", "_", str(one)), one) for one in found)


def give_arguments(
    block: BlockDecl,
    syntax: Mapping,
    owner: Span,
    params: Params,
    inner: Params,
    uses: tuple[Use, ...],
    diagnostics: Diagnostics,
) -> None:
    """Gives the parameters of a block what a use says, read with the `params` there, and the defaults for the others.

    Those whose value has been reported are broken in `inner`. `uses` begins with this one.
    """
    given: dict[str, Param] = {}
    broken: set[str] = set()
    known = list(block.params)
    lacking = {name for name, one in block.params.items() if one.required}
    for entry in syntax:
        name = entry.key.text
        if name in COMMON:
            continue
        if name not in block.params:
            where = f" of block `{block.name}`"
            help = "" if known else "the block has no parameters"
            diagnostics.unknown("unknown-attribute", "argument", entry.key.span, name, known, help, where)
            close = did_you_mean(name, known)
            lacking -= {close} if close else set()
            broken |= {close} if close else set()
            continue
        lacking.discard(name)
        value = _argument(block.params[name], entry, params, diagnostics)
        if value is _AS_IF_NOT_GIVEN:
            lacking |= {name} if block.params[name].required else set()
        elif value is NOTHING:
            broken.add(name)
        else:
            given[name] = Param(name, value, entry.value.span)
    if lacking:
        listed = " and ".join(f"`{name}`" for name in known if name in lacking)
        label = (owner, f"no {listed} given")
        declared = (block.params[min(lacking, key=known.index)].span, "declared here, without a default")
        help = "add " + ", ".join(f"`{name}: …`" for name in known if name in lacking)
        diagnostics.report("missing-attribute", f"block `{block.name}` needs {listed}", label, declared, help=help)
        broken |= lacking
    inner.broken |= broken | {name for name, one in block.params.items() if one.is_broken and name not in given}
    for name in block.order:
        one = block.params[name]
        if one.computed is not None and (name in given or name in broken):
            inner.read_all(one.computed)
        with diagnostics.within(uses):
            inner.give(given.get(name) or _default(one, inner, name in broken, diagnostics))
    inner.declared = {name: inner.declared[name] for name in known}


def _default(param: BlockParam, inner: Params, is_broken: bool, diagnostics: Diagnostics) -> Param:
    """A parameter with its default; zero where that is a mistake, which has been reported."""
    may_be_null = param.type is not None and fits(None, param.type)
    value = 0 if param.default is _NO_DEFAULT or (param.default is None and not may_be_null) else param.default
    if param.computed is not None and not is_broken:
        node = inner.substitute(param.computed)
        value = plain_value(node, param.type)
        if value is NOTHING and not holds_broken(node):
            message = f"parameter `{param.name}`: expected {_EXPECTED}, found {describe(node)}"
            help = "change the expression"
            diagnostics.report("wrong-type", message, (param.computed.span, "not a value"), help=help)
        elif value is not NOTHING and param.type is not None and not fits(value, param.type):
            message = f"parameter `{param.name}`: expected {noun(param.type)}, found {describe(node)}"
            label = (param.computed.span, f"declared as {param.type}")
            diagnostics.report("wrong-type", message, label, help="change the default or the type")
            value = NOTHING
        if value is NOTHING:
            inner.broken.add(param.name)
            value = 0
        elif param.type is not None:
            value = converted(value, param.type)
    return Param(param.name, value, param.span)


def _argument(param: BlockParam, entry: Entry, params: Params, diagnostics: Diagnostics) -> Any:
    node = params.substitute(entry.value)
    value = plain_value(node, param.type)
    if isinstance(node, Broken):
        return NOTHING
    if value is NOTHING and isinstance(node, Absent):
        return _AS_IF_NOT_GIVEN
    if value is NOTHING or (param.type is not None and not fits(value, param.type)):
        expected = noun(param.type) if param.type else _EXPECTED
        message = f"`{param.name}`: expected {expected}, found {describe(node)}"
        declared = (param.span, f"declared as {param.type}" if param.type else "declared here")
        diagnostics.report("wrong-type", message, (entry.value.span, ""), declared, help=f"change `{param.name}`")
        return NOTHING
    return converted(value, param.type) if param.type else value
