"""The JSON Schema of the language, made from the ops: completion and checks in editors. Not read at run time.

Nodes dispatch on `op`, so that an editor offers the attributes of that op and says which one is wrong. What several
ops or Keras classes take alike is written once, under `$defs`, and every scalar or list may be an expression instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from specc.ops import _registry as registry
from specc.ops._attributes import Float, Int, ListOf, Schema, Str, fields_of
from specc.ops._base import OpDef
from specc.spec._callbacks import CALLBACKS
from specc.spec._schema_values import (
    EXPRESSION,
    is_op,
    of_argument,
    of_attribute,
    of_kind,
    of_schema,
    share_properties,
    shared_kinds,
)
from specc.spec._training_objects import FIT
from specc.spec.decode import SCHEDULES, VERSION
from specc.spec.nodes import COMMON
from specc.spec.param_types import TypeName
from specc.spec.settings import LIMITS

ID = "urn:specc:schema:spec:1"
_WORD = "[A-Za-z_][A-Za-z0-9_]*"
_NAME = f"^{_WORD}$"
_KINDS = ("op", "call", "block")
_CALL = "The node whose layer is applied again, with the same weights."
_BLOCK = "The block that is written out here."
_LIMITS = {
    "params_max": "The most weights that are stored.",
    "macs_max": "The most multiply-accumulates for one example.",
    "activation_bytes_max": "The most memory that results take at one time, in bytes.",
}


def schema(targets: Schema) -> Schema:
    """The whole language as JSON Schema 2020-12; `targets` is that of the section of their options."""
    definitions = _definitions(targets)
    share_properties(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": f"specc network, language version {VERSION}",
        **_object(_sections(), ["specc", "inputs", "outputs"]),
        "$defs": definitions,
    }


def _sections() -> Schema:
    name: Schema = {"type": "string", "pattern": _NAME}
    return {
        "specc": {"const": VERSION, "description": "The version of the language."},
        "name": _described(name, "Name of the model; the file's stem if left out."),
        "doc": _text("What the model is; becomes the emitted module's docstring."),
        "params": _section(_named(_ref("param")), "Named values, used as `${name}`, overridden by `--set`."),
        "inputs": _described(_named(_ref("input")), "What goes in: name to shape, without the batch axis."),
        "blocks": _section(_named(_ref("block")), "Parts that nodes use by name: `{block: name}`."),
        "nodes": _section(_named(_ref("node")), "The network: name to node, in reading order."),
        "loops": _section(_named(_ref("loop")), "Feedback: states carried from pass to pass."),
        "outputs": _ref("outputs"),
        "training": _ref("training"),
        "budget": _ref("budget"),
        "targets": _ref("targets"),
        "moved": _ref("moved"),
    }


def _definitions(targets: Schema) -> Schema:
    ops = [op for op in (*registry.all_ops(), *registry.installed_ops()) if op.name != "Input"]
    return {
        "expression": {"title": "expression", "type": "string", "pattern": r"\$\{"},
        "reference": {
            "title": "reference",
            "type": "string",
            "pattern": rf"^{_WORD}(/(0|[1-9][0-9]*))?(\.[A-Za-z0-9_]+)?$|\$\{{",
        },
        "listed": {
            "title": "reference",
            "type": "string",
            "pattern": rf"^{_WORD}(/(0|[1-9][0-9]*)|\.\*)?(\.[A-Za-z0-9_]+)?$|\$\{{",
        },
        "references": _alternatives(
            "What the node reads: a name, `node.port`, a copy `node/2`, all copies `node.*`, or a list of them; "
            "the node above if left out.",
            _ref("listed"),
            {"type": "array", "items": _ref("listed"), "minItems": 1},
        ),
        "param_value": {
            "anyOf": [
                {"type": ["number", "string", "boolean"]},
                {"type": "array", "items": _ref("param_value")},
            ]
        },
        "param": _param(["default"]),
        "block_param": _param([]),
        "input": _input(),
        "block": _block(),
        "node": _node(ops),
        **{f"op_{op.name}": _op(op) for op in ops},
        "node_call": _kind_of_node(
            "call",
            _described(_ref("reference"), _CALL),
            "A layer that is applied again.",
        ),
        "node_block": {
            **_kind_of_node("block", _text(_BLOCK), "An instance of a block."),
            "additionalProperties": _described(_ref("param_value"), "An argument of the block."),
        },
        "repeat": _repeat(),
        "when": _alternatives(
            "Whether the node is there. Where it is not, it is no operand of an op that lists several, and reading it "
            "alone reads its first operand, or what `else` names.",
            {"type": "boolean"},
            EXPRESSION,
            _object(
                {
                    "if": _alternatives("Whether the node is there.", {"type": "boolean"}, EXPRESSION),
                    "else": _described(_ref("reference"), "What is read in its place where it is not."),
                },
                ["if", "else"],
            ),
        ),
        "loop": _loop(),
        "outputs": _outputs("What comes out: a name, a list of names, or name to node.", _ref("node")),
        "block_outputs": _outputs("What the block gives: a name, a list of names, or port to name."),
        "training": _training(),
        "budget": _budget(),
        "targets": _targets(targets),
        "moved": _moved(),
        **shared_kinds(),
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _described(found: Schema, description: str) -> Schema:
    return {**found, "description": description}


def _alternatives(description: str, *options: Schema) -> Schema:
    return {"description": description, "anyOf": list(options)}


def _named(values: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": _NAME}, "additionalProperties": values}


def _object(properties: Schema, required: Sequence[str] = ()) -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": list(required)} if required else {})


def _section(found: Schema, description: str = "") -> Schema:
    """A part that may be left empty."""
    return {**found, "type": ["object", "null"]} | ({"description": description} if description else {})


# nodes


def _common() -> Schema:
    """What every node may say, beside what it is."""
    return {
        "from": _ref("references"),
        "doc": _text("What the node is for; becomes a comment."),
        "init": _described(_ref("reference"), "Its value before the first pass of a synchronous loop."),
        "repeat": _ref("repeat"),
        "when": _ref("when"),
    }


def _op(op: OpDef) -> Schema:
    """The attributes of one op's nodes."""
    fields = fields_of(op.attributes)
    own = {name: of_attribute(field) for name, field in fields.items()}
    required = [name for name, field in fields.items() if field.required and name not in op.either]
    found = _object({"op": {"const": op.name, "description": op.doc}, **_common(), **own}, ["op", *required])
    either: Schema = {"oneOf": [{"required": [name]} for name in op.either]} if op.either else {}
    return {"title": op.name, "description": op.doc, **found, **either}


