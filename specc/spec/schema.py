"""The JSON Schema of the language, made from the ops: completion and checks in editors. Not read at run time.

Nodes dispatch on `op`, so that an editor offers the attributes of that op and says which one is wrong. What several
ops or Keras classes take alike is written once, under `$defs`, and every scalar or list may be an expression instead.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias, cast

from specc.ops import _registry as registry
from specc.ops._attributes import AttributeField, Float, Int, Kind, ListOf, Schema, Str, fields_of
from specc.ops._base import OpDef
from specc.ops._keras_objects import ACTIVATION, ACTIVITY_REGULARIZER, CONSTRAINT, INITIALIZER, REGULARIZER, KerasObject
from specc.spec._callbacks import CALLBACKS
from specc.spec._training_objects import FIT, LOSS, METRIC, OPTIMIZER, SCHEDULE
from specc.spec.decode import SCHEDULES, VERSION
from specc.spec.settings import LIMITS

ID = "urn:specc:schema:spec:1"
_EXPRESSION: Schema = {"$ref": "#/$defs/expression"}
_NAME = "^[A-Za-z_][A-Za-z0-9_]*$"
_SHORT = 60  # characters of a property's schema that are as well repeated as referred to
_PASSES = Int(1, 1_000_000)
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
    found = _language(targets)
    definitions = cast("Schema", found["$defs"])
    shared = _shared_properties(definitions)
    definitions.update({name: cast("Schema", json.loads(text)) for (_, text), name in shared.items()})
    return found


def _language(targets: Schema) -> Schema:
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
            "params": _or_empty(
                _described(_named(_ref("param")), "Named values, used as ${name}, overridden by --set.")
            ),
            "inputs": _described(_named(_ref("input")), "What goes in: name to shape, without the batch axis."),
            "nodes": _or_empty(_described(_named(_ref("node")), "The network: name to node, in reading order.")),
            "loops": _or_empty(_described(_named(_ref("loop")), "Feedback: states carried from pass to pass.")),
            "outputs": _ref("outputs"),
            "training": _ref("training"),
            "budget": _ref("budget"),
            "targets": _ref("targets"),
            "moved": _ref("moved"),
        },
        "$defs": _definitions(targets),
    }


def _definitions(targets: Schema) -> Schema:
    ops = [op for op in registry.all_ops() if op.name != "Input"]
    move = _object({"from": _text("The old name."), "to": _text("The new name.")}, ["from", "to"])
    return {
        "expression": {"type": "string", "pattern": r"\$\{", "description": "an expression: ${...}"},
        "reference": {
            "type": "string",
            "pattern": r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)?$|\$\{",
            "description": "A node, input or state, or one result of a node: node.port.",
        },
        "references": {
            "anyOf": [_ref("reference"), {"type": "array", "items": _ref("reference"), "minItems": 1}],
            "description": "What the node reads; the node above if left out.",
        },
        "param_value": {
            "anyOf": [
                {"type": ["number", "string", "boolean"]},
                {"type": "array", "items": _ref("param_value")},
            ]
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
                _named({"anyOf": [_ref("reference"), _ref("node")]}) | {"minProperties": 1},
            ],
        },
        "training": {"anyOf": [_training(), {"type": "null"}]},
        "budget": _or_empty(_budget()),
        "targets": _targets(targets),
        "moved": {
            "description": "Renames, so that checkpoints and reviews follow.",
            "anyOf": [move, {"type": "array", "items": move}, {"type": "null"}],
        },
        **{f"kind_{name}": _value(one, except_for=name) for name, one in _shared_kinds().items()},
    }


@cache
def _shared_kinds() -> dict[str, Schema]:
    return {name: kind.schema() for name, kind in _SHARED.items()}


def _value(found: Schema, except_for: str = "") -> Schema:
    """A kind's schema in which every scalar and list may be an expression, and shared kinds are referred to."""
    for name, one in _shared_kinds().items():
        if name != except_for and found == one:
            return _ref(f"kind_{name}")
    if "anyOf" in found:
        options: list[Schema] = []
        for one in found["anyOf"]:
            inner = _value(one)
            options += inner.get("anyOf", [inner])
        plain = [one for one in _merged(options) if one != _EXPRESSION]
        if any("op" in one.get("properties", {}) for one in plain):
            plain.append({"type": "object", "properties": {"op": _EXPRESSION}, "required": ["op"]})
        return {**found, "anyOf": [*plain, _EXPRESSION] if _EXPRESSION in options else plain}
    if "properties" in found:
        properties = {key: one if key == "op" else _value(one) for key, one in found["properties"].items()}
        return {**found, "properties": properties}
    if found.get("type") == "string":
        return found
    inner = {**found, "items": _value(found["items"])} if "items" in found else dict(found)
    notes = {key: inner.pop(key) for key in ("description", "default") if key in inner}
    return {"anyOf": [inner, _EXPRESSION], **notes}


def _merged(options: list[Schema]) -> list[Schema]:
    """Classes that take the same arguments as one, under any of their names: most metrics take only a name."""
    found: dict[str, Schema] = {}
    for one in options:
        properties = one.get("properties", {})
        names: list[str] = properties["op"]["enum"] if "op" in properties else []
        rest = json.dumps({**one, "properties": {**properties, "op": None}} if names else one)
        if names and rest in found:
            names = [*found[rest]["properties"]["op"]["enum"], *names]
        found[rest] = {**one, "properties": {**properties, "op": {"enum": names}}} if names else one
    return list(found.values())


