"""Decodes one node: what it is, its attributes, what it reads."""

from __future__ import annotations

from typing import Any

from specc.diagnostics import Diagnostics, Fix, closest, did_you_mean
from specc.ops import _registry as registry
from specc.ops._attributes import Str, describe, fields_of
from specc.ops._base import Mismatch, OpDef
from specc.source import Mapping, Node, Scalar, Sequence, Span
from specc.spec.document import NodeDecl, Reference
from specc.spec.fields import IDENTIFIER, Broken, Fields, decode_value

COMMON = ("op", "call", "from", "doc", "init")
_HINTS = {
    "name": "a node's name is its key",
    "input_shape": "shapes of inputs stand under `inputs`; all others are inferred",
    "batch_input_shape": "shapes of inputs stand under `inputs`; all others are inferred",
    "input_dim": "shapes of inputs stand under `inputs`; all others are inferred",
    "weights": "a spec holds no weights; load them into the built model",
    "inputs": "what a node reads is its `from`",
    "input": "what a node reads is its `from`",
    "type": "the Keras class is given as `op`",
    "class_name": "the Keras class is given as `op`",
    "layer": "the Keras class is given as `op`",
}
_MISSING: Any = object()


def decode_node(key: Scalar, node: Node, diagnostics: Diagnostics) -> NodeDecl:
    """A node; what could not be decoded is None in it and has been reported."""
    fields = Fields(node, f"node `{key.text}`", diagnostics)
    syntax = node if isinstance(node, Mapping) else Mapping(node.span, ())
    doc = fields.get("doc", Str(), "")
    operands = _operands(fields, diagnostics)
    init_node = fields.node_of("init")
    init = reference(init_node, diagnostics) if init_node is not None else None
    op, call = fields.entry("op"), fields.entry("call")
    op_name: str | None = None
    target: Reference | None = None
    attributes: Any = None
    kind_span = key.span
    if op and call:
        diagnostics.report(
            "node-kind",
            f"node `{key.text}` has both `op` and `call`",
            (call.key.span, "second"),
            (op.key.span, "first"),
            help="`op` makes a new layer, `call` applies an existing one again: keep one",
        )
    elif op:
        kind_span = op.value.span
        definition = _definition(op.value, diagnostics)
        if definition is not None:
            op_name = definition.name
            attributes = decode_attributes(definition, syntax, COMMON, kind_span, diagnostics)
    elif call:
        kind_span = call.value.span
        target = reference(call.value, diagnostics)
        fields.only(
            ("call", "from", "doc", "init"),
            {name: "a `call` applies a layer as it is: its attributes stand where it is defined" for name in fields.entries},
        )
    elif isinstance(node, Mapping):
        guess = next((name for name in ("type", "class_name", "layer", "kind") if name in fields.entries), None)
        help = f"`{guess}` is called `op` here" if guess else "say what it is: `op: Dense`, or `call: other` to share a layer"
        diagnostics.report("node-kind", f"node `{key.text}` has neither `op` nor `call`", (key.span, "what is it?"), help=help)
    return NodeDecl(key.text, key.span, op_name, target, attributes, operands, doc, init, kind_span, syntax)


def _definition(node: Node, diagnostics: Diagnostics) -> OpDef | None:
    if isinstance(node, Broken):
        return None
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        diagnostics.report("wrong-type", f"`op`: expected the name of an op, found {describe(node)}", (node.span, ""))
        return None
    found = registry.find(node.text)
    if found is not None and found.name != "Input":
        return found
    if node.text in ("Input", "InputLayer"):
        diagnostics.report("unknown-op", "an input is no node", (node.span, ""), help="declare it under `inputs`")
        return None
    names = [name for name in registry.names() if name != "Input"]
    near = closest(node.text, names)
    fix = Fix(node.span, near[0], f"replace `{node.text}` by `{near[0]}`") if near and node.span.text == node.text else None
    help = f"did you mean `{near[0]}`?" if near else "`specc list ops` shows the ops"
    diagnostics.report("unknown-op", f"unknown op `{node.text}`", (node.span, "not known"), help=help, fix=fix)
    return None