def _kind_of_node(key: str, value: Schema, description: str) -> Schema:
    """A node that is no op of its own."""
    return {"title": key, "description": description, **_object({key: value, **_common()}, [key])} | (
        {"not": {"anyOf": [{"required": [one]} for one in _KINDS if one != key]}} if key == "block" else {}
    )


def _node(ops: list[OpDef]) -> Schema:
    op = {
        "anyOf": [{"enum": [op.name for op in ops], "enumDescriptions": [op.doc for op in ops]}, EXPRESSION],
        "description": "A Keras layer class.",
    }
    others = {"call": _text(_CALL), "block": _text(_BLOCK)}
    return {
        "type": "object",
        "properties": {"op": op, "call": True, "block": True, **_common()},
        "anyOf": [{"required": [key]} for key in _KINDS],
        "allOf": [
            *({"if": is_op(op.name), "then": _ref(f"op_{op.name}")} for op in ops),
            {
                "if": {"required": ["op"], "properties": {"op": EXPRESSION}},
                "then": {"properties": {"call": False, "block": False}},
            },
            {"if": {"properties": dict.fromkeys(_KINDS, False)}, "then": {"properties": others}},  # offered until then
            {"if": {"required": ["call"], "properties": {"op": False}}, "then": _ref("node_call")},
            {"if": {"required": ["block"], "properties": {"op": False, "call": False}}, "then": _ref("node_block")},
        ],
    }


def _repeat() -> Schema:
    count = of_kind(Int(1))
    counted = _object(
        {
            "count": _described(count, "How many copies."),
            "first": _described({"type": "object"}, "Arguments of the first copy, in place of the others'."),
        },
        ["count"],
    )
    return _alternatives("How many copies are chained: `name/1` reads what the node reads.", *count["anyOf"], counted)


# the other sections


def _param(required: Sequence[str]) -> Schema:
    doc = "A default, or `{type: …, default: …}`." if required else "A type, a default, or `{type: …, default: …}`."
    types = TypeName().schema() | {"description": "What the value has to be."}
    typed: Schema = _object(
        {
            "type": types,
            "default": _alternatives("Its value.", _ref("param_value"), {"type": "null"}),
            "doc": _text("What it is."),
        },
        required,
    )
    if not required:
        typed["anyOf"] = [{"required": ["type"]}, {"required": ["default"]}]
    return _alternatives(doc, *([] if required else TypeName().words()), _ref("param_value"), typed)


def _input() -> Schema:
    fields = fields_of(registry.get("Input").attributes)
    shape = of_kind(fields["shape"].kind)
    properties = {name: of_attribute(field) for name, field in fields.items()}
    full = _object({**properties, "doc": _text("What it is.")}, ["shape"])
    return _alternatives("The shape without the batch axis, or `{shape: …, dtype: …}`.", *shape["anyOf"], full)


