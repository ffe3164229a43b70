"""Layers inside layers as attribute values: `{op: LSTM, units: 3}` into the op and its own attributes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Generator
from collections.abc import Mapping as MappingABC
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from specc.diagnostics import did_you_mean
from specc.ops import _registry as registry
from specc.ops._attributes import AttributeField, BadValue, Kind, Mistakes, OneOf, Schema, describe, fields_of
from specc.ops._base import Mismatch, OpDef, Weight
from specc.ops._foreign_words import ADVICE, ATTRIBUTES, OPS, fold, last_name
from specc.source import Entry, Mapping, Node, Scalar

_OUTER = {
    "dtype": "an inner layer computes in the dtype of the node, where it is given",
    "from": "an inner layer reads what the node reads",
    "name": "an inner layer has no name of its own",
}


@dataclass(frozen=True, slots=True)
class Inner:
    """A layer inside another one: its Keras class, and the attributes as the op has them that describes it."""

    name: str
    op: str
    attributes: Any

    @property
    def definition(self) -> OpDef:
        return registry.get(self.op)

    def changed(self, **attributes: Any) -> Inner:
        return dataclasses.replace(self, attributes=dataclasses.replace(self.attributes, **attributes))


def like_the_node(given: dict[str, Any]) -> dict[str, Any]:
    """The decoded attributes of an op, its inner layers computing in its dtype and frozen with it.

    Keras hands neither on: it would train the inner layers of a frozen one.
    """
    changes: dict[str, Any] = {"dtype": given.get("dtype")}
    if not given.get("trainable", True):
        changes["trainable"] = False
    return {name: _changed(value, changes) for name, value in given.items()}


def _changed(value: Any, changes: dict[str, Any]) -> Any:
    """An attribute's value with these attributes of the layers inside it, however deep."""
    if isinstance(value, tuple):
        return tuple(_changed(one, changes) for one in cast("tuple[Any, ...]", value))
    if not isinstance(value, Inner):
        return value
    own = {name: _changed(getattr(value.attributes, name), changes) for name in fields_of(value.definition.attributes)}
    return value.changed(**{**own, **changes})


def inside(part: str, weights: tuple[Weight, ...]) -> tuple[Weight, ...]:
    """An inner layer's weights as the outer one stores them: `forward_layer/kernel`."""
    return tuple(dataclasses.replace(one, name=f"{part}/{one.name}") for one in weights)


@contextmanager
def within(attribute: str, where: str = "") -> Generator[None]:
    """What an inner layer cannot take is laid to the attribute that holds it."""
    try:
        yield
    except Mismatch as error:
        at = attribute if error.attribute else None
        raise Mismatch(where + error.message, error.operand, error.other, error.help, at, error.code) from None


@dataclass(frozen=True, slots=True)
class Choice:
    """A class that a `LayerOf` takes: the op that describes it, and which of that op's attributes it has not."""

    op: str
    without: tuple[str, ...] = ()

    @property
    def either(self) -> tuple[str, ...]:
        return registry.get(self.op).either


