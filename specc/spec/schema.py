"""The JSON Schema of the language, made from the ops: completion and checks in editors. Not read at run time.

Nodes dispatch on `op`, so that an editor offers the attributes of that op and says which one is wrong.
"""

from __future__ import annotations

from typing import Any, cast

from specc.ops import _registry as registry
from specc.ops._attributes import AttributeField, Kind, Schema, fields_of
from specc.ops._base import OpDef
from specc.ops._keras_objects import ACTIVATION, ACTIVITY_REGULARIZER, CONSTRAINT, INITIALIZER, REGULARIZER, KerasObject
from specc.spec._training_objects import EARLY_STOPPING, FIT, LOSS, METRIC, OPTIMIZER, SCHEDULE
from specc.spec.decode import LIMITS, SCHEDULES, VERSION

ID = "urn:specc:schema:spec:1"
_EXPRESSION: Schema = {"type": "string", "pattern": r"\$\{", "description": "an expression: ${...}"}
_NAME = "^[A-Za-z_][A-Za-z0-9_]*$"
_SHARED: dict[str, Kind] = {
    "activation": ACTIVATION,
    "initializer": INITIALIZER,
    "regularizer": REGULARIZER,
    "activity_regularizer": ACTIVITY_REGULARIZER,
    "constraint": CONSTRAINT,
    "optimizer": OPTIMIZER,
    "schedule": SCHEDULE,
    "loss": LOSS,
    "metric": METRIC,
}


def schema(targets: Schema) -> Schema:
    """The whole language as JSON Schema 2020-12; `targets` is that of the section of their options."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": f"specc network, language version {VERSION}",
        "type": "object",
        "required": ["specc", "inputs", "outputs"],
        "additionalProperties": False,
        "properties": {
            "specc": {"const": VERSION, "description": "The version of the language."},
            "name": _described({"type": "string", "pattern": _NAME}, "Name of the model; the file's stem if left out."),
            "doc": _text("What the model is; becomes the emitted module's docstring."),
            "params": _described(_named({"$ref": "#/$defs/param"}), "Named values, used as ${name}, overridden by --set."),
            "inputs": _described(_named({"$ref": "#/$defs/input"}), "What goes in: name to shape, without the batch axis."),
            "nodes": _described(_named({"$ref": "#/$defs/node"}), "The network: name to node, in reading order."),
            "loops": _described(_named({"$ref": "#/$defs/loop"}), "Feedback: states carried from pass to pass."),
            "outputs": {"$ref": "#/$defs/outputs"},
            "training": {"$ref": "#/$defs/training"},
            "budget": {"$ref": "#/$defs/budget"},
            "targets": {"$ref": "#/$defs/targets"},
            "moved": {"$ref": "#/$defs/moved"},
        },
        "$defs": _definitions(targets),
    }


def _definitions(targets: Schema) -> Schema:
    ops = [op for op in registry.all_ops() if op.name != "Input"]
    return {
        "reference": {
            "type": "string",
            "pattern": r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)?$",
            "description": "A node, input or state, or one result of a node: node.port.",
        },
        "references": {
            "anyOf": [_ref("reference"), {"type": "array", "items": _ref("reference"), "minItems": 1}],
            "description": "What the node reads; the node above if left out.",
        },
        "param": _param(),
        "input": _input(),
        "node": _node(ops),
        **{f"op_{op.name}": _op(op) for op in ops},
        "loop": _loop(),
        "outputs": {
            "description": "What comes out: a name, a list of names, or name to node.",
            "anyOf": [
                _ref("reference"),
                {"type": "array", "items": _ref("reference"), "minItems": 1},
                _named({"anyOf": [_ref("reference"), _ref("node")]}),
            ],
        },
        "training": _training(),
        "budget": _budget(),
        "targets": targets,
        "moved": {
            "type": "array",
            "description": "Renames, so that checkpoints and reviews follow.",
            "items": _object({"from": _text("The old name."), "to": _text("The new name.")}, ["from", "to"]),
        },
        **{f"kind_{name}": _with_refs(kind.schema(), except_for=name) for name, kind in _SHARED.items()},
    }


def _with_refs(found: Any, except_for: str = "") -> Any:
    """The schema with every part that is a shared kind's replaced by a reference: twelve optimizers, one schedule."""
    if isinstance(found, dict):
        part = cast("Schema", found)
        for name, kind in _SHARED.items():
            if name != except_for and part == kind.schema():
                return _ref(f"kind_{name}")
        return {key: _with_refs(value, except_for) for key, value in part.items()}
    return [_with_refs(one, except_for) for one in cast("list[Any]", found)] if isinstance(found, list) else found


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _described(found: Schema, description: str) -> Schema:
    return {**found, "description": description}


def _named(values: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"pattern": _NAME}, "additionalProperties": values}


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": required} if required else {})


def _value(kind: Kind) -> Schema:
    """A value of a kind, or an expression that gives one. Kinds that many attributes share are referred to."""
    found = _shared(kind)
    options = found["anyOf"] if set(found) == {"anyOf"} else [found]
    return {"anyOf": [*options, _EXPRESSION]}


