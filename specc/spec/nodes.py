"""Decodes one node: what it is, its attributes, what it reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from specc.diagnostics import Diagnostics, Fix, closest, did_you_mean, short
from specc.ops import _registry as registry
from specc.ops._attributes import AttributeField, Str, describe, fields_of
from specc.ops._base import Mismatch, OpDef, conflict_help
from specc.ops._foreign_words import ADVICE, OPS, at_rank, fold, last_name
from specc.ops._layers import attribute_meant, owner_inside
from specc.ops._left_out import LEFT_OUT, SECOND_NAMES
from specc.source import Mapping, Node, Scalar, Sequence, Span, work
from specc.spec._calls_of_python import as_node
from specc.spec._hints import KIND, NODE, READS
from specc.spec.copies import names_all, report_several
from specc.spec.document import NodeDecl, Reference
from specc.spec.fields import IDENTIFIER, MERGE, NO_MERGE, Broken, Fields, decode_value

Rank: TypeAlias = Callable[[], int | None]
COMMON = ("op", "call", "block", "from", "doc", "init", "repeat", "when")
_REFERENCE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:/(?:0|[1-9][0-9]*)|\.\*)?)(?:\.(?P<port>[A-Za-z0-9_]+))?")
_MISSING: Any = object()


def decode_node(
    key: Scalar,
    node: Node,
    diagnostics: Diagnostics,
    odd: Collection[str] = (),
    rank: Rank = lambda: None,
    blocks: Collection[str] = (),
) -> NodeDecl:
    """A node; what could not be decoded is None in it, or empty, and has been reported.

    `odd` are the names that have been reported as no names: to read them is no second mistake. `rank` finds the number
    of axes of what the node reads, which decides between the ops that `Conv` may mean. `blocks` are declared.
    """
    help = f"write `{as_node(node.text)}`" if isinstance(node, Scalar) and as_node(node.text) else ""
    fields = Fields(node, f"node `{key.text}`", diagnostics, help or "say what it is: `{op: Dense, units: 20}`")
    syntax = fields.node if isinstance(fields.node, Mapping) else Mapping(node.span, ())
    doc = fields.get("doc", Str(), "")
    operands = _operands(fields, diagnostics, odd)
    init_node = fields.node_of("init")
    init = reference(init_node, diagnostics, odd, INIT) if init_node is not None else None
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
        definition = _definition(op.value, diagnostics, rank, blocks)
        if definition is not None:
            op_name = definition.name
            attributes = decode_attributes(definition, syntax, COMMON, kind_span, diagnostics)
    elif call:
        kind_span = call.value.span
        target = reference(call.value, diagnostics, odd)
        only_call(fields, diagnostics)
    elif isinstance(node, Mapping):
        _report_no_kind(key, node, diagnostics)
    own = fields_of(registry.get(op_name).attributes) if op_name is not None else {}
    unknown = [entry.key.text for entry in syntax if entry.key.text not in own]
    if operands is None and any(_means_from(name, syntax) for name in unknown):
        operands = ()  # a misspelt `from` is one mistake: nothing is assumed in its place
    if not isinstance(node, Mapping):
        operands = ()
    return NodeDecl(key.text, key.span, op_name, target, attributes, operands, doc, init, kind_span, syntax)


def _means_from(name: str, syntax: Mapping) -> bool:
    """Whether an unknown key was most likely to say what the node reads."""
    if name in COMMON or "from" in syntax:
        return False
    return NODE.get(name) in (READS, NO_MERGE) or did_you_mean(name, COMMON) == "from"


def only_call(fields: Fields, diagnostics: Diagnostics) -> None:
    """A `call` takes no attributes; a key that resembles none of its own is taken for one."""
    known = ("call", "from", "doc", "init", "repeat", "when")
    other = "a `call` applies a layer as it is: its attributes stand where it is defined"
    unknown = [name for name in fields.entries if name not in known]
    attributes = {name for op in registry.all_ops() for name in fields_of(op.attributes)} if unknown else set[str]()
    hints = {name: NODE.get(name, other) for name in unknown if name in attributes or did_you_mean(name, known) is None}
    fields.only(known, hints)


def _report_no_kind(key: Scalar, node: Mapping, diagnostics: Diagnostics) -> None:
    """None of `op`, `call` and `block`: points at the key that was most likely meant to be one of them."""
    message = f"node `{key.text}` has none of `op`, `call` and `block`"
    for entry in node:
        name, value = entry.key.text, entry.value
        if name == MERGE:
            diagnostics.report("node-kind", message, (entry.key.span, "not known here"), help=NODE[name])
            return
        names_op = isinstance(value, Scalar) and registry.find(value.text) is not None
        meant = "op" if names_op or NODE.get(name) == KIND else did_you_mean(name, ("op", "call", "block"))
        if name not in COMMON and meant:
            fix = Fix(entry.key.span, meant, f"replace `{short(name)}` by `{meant}`")
            help = f"did you mean `{meant}`?"
            diagnostics.report("node-kind", message, (entry.key.span, "not known here"), help=help, fix=fix)
            return
    help = "say what it is: `op: Dense`, `block: name`, or `call: other` to share a layer"
    diagnostics.report("node-kind", message, (key.span, "what is it?"), help=help)


def _definition(node: Node, diagnostics: Diagnostics, rank: Rank, blocks: Collection[str]) -> OpDef | None:
    if isinstance(node, Broken):
        return None
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        message = f"`op`: expected the name of an op, found {describe(node)}"
        diagnostics.report("wrong-type", message, (node.span, ""), help="name a Keras layer: `op: Dense`")
        return None
    found = registry.find(node.text)
    if found is not None and found.name != "Input":
        return found
    if node.text in ("Input", "InputLayer"):
        help = "declare it under `inputs`: `inputs: {features: [13]}`"
        diagnostics.report("unknown-op", "an input is no node", (node.span, "not an op"), help=help)
        return None
    if node.text in blocks:
        message, help = f"`{node.text}` is a block, not an op", f"write `block: {node.text}`"
        diagnostics.report("unknown-op", message, (node.span, "not an op"), help=help)
        return None
    refused = registry.refused(node.text)
    if refused is not None:
        diagnostics.report("bad-op", refused.message, (node.span, "cannot be used"), help=refused.help)
        return None
    meant = last_name(node.text)
    if meant in LEFT_OUT:
        message = f"`{meant}` is not an op of specc"
        diagnostics.report("unknown-op", message, (node.span, "not an op"), help=LEFT_OUT[meant])
        return None
    near, help = _op_meant(meant, rank)
    if "(" in node.text and (call := as_node(node.text)):
        near, help = None, f"write `{call}`"
    fix = None
    if near and node.span.text == node.text:
        fix = Fix(node.span, near, f"replace `{node.text}` by `{near}`")
    diagnostics.report("unknown-op", f"unknown op `{short(node.text)}`", (node.span, "not known"), help=help, fix=fix)
    return None


def _op_meant(name: str, rank: Rank) -> tuple[str | None, str]:
    """The op that an unknown name stands for, if it is one, and what to do."""
    names = [one for one in registry.names() if one != "Input"]
    known = next((one for one in names if fold(one) == fold(name)), None)
    meant = known or SECOND_NAMES.get(name) or OPS.get(fold(name))
    if meant is not None and meant not in names:
        near = at_rank(meant, rank())
        if not near:
            return None, meant
        return (near, f"did you mean `{near}`?") if meant.startswith("choose") else (None, f"use `{near}`")
    near = [meant] if meant else closest(name, names)
    if not near:
        return None, "`specc list ops` shows the ops"
    stem = re.sub(r"\d", "", near[0])
    ranks = sorted(one for one in names if re.sub(r"\d", "", one) == stem)
    if len(ranks) > 1 and not re.search(r"\d", name):  # nothing says which of them
        listed, axes = [f"`{one}`" for one in ranks], rank()
        own = next((one for one in ranks if axes is not None and f"{axes - 1}D" in one), None)
        if own is not None:
            return own, f"did you mean `{own}`?"
        return None, f"choose by the number of spatial axes: {', '.join(listed[:-1])} or {listed[-1]}"
    return near[0], f"did you mean `{near[0]}`?"


def decode_attributes(
    op: OpDef, syntax: Mapping, common: tuple[str, ...], owner: Span, diagnostics: Diagnostics, missing: bool = True
) -> Any:
    """The op's attributes from a node's mapping; None if some are missing or wrong, which is reported."""
    known = fields_of(op.attributes)
    given: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    unknown: list[str] = []
    good = True
    for entry in syntax:
        name = entry.key.text
        if name in common:
            continue
        if name not in known:
            _unknown_attribute(op, entry.key, known, common, syntax, diagnostics)
            unknown.append(name)
            continue
        value = decode_value(entry.value, known[name].kind, diagnostics, _MISSING, name)
        spans[name] = entry.value.span
        if value is _MISSING:
            good = False
        else:
            given[name] = value
    if op.normalize is not None and good and not unknown:
        try:
            given = op.normalize(given)
        except Mismatch as error:
            others = [(spans[name], f"`{name}`") for name in op.either if name in spans and name != error.attribute]
            place = spans.get(error.attribute or "", owner)
            label = "second" if others else f"no `{error.attribute}` given"
            diagnostics.report(error.code, error.message, (place, label), *others, help=error.help)
            good = False
    # a misspelt attribute is one mistake: the missing one it stands for is not reported beside it
    covered = {one for name in unknown for one in _meant(name, (*known, *common), syntax)}
    lacking = [name for name, field in known.items() if field.required and name not in given and name not in spans]
    said = {*covered, *spans}
    open_ends = [name for name in lacking if name not in said and not (name in op.either and said & {*op.either})]
    if open_ends and missing and MERGE not in unknown:
        listed = " and ".join(f"`{name}`" for name in open_ends)
        first = known[open_ends[0]]
        help = f"add `{first.name}: …`: {first.kind.expects}"
        if len(open_ends) > 1:
            help = "add " + ", ".join(f"`{name}: …`" for name in open_ends)
        diagnostics.report("missing-attribute", f"{op.name} needs {listed}", (owner, f"no {listed} given"), help=help)
    if not good or unknown or lacking:
        return None
    attributes = op.attributes(**given)
    problem = op.checks(attributes)
    if problem is not None:
        name, message = problem[:2]
        diagnostics.report("bad-value", message, (spans.get(name, owner), ""), help=conflict_help(problem))
        return None
    return attributes


def _meant(name: str, known: Collection[str], syntax: Mapping) -> list[str]:
    """The attribute that an unknown one may stand for; none that is given anyhow."""
    free = [one for one in known if one not in syntax]
    if fold(name) in ADVICE:
        return []
    meant = attribute_meant(name, free)
    return [meant] if meant else []


def _unknown_attribute(
    op: OpDef,
    key: Scalar,
    known: dict[str, AttributeField],
    common: tuple[str, ...],
    syntax: Mapping,
    diagnostics: Diagnostics,
) -> None:
    name = key.text
    message = f"unknown attribute `{short(name)}` of {op.name}"
    help, fix = NODE.get(name) or owner_inside(name, known, syntax) or ADVICE.get(fold(name), ""), None
    if not help:
        meant = _meant(name, (*known, *common), syntax)
        listed = ", ".join(f"`{one}`" for one in known)
        help = f"did you mean `{meant[0]}`?" if meant else f"{op.name} takes: {listed}"
        if meant and key.span.text == name:
            fix = Fix(key.span, meant[0], f"replace `{name}` by `{meant[0]}`")
    diagnostics.report("unknown-attribute", message, (key.span, "not known here"), help=help, fix=fix)


def _operands(fields: Fields, diagnostics: Diagnostics, odd: Collection[str]) -> tuple[Reference, ...] | None:
    """What a node reads; empty where some of it is not even a name, None where `from` is left out."""
    node = fields.node_of("from")
    return None if node is None else operands_of(node, diagnostics, odd)


def operands_of(node: Node, diagnostics: Diagnostics, odd: Collection[str] = ()) -> tuple[Reference, ...]:
    """The references that a `from` lists; none where one of them is not even a name, which is reported."""
    items = node.items if isinstance(node, Sequence) else (node,)
    found = [reference(item, diagnostics, odd, several=True) for item in items]
    return tuple(ref for ref in found if ref is not None) if all(found) else ()


INIT = "a value starts from `zeros`, `ones`, an input or a node"


def reference(
    node: Node, diagnostics: Diagnostics, odd: Collection[str] = (), help: str = "", several: bool = False
) -> Reference | None:
    """A name, `node.port` or a copy `node/3`; None where it is none of them, which is reported.

    `several` allows all copies of a node, `node.*`.
    """
    work.charge(work.NAME)
    if isinstance(node, Broken):
        return None
    if isinstance(node, Scalar) and node.text in odd:
        return Reference(node.text, None, node.span)
    if not isinstance(node, Scalar) or not isinstance(node.value, (str, int, float)) or isinstance(node.value, bool):
        message = f"expected the name of a value, found {describe(node)}"
        help = help or "write the name of a node, an input or a state, or `node.port`"
        diagnostics.report("wrong-type", message, (node.span, "not a name"), help=help)
        return None
    written = _REFERENCE.fullmatch(node.text)
    if written is None:
        if help == INIT and node.value in (0, 1):
            help = f"write `{'ones' if node.value else 'zeros'}`"
        diagnostics.report(
            "invalid-name",
            f"`{short(node.text)}` is not the name of a value",
            (node.span, "not a name"),
            help=_meant_by(node.text) or help or "write `node` or `node.port`",
        )
        return None
    found = Reference(written["name"].replace(".*", "/*"), written["port"], node.span)
    if names_all(found) and not several:
        report_several(found, diagnostics)
        return None
    return found


def _meant_by(text: str) -> str:
    """What to write in place of a text that is no reference."""
    several = re.split(r"[\s,]+", text.strip("() "))
    if len(several) > 1 and all(IDENTIFIER.fullmatch(one) for one in several):
        return f"several are a list: `[{', '.join(several)}]`"
    node, _, inside = text.partition("/")
    if not IDENTIFIER.fullmatch(node) or not inside:
        return ""
    if inside[0] in "*.[-":
        return f"all copies are `{node}.*`, one is `{node}/1`"
    return f"what is inside `{node}` is read through the `outputs` of its block: `{node}.port`"