def _block() -> Schema:
    name: Schema = {"type": "string", "pattern": _NAME}
    params = {**_named(_ref("block_param")), "propertyNames": {"pattern": _NAME, "not": {"enum": list(COMMON)}}}
    inputs = _alternatives("What it reads: a name, or a list of names.", name, {"type": "array", "items": name})
    return _object(
        {
            "params": _section(params, "What a use may give: a type, a default, or `{type: …, default: …}`."),
            "inputs": inputs,
            "nodes": _described(_named(_ref("node")) | {"minProperties": 1}, "Its nodes, in reading order."),
            "outputs": _ref("block_outputs"),
            "doc": _text("What the block is."),
        },
        ["inputs", "nodes", "outputs"],
    ) | {"description": "Nodes that are written out wherever a node says `block:`."}


def _outputs(description: str, *others: Schema) -> Schema:
    one = {"anyOf": [_ref("reference"), *others]} if others else _ref("reference")
    return _alternatives(
        description,
        _ref("reference"),
        {"type": "array", "items": _ref("listed" if others else "reference"), "minItems": 1},
        _named(one) | {"minProperties": 1},
    )


def _loop() -> Schema:
    state = _object(
        {
            "init": _described(_ref("reference"), "Its value before the first pass: a node, an input, zeros or ones."),
            "next": _described(_ref("reference"), "The node that gives its value after each pass."),
        },
        ["init", "next"],
    )
    schedule = "`sweep`: a pass is a full sweep. `synchronous`: every edge costs one pass."
    collect = "Values at every pass, stacked on a new first axis."
    scan = "Sequences that are read row by row: at pass t the name means row t. They decide how many passes there are."
    scanned = _object(
        {
            "from": _described(_ref("reference"), "The sequence, whose first axis is walked."),
            "reverse": {"type": "boolean", "default": False, "description": "Whether it is walked from the end."},
        },
        ["from"],
    )
    either = _alternatives("The sequence, or `{from: …, reverse: true}`.", _ref("reference"), scanned)
    states = _named(_described(state, "A value carried from one pass to the next."))
    found = _object(
        {
            "passes": _described(of_kind(Int(1, 1_000_000)), "How often the body runs."),
            "states": _described(states | {"minProperties": 1}, "The values carried from one pass to the next."),
            "schedule": {**_described(of_kind(SCHEDULES), schedule), "default": "sweep"},
            "scan": _section(_named(either), scan),
            "collect": _section(_named(_described(_ref("reference"), "The node.")), collect),
        },
    )
    forms = [["passes", "states"], ["scan", "states"], ["scan", "collect"]]
    return {
        "description": "A loop: what leads from its states to their next values runs once in every pass.",
        **found,
        "anyOf": [{"required": keys} for keys in forms],
    }


def _training() -> Schema:
    metrics = [_ref("kind_metric"), {"type": "array", "items": _ref("kind_metric")}]
    loss_weights = "The weights of the outputs' losses in their sum."
    found = _object(
        {
            "optimizer": _described(_ref("kind_optimizer"), "The optimizer: a name, or `{op: …}` with arguments."),
            "loss": _described(_ref("kind_loss"), "The loss of the only output."),
            "losses": _described(_named(_ref("kind_loss")), "The losses, by output."),
            "loss_weights": _section(_named(of_kind(Float(0))), loss_weights),
            "metrics": _alternatives("What is measured, by output.", *metrics, _named({"anyOf": metrics})),
            "fit": _section(_fit(), "Arguments and callbacks of `model.fit`."),
        },
        ["optimizer"],
    )
    losses: Schema = {"oneOf": [{"required": ["loss"]}, {"required": ["losses"]}]}
    description = "How the model is trained; never changes what it infers."
    return _alternatives(description, {"title": "training", **found, **losses}, {"type": "null"})


def _fit() -> Schema:
    callbacks: Schema = {}
    for key, one in CALLBACKS.items():
        arguments = {name: of_argument(one.name, name, argument) for name, argument in one.arguments.items()}
        required = [name for name, (_, default) in one.arguments.items() if default is ...]
        callbacks[key] = {"title": one.name, "description": f"Keras' {one.name}.", **_object(arguments, required)}
    return _object({**{name: of_argument("fit", name, argument) for name, argument in FIT.items()}, **callbacks})


def _budget() -> Schema:
    limits = {name: _described(of_kind(Int(0)), _LIMITS[name]) for name in LIMITS}
    targets = _described(of_kind(ListOf(Str())), "Targets the network has to stay legal for.")
    return _section(_object({**limits, "targets": targets}), "Invariants checked on every build.")


def _targets(targets: Schema) -> Schema:
    known = {name: _section(of_schema(one)) for name, one in targets["properties"].items()}
    other: Schema = {"type": ["object", "null"], "description": "Options of another target."}
    return _section({**targets, "properties": known, "additionalProperties": other}, "The targets' options.")


def _moved() -> Schema:
    move = _object({"from": _text("The old name."), "to": _text("The new name.")}, ["from", "to"])
    description = "Renames, so that checkpoints and reviews follow."
    return _alternatives(description, move, {"type": "array", "items": move}, {"type": "null"})