def decode_attributes(
    op: OpDef, syntax: Mapping, common: tuple[str, ...], owner: Span, diagnostics: Diagnostics, missing: bool = True
) -> Any:
    """The op's attributes from a node's mapping; None if some are missing or wrong, which is reported."""
    known = fields_of(op.attributes)
    given: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    good = True
    for entry in syntax:
        name = entry.key.text
        if name in common:
            continue
        if name not in known:
            _unknown_attribute(op, entry.key, known, syntax, diagnostics)
            good = False
            continue
        value = decode_value(entry.value, known[name].kind, diagnostics, _MISSING, name)
        spans[name] = entry.value.span
        if value is _MISSING:
            good = False
        else:
            given[name] = value
    if not good and any(entry.key.text not in known and entry.key.text not in common for entry in syntax):
        # a misspelt attribute is one mistake: the missing one it stands for is not reported beside it
        missing = missing and not _is_covered(op, syntax, common)
    if op.normalize is not None and good:
        try:
            given = op.normalize(given)
        except Mismatch as error:
            diagnostics.report(
                error.code, error.message, (spans.get(error.attribute or "", owner), ""), help=error.help
            )
            return None
    for name, field in known.items():
        if field.required and name not in given and name not in spans:
            if missing:
                diagnostics.report(
                    "missing-attribute",
                    f"{op.name} needs `{name}`",
                    (owner, f"no `{name}` given"),
                    help=f"add `{name}: …`: {field.kind.expects}",
                )
            good = False
    if not good:
        return None
    attributes = op.attributes(**given)
    problem = op.checks(attributes)
    if problem is not None:
        name, message = problem
        diagnostics.report("bad-value", message, (spans.get(name, owner), ""))
        return None
    return attributes


def _is_covered(op: OpDef, syntax: Mapping, common: tuple[str, ...]) -> bool:
    """Whether some unknown attribute is likely a misspelling of a required one."""
    known = fields_of(op.attributes)
    required = {name for name, field in known.items() if field.required}
    unknown = [entry.key.text for entry in syntax if entry.key.text not in known and entry.key.text not in common]
    return any(did_you_mean(name, known) in required for name in unknown)


def _unknown_attribute(op: OpDef, key: Scalar, known: dict[str, Any], syntax: Mapping, diagnostics: Diagnostics) -> None:
    name = key.text
    message = f"unknown attribute `{name}` of {op.name}"
    if name in ("block", "repeat", "when"):
        help = "blocks, `repeat` and `when` are not part of this version"
        diagnostics.report("unknown-attribute", message, (key.span, "not known here"), help=help)
        return
    if name in _HINTS:
        diagnostics.report("unknown-attribute", message, (key.span, "not known here"), help=_HINTS[name])
        return
    free = [one for one in (*known, "from", "doc", "op") if one not in syntax]
    close = did_you_mean(name, free)
    fix = Fix(key.span, close, f"replace `{name}` by `{close}`") if close and key.span.text == name else None
    listed = ", ".join(f"`{one}`" for one in known)
    help = f"did you mean `{close}`?" if close else f"{op.name} takes: {listed}"
    diagnostics.report("unknown-attribute", message, (key.span, "not known here"), help=help, fix=fix)


def _operands(fields: Fields, diagnostics: Diagnostics) -> tuple[Reference, ...] | None:
    node = fields.node_of("from")
    if node is None:
        return None
    items = node.items if isinstance(node, Sequence) else (node,)
    found = tuple(reference(item, diagnostics) for item in items)
    return tuple(ref for ref in found if ref is not None)


def reference(node: Node, diagnostics: Diagnostics) -> Reference | None:
    """A name or `node.port`; None where it is neither, which is reported."""
    if isinstance(node, Broken):
        return None
    if not isinstance(node, Scalar) or not isinstance(node.value, (str, int, float)) or isinstance(node.value, bool):
        diagnostics.report("wrong-type", f"expected the name of a value, found {describe(node)}", (node.span, "not a name"))
        return None
    name, _, port = node.text.partition(".")
    if not IDENTIFIER.fullmatch(name) or (port and not port.replace("_", "a").isalnum()):
        diagnostics.report(
            "invalid-name", f"`{node.text}` is not the name of a value", (node.span, "not a name"), help="write `node` or `node.port`"
        )
        return None
    return Reference(name, port or None, node.span)