_Property: TypeAlias = tuple[str, str]  # name and schema, as text


def _shared_properties(definitions: Schema) -> dict[_Property, str]:
    """Replaces the properties that stand several times by references, in place; the names they have in `$defs`."""
    every = [(properties, key) for properties in _properties(definitions) for key in properties]
    counts = Counter[_Property]((key, json.dumps(properties[key])) for properties, key in every)
    names: dict[_Property, str] = {}
    for properties, key in every:
        text = json.dumps(properties[key])
        if counts[key, text] > 1 and len(text) > _SHORT:
            others = sum(name == key for name, _ in names)
            name = names.setdefault((key, text), f"attribute_{key}" + (f".{others + 1}" if others else ""))
            properties[key] = _ref(name)
    return names


def _properties(found: Any) -> Iterator[Schema]:
    """Every `properties` of a schema, inner ones first."""
    if isinstance(found, dict):
        part = cast("Schema", found)
        for value in part.values():
            yield from _properties(value)
        if isinstance(part.get("properties"), dict) and "type" in part:
            yield part["properties"]
    elif isinstance(found, list):
        for one in cast("list[Any]", found):
            yield from _properties(one)


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


def _or_empty(found: Schema) -> Schema:
    """A section that may be left empty."""
    return {**found, "type": ["object", "null"]}


def _kind(kind: Kind) -> Schema:
    return _value(kind.schema())


def _argument(argument: tuple[Kind, Any]) -> Schema:
    kind, default = argument
    return {**_kind(kind), **({} if default in (..., None) else {"default": default})}


def _attribute(field: AttributeField) -> Schema:
    found = _described(_kind(field.kind), field.doc)
    default = field.default
    if field.required or default is None:
        return found
    if isinstance(default, KerasObject):
        default = default.name
    if isinstance(default, tuple):
        default = list(cast("tuple[Any, ...]", default))
    return {**found, "default": default}


def _op(op: OpDef) -> Schema:
    """The attributes of one op's nodes."""
    fields = fields_of(op.attributes)
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
        "properties": {
            "op": {"anyOf": [{"enum": [op.name for op in ops]}, _EXPRESSION], "description": "A Keras layer class."}
        },
        "anyOf": [{"required": ["op"]}, {"required": ["call"]}],
        "allOf": [
            {"if": {"required": ["op"], "properties": {"op": {"const": op.name}}}, "then": _ref(f"op_{op.name}")}
            for op in ops
        ]
        + [{"if": {"required": ["call"]}, "then": call}],
    }


def _param() -> Schema:
    types = {"enum": ["int", "float", "bool", "str"], "description": "What the value has to be."}
    typed = _object({"default": _ref("param_value"), "type": types, "doc": _text("What it is.")}, ["default"])
    return {"anyOf": [_ref("param_value"), typed]}


def _input() -> Schema:
    fields = fields_of(registry.get("Input").attributes)
    shape = _kind(fields["shape"].kind)
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
    passes = _described(_kind(_PASSES), "How often the body runs.")
    schedule = _described(_kind(SCHEDULES), "sweep: a pass is a full sweep; synchronous: every edge costs one pass.")
    return _object(
        {
            "passes": passes,
            "states": _described(_named(state) | {"minProperties": 1}, "The values carried from one pass to the next."),
            "schedule": {**schedule, "default": "sweep"},
            "collect": _or_empty(
                _described(_named(_ref("reference")), "Values at every pass, stacked on a new first axis.")
            ),
        },
        ["passes", "states"],
    )


def _training() -> Schema:
    one_or_many = [_ref("kind_metric"), {"type": "array", "items": _ref("kind_metric")}]
    callbacks = {
        key: _described(
            _object(
                {name: _argument(argument) for name, argument in one.arguments.items()},
                [name for name, (_, default) in one.arguments.items() if default is ...],
            ),
            f"Keras' {one.name}.",
        )
        for key, one in CALLBACKS.items()
    }
    fit = _object({**{name: _kind(kind) for name, (kind, _) in FIT.items()}, **callbacks})
    found = _object(
        {
            "optimizer": _ref("kind_optimizer"),
            "loss": _described(_ref("kind_loss"), "The loss of the only output."),
            "losses": _described(_named(_ref("kind_loss")), "The losses, by output."),
            "loss_weights": _or_empty(_named(_kind(Float(0)))),
            "metrics": {"anyOf": [*one_or_many, _named({"anyOf": one_or_many})]},
            "fit": _or_empty(_described(fit, "Arguments of model.fit.")),
        },
        ["optimizer"],
    )
    losses: Schema = {"oneOf": [{"required": ["loss"]}, {"required": ["losses"]}]}
    return {**found, **losses, "description": "How the model is trained; never changes what it infers."}


def _budget() -> Schema:
    limits = {name: _kind(Int(0)) for name in LIMITS}
    targets = _described(_kind(ListOf(Str())), "Targets the network has to stay legal for.")
    return {**_object({**limits, "targets": targets}), "description": "Invariants checked on every build."}


def _targets(targets: Schema) -> Schema:
    known = {name: _or_empty(_value(one)) for name, one in targets["properties"].items()}
    other: Schema = {"type": ["object", "null"]}
    return _or_empty({**targets, "properties": known, "additionalProperties": other})
