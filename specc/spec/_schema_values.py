"""A kind's JSON Schema into that of a value in a spec: expressions beside it, shared kinds referred to, documented."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias, cast

from specc.ops._attributes import AttributeField, Kind, Schema
from specc.ops._keras_objects import (
    ACTIVATION,
    ACTIVITY_REGULARIZER,
    CONSTRAINT,
    INITIALIZER,
    REGULARIZER,
    KerasObject,
)
from specc.spec._meanings import meaning
from specc.spec._training_objects import LOSS, METRIC, OPTIMIZER, SCHEDULE

EXPRESSION: Schema = {"$ref": "#/$defs/expression"}
_SHORT = 60  # characters of a property's schema that are as well repeated as referred to
_NOTES = ("title", "description", "default")
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


def of_kind(kind: Kind) -> Schema:
    return of_schema(kind.schema())


def of_attribute(field: AttributeField) -> Schema:
    default = None if field.required else field.default
    if isinstance(default, KerasObject):
        spellings = INITIALIZER.names.items()
        default = next((name for name, one in spellings if one == default.name), default.name)
    return of_kind(field.kind) | _notes(field.doc, default)


def of_argument(owner: str, name: str, argument: tuple[Kind, Any]) -> Schema:
    """An argument of a Keras class."""
    kind, default = argument
    return of_kind(kind) | _notes(meaning(owner, name), None if default is ... else default)


def shared_kinds() -> dict[str, Schema]:
    """The kinds that stand once, by their names in `$defs`."""
    return {
        f"kind_{name}": {"title": name.replace("_", " ")} | of_schema(one, except_for=name)
        for name, one in _shared_schemas().items()
    }


def _notes(doc: str, default: Any) -> Schema:
    """What an editor shows; the default is in the text too, as a hover shows the text only."""
    if default is None:
        return {"description": doc}
    if isinstance(default, tuple):
        default = list(cast("tuple[Any, ...]", default))
    shown = default if isinstance(default, str) else json.dumps(default)
    return {"description": f"{doc} Default: `{shown}`.", "default": default}


@cache
def _shared_schemas() -> dict[str, Schema]:
    return {name: kind.schema() for name, kind in _SHARED.items()}


def of_schema(found: Schema, except_for: str = "") -> Schema:
    """The schema with an expression beside every scalar and list, and references in place of shared kinds."""
    notes = {key: found[key] for key in _NOTES if key in found}
    found = {key: one for key, one in found.items() if key not in _NOTES}
    for name, one in _shared_schemas().items():
        if name != except_for and found == one:
            return {"$ref": f"#/$defs/kind_{name}", **notes}
    if "anyOf" in found:
        return {**found, **_options(found["anyOf"]), **notes}
    if "properties" in found:
        return {**_object(found), **notes}
    if found.get("type") == "string":
        return {**found, **notes}
    inner = {**found, "items": of_schema(found["items"])} if "items" in found else found
    return {"anyOf": [inner, EXPRESSION], **notes}


def _options(found: Sequence[Schema]) -> Schema:
    """Alternatives, inner ones among them; those that say by `op` which class they are become one that dispatches."""
    options: list[Schema] = []
    for one in found:
        inner = of_schema(one)
        options += [inner] if inner.keys().isdisjoint(("anyOf",)) else inner["anyOf"]
    classes = [one for one in options if _names(one)]
    plain = [one for one in options if not _names(one) and one != EXPRESSION]
    plain = list({json.dumps(one): one for one in plain}.values())
    if classes:
        plain.append(_dispatched(classes))
    return {"anyOf": [*plain, EXPRESSION] if EXPRESSION in options else plain}


def is_op(*names: str) -> Schema:
    """Whether `op` is one of some names, to the letter: while it completes, the language server takes the beginning
    of a `const` or `enum` for the whole, and would offer what `Conv2DTranspose` takes in a `Conv2D`."""
    return {"required": ["op"], "properties": {"op": {"type": "string", "pattern": f"^({'|'.join(names)})$"}}}


def _dispatched(classes: Sequence[Schema]) -> Schema:
    """One of several classes: an editor knows by `op` which arguments to offer, and which of them is wrong."""
    merged = _merged(classes)
    names = [name for one in merged for name in _names(one)]
    return {
        "type": "object",
        "required": ["op"],
        "properties": {"op": {"anyOf": [{"enum": names}, EXPRESSION], "description": "The Keras class."}},
        "allOf": [{"if": is_op(*_names(one)), "then": _titled(one)} for one in merged],
    }


def _object(found: Schema) -> Schema:
    """A Keras class with its arguments."""
    given: Schema = found["properties"]
    names = _names(found)
    owner = names[-1] if names else ""
    properties: Schema = {}
    for key, one in given.items():
        documented = (
            one if key == "op" or "description" in one else one | _notes(meaning(owner, key), one.get("default"))
        )
        properties[key] = one if key == "op" else of_schema(documented)
    return {**found, "properties": properties}


def _names(found: Schema) -> list[str]:
    """The spellings of a class, its own name last."""
    op: Schema = found.get("properties", {}).get("op", {})
    return [op["const"]] if "const" in op else list(op.get("enum", ()))


def _merged(classes: Sequence[Schema]) -> list[Schema]:
    """Classes that take the same arguments as one, under any of their names: most metrics take only a name."""
    found: dict[str, Schema] = {}
    for one in classes:
        properties, names = one["properties"], _names(one)
        rest = json.dumps({**one, "properties": {**properties, "op": None}})
        if rest in found:
            names = [*_names(found[rest]), *names]
        found[rest] = {**one, "properties": {**properties, "op": {"enum": names}}}
    return list(found.values())


def _titled(found: Schema) -> Schema:
    """The schema of a class under its name, which an editor shows."""
    names = [name for name in _names(found) if name[:1].isupper()]
    return {"title": ", ".join(names), **found}


_Property: TypeAlias = tuple[str, str]  # name and schema, as text


def share_properties(definitions: Schema) -> None:
    """Replaces the properties that stand several times by references to one, in place."""
    every = [(properties, key) for properties in _properties(definitions) for key in properties]
    counts = Counter[_Property]((key, json.dumps(properties[key])) for properties, key in every)
    names: dict[_Property, str] = {}
    for properties, key in every:
        text = json.dumps(properties[key])
        if counts[key, text] > 1 and len(text) > _SHORT:
            others = sum(name == key for name, _ in names)
            name = names.setdefault((key, text), f"attribute_{key}" + (f".{others + 1}" if others else ""))
            properties[key] = {"$ref": f"#/$defs/{name}"}
    definitions.update({name: cast("Schema", json.loads(text)) for (_, text), name in names.items()})


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