class LayerOf(Kind):
    """A layer of one of some classes, as a mapping with `op`.

    `refused` says of some classes, and `refused_attributes` of some attributes, why they are not taken.
    """

    def __init__(
        self,
        noun: str,
        choices: Callable[[], dict[str, Choice]],
        refused: dict[str, str] | None = None,
        refused_attributes: dict[str, str] | None = None,
    ) -> None:
        self.noun, self._choices = noun, choices
        self.refused, self.refused_attributes = refused or {}, refused_attributes or {}

    @cached_property
    def choices(self) -> dict[str, Choice]:
        """The classes by name; found out when first asked for, since ops are loaded one by one."""
        return self._choices()

    @property
    def expects(self) -> str:
        return f"{self.noun}: `{{op: …}}`"

    def fields(self, name: str) -> dict[str, AttributeField]:
        """The attributes that a class takes here."""
        choice = self.choices[name]
        hidden = {*choice.without, *self.refused_attributes, *_OUTER}
        known = fields_of(registry.get(choice.op).attributes)
        return {key: field for key, field in known.items() if key not in hidden and not field.call}

    def decode(self, node: Node) -> Inner:
        if not isinstance(node, Mapping):
            wrong = self.wrong(node)
            name = self.named(node.text) if isinstance(node, Scalar) else None
            if name is not None:
                wrong.help = f"write `{{op: {name}}}`"
            raise wrong
        entry = node.entry("op")
        if entry is None:
            raise BadValue(node.span, f"{self.noun} needs `op`", "name its Keras class", "missing-key")
        name = self._resolve(entry.value)
        op = registry.get(self.choices[name].op)
        mistakes, given = Mistakes(), dict[str, Any]()
        for one in node:
            if one is not entry:
                with mistakes.part():
                    given[one.key.text] = self._value(name, one)
        given = self._complete(name, op, given, entry.value, node, mistakes)
        attributes = op.attributes(**given)
        problem = op.checks(attributes)
        if problem is not None:
            at = node.entry(problem[0])
            place = at.value.span if at else entry.value.span
            help = problem[2] if len(problem) > 2 else f"change `{problem[0]}` of the {name}"
            raise BadValue(place, problem[1], help, "bad-value")
        return Inner(name, op.name, attributes)

    def named(self, text: str) -> str | None:
        """The class that a name stands for here: `LSTM` is `LSTMCell` where cells are taken."""
        return next((name for name in (text, f"{text}Cell") if name in self.choices), None)

    def _resolve(self, node: Node) -> str:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            message = f"`op`: expected the name of a class, found {describe(node)}"
            raise BadValue(node.span, message, f"it takes {self._listed()}")
        if node.value in self.choices:
            return node.value
        if node.value in self.refused:
            raise BadValue(node.span, f"`{node.value}` is not taken here", self.refused[node.value], "bad-value")
        name = last_name(node.value)
        known = next((one for one in self.choices if fold(one) == fold(name)), None)
        meant = known or OPS.get(fold(name)) or did_you_mean(name, self.choices)
        help = f"it takes {self._listed()}"
        if meant is not None and (meant in self.choices or " " in meant):
            help = meant if " " in meant else f"did you mean `{meant}`?"
        raise BadValue(node.span, f"expected {self.noun}, found {describe(node)}", help, "bad-value")

    def _listed(self) -> str:
        names = [f"`{name}`" for name in self.choices]
        return ", ".join(names) if len(names) <= 10 else f"any of {len(names)} ops, such as {', '.join(names[:3])}"

    def _value(self, name: str, entry: Entry) -> Any:
        key, known = entry.key.text, self.fields(name)
        reason = {**_OUTER, **self.refused_attributes}.get(key)
        if reason is not None and not (key == "from" and key in known):
            message = f"`{key}` is not taken in the {name} here"
            raise BadValue(entry.key.span, message, reason, "unknown-attribute")
        if key not in known:
            help = ADVICE.get(fold(key), "")
            if not help:
                meant = attribute_meant(key, known)
                listed = ", ".join(f"`{one}`" for one in known)
                help = f"did you mean `{meant}`?" if meant else f"{name} takes: {listed}"
            raise BadValue(entry.key.span, f"unknown attribute `{key}` of {name}", help, "unknown-attribute")
        mistakes, value = Mistakes(), None
        with mistakes.part(f"`{key}` of {name}"):
            value = known[key].kind.decode(entry.value)
        mistakes.check()
        return value

    def _complete(
        self, name: str, op: OpDef, given: dict[str, Any], owner: Node, node: Mapping, mistakes: Mistakes
    ) -> dict[str, Any]:
        """The attributes in the op's own form; raises where some are missing or exclude each other, or are mistaken."""
        if op.normalize is not None and not mistakes.found:
            try:
                given = op.normalize(given)
            except Mismatch as error:
                at = node.entry(error.attribute or "")
                place = at.value.span if at else owner.span
                mistakes.add(place, f"{name}: {error.message}", error.help, error.code)
        fields = self.fields(name)
        free = [key for key in fields if key not in node]
        misspelt = {attribute_meant(one.key.text, free) for one in node if one.key.text not in fields}
        for key, field in fields.items():
            if field.required and key not in given and key not in node and key not in {*misspelt, *op.either}:
                help = f"add `{key}: …`: {field.kind.expects}"
                mistakes.add(owner.span, f"{name} needs `{key}`", help, "missing-attribute")
        mistakes.check()
        return given

    def schema(self) -> Schema:
        return {"anyOf": [self._class_schema(name) for name in self.choices]}

    def _class_schema(self, name: str) -> Schema:
        properties: Schema = {"op": {"const": name}}
        op, fields = registry.get(self.choices[name].op), self.fields(name)
        for key, field in fields.items():
            properties[key] = {**field.kind.schema(), "description": field.doc}
        required = ["op", *(key for key, one in fields.items() if one.required and key not in op.either)]
        found: Schema = {"type": "object", "properties": properties, "required": required}
        return {**found, "additionalProperties": False, **_either(op)}


def attribute_meant(name: str, free: Collection[str]) -> str | None:
    """The attribute that an unknown one may stand for, among those that are not given."""
    return next((one for one in ATTRIBUTES.get(fold(name), ()) if one in free), None) or did_you_mean(name, free)


def owner_inside(name: str, fields: MappingABC[str, AttributeField], syntax: Mapping) -> str:
    """What to write where an attribute of the layer inside a layer was given to the outer one; else empty."""
    for field in fields.values():
        kinds = field.kind.kinds if isinstance(field.kind, OneOf) else (field.kind,)
        layer, value = next((kind for kind in kinds if isinstance(kind, LayerOf)), None), syntax.get(field.name)
        op = value.get("op") if isinstance(value, Mapping) else value
        inner = layer.named(op.text) if layer is not None and isinstance(op, Scalar) else None
        if layer is not None and inner is not None and name in layer.fields(inner):
            return f"it belongs to the inner layer: `{field.name}: {{op: {inner}, {name}: …}}`"
    return ""


def _either(op: OpDef) -> Schema:
    return {"oneOf": [{"required": [name]} for name in op.either]} if op.either else {}