def _shared(kind: Kind) -> Schema:
    for name, one in _SHARED.items():
        if kind is one:
            return _ref(f"kind_{name}")
    inner: tuple[Kind, ...] = getattr(kind, "kinds", ())
    if inner:
        return {"anyOf": [_shared(one) for one in inner]}
    return kind.schema()


def _attribute(field: AttributeField) -> Schema:
    found = _described(_value(field.kind), field.doc)
    default = field.default
    if field.required or default is None:
        return found
    if isinstance(default, KerasObject):
        default = default.name
    return {**found, "default": list(default) if isinstance(default, tuple) else default}


def _op(op: OpDef) -> Schema:
    """The attributes of one op's nodes."""
    fields = fields_of(op.attributes)
    common: Schema = {
        "op": {"const": op.name, "description": op.doc},
        "from": _ref("references"),
        "doc": _text("What the node is for; becomes a comment."),
        "init": _described(_ref("reference"), "Its value before the first pass of a synchronous loop."),
    }
    required = [name for name, field in fields.items() if field.required and name not in op.either]
    found = _object({**common, **{name: _attribute(field) for name, field in fields.items()}}, ["op", *required])
    found["description"] = op.doc
    if op.either:
        found["oneOf"] = [{"required": [name]} for name in op.either]
    return found


def _node(ops: list[OpDef]) -> Schema:
    call = _object(
        {
            "call": _described(_ref("reference"), "The node whose layer is applied again, with the same weights."),
            "from": _ref("references"),
            "doc": _text("What the node is for; becomes a comment."),
            "init": _ref("reference"),
        },
        ["call"],
    )
    return {
        "type": "object",
        "properties": {"op": {"enum": [op.name for op in ops], "description": "A Keras layer class."}},
        "anyOf": [{"required": ["op"]}, {"required": ["call"]}],
        "allOf": [
            {"if": {"required": ["op"], "properties": {"op": {"const": op.name}}}, "then": _ref(f"op_{op.name}")}
            for op in ops
        ]
        + [{"if": {"required": ["call"]}, "then": call}],
    }


def _param() -> Schema:
    scalar: Schema = {"type": ["number", "string", "boolean"]}
    value: Schema = {"anyOf": [scalar, {"type": "array", "items": scalar}]}
    types = {"enum": ["int", "float", "bool", "str"], "description": "What the value has to be."}
    typed = _object({"default": value, "type": types, "doc": _text("What it is.")}, ["default"])
    return {"anyOf": [*value["anyOf"], typed]}


def _input() -> Schema:
    fields = fields_of(registry.get("Input").attributes)
    shape = _value(fields["shape"].kind)
    properties = {name: _attribute(field) for name, field in fields.items()}
    full = _object({**properties, "doc": _text("What it is.")}, ["shape"])
    return {"anyOf": [*shape["anyOf"], full]}


def _loop() -> Schema:
    state = _object(
        {
            "init": _described(_ref("reference"), "Its value before the first pass: a node, an input, zeros or ones."),
            "next": _described(_ref("reference"), "The node that gives its value after each pass."),
        },
        ["init", "next"],
    )
    passes: Schema = {"anyOf": [{"type": "integer", "minimum": 1}, _EXPRESSION], "description": "How often the body runs."}
    schedule: Schema = {"anyOf": [SCHEDULES.schema(), _EXPRESSION], "default": "sweep"}
    return _object(
        {
            "passes": passes,
            "states": _described(_named(state), "The values carried from one pass to the next."),
            "schedule": _described(schedule, "sweep: a pass is a full sweep; synchronous: every edge costs one pass."),
            "collect": _described(_named(_ref("reference")), "Values at every pass, stacked on a new first axis."),
        },
        ["passes", "states"],
    )


def _training() -> Schema:
    one_or_many: Schema = {"anyOf": [_ref("kind_metric"), {"type": "array", "items": _ref("kind_metric")}]}
    stopping = _object({name: _value(kind) for name, (kind, _) in EARLY_STOPPING.items()})
    fit = _object({**{name: _value(kind) for name, (kind, _) in FIT.items()}, "early_stopping": stopping})
    weights: Schema = {"anyOf": [{"type": "number", "minimum": 0}, _EXPRESSION]}
    found = _object(
        {
            "optimizer": _ref("kind_optimizer"),
            "loss": _described(_ref("kind_loss"), "The loss of the only output."),
            "losses": _described(_named(_ref("kind_loss")), "The losses, by output."),
            "loss_weights": _named(weights),
            "metrics": {"anyOf": [*one_or_many["anyOf"], _named(one_or_many)]},
            "fit": _described(fit, "Arguments of model.fit."),
        },
        ["optimizer"],
    )
    return {**found, "description": "How the model is trained; never changes what it infers."}


def _budget() -> Schema:
    limits = {name: {"type": "integer", "minimum": 0} for name in LIMITS}
    targets = {"type": "array", "items": {"type": "string"}, "description": "Targets the network has to stay legal for."}
    return {**_object({**limits, "targets": targets}), "description": "Invariants checked on every build."}
