"""Attribute values as Python source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString, cast

from specc.emit.naming import layer_name
from specc.ir import Node
from specc.ir.sizes import Symbol
from specc.ops import _registry as registry
from specc.ops._attributes import AttributeField, PerAxis, fields_of
from specc.ops._base import OpDef
from specc.ops._keras_objects import KerasObject
from specc.ops._layers import Inner
from specc.source import escape


def literal(value: Any) -> LiteralString:
    """A value as source; tuples and dicts as such, Keras objects and inner layers as calls of their class."""
    if isinstance(value, KerasObject):
        return call(value)
    if isinstance(value, Inner):
        return inner(value)
    if isinstance(value, Symbol):
        return "None"  # a size that only the data will tell
    if isinstance(value, tuple):
        items: list[LiteralString] = [literal(one) for one in cast("tuple[Any, ...]", value)]
        if isinstance(value[0] if items else None, Inner):
            return f"[{', '.join(items)}]"
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    if isinstance(value, Mapping):
        rows = cast("Mapping[Any, Any]", value).items()
        return "{" + ", ".join(f"{literal(key)}: {literal(one)}" for key, one in rows) + "}"
    if value is None:
        return "None"
    if isinstance(value, (bool, int, float)):
        return escape.number(value)
    return escape.quoted(value)


def call(value: KerasObject) -> LiteralString:
    """`keras.initializers.HeNormal(seed=3)`"""
    return f"keras.{escape.dotted(value.module)}.{escape.identifier(value.name)}({arguments(value)})"


def arguments(value: KerasObject) -> LiteralString:
    return ", ".join(f"{escape.identifier(key)}={literal(one)}" for key, one in value.arguments)


def layer(node: Node) -> LiteralString:
    """The construction of a node's layer: `layers.Dense(20, activation="relu", name="hidden")`.

    Only what differs from Keras' defaults is written.
    """
    return construction(node, texts(node), escape.quoted(layer_name(node.layer)))


def construction(node: Node, given: Mapping[str, LiteralString], name: LiteralString) -> LiteralString:
    """A layer's construction with these texts for its attributes and its name."""
    op = registry.get(node.op)
    parts: list[LiteralString] = [*_arguments(op, given), f"name={name}"]
    return f"{escape.dotted(op.keras.removeprefix('keras.'))}({', '.join(parts)})"


def inner(value: Inner) -> LiteralString:
    """The construction of a layer inside another one: `layers.LSTM(3)`."""
    given = _texts(value.definition, value.attributes)
    return f"layers.{escape.identifier(value.name)}({', '.join(_arguments(value.definition, given))})"


def _arguments(op: OpDef, given: Mapping[str, LiteralString]) -> list[LiteralString]:
    parts: list[LiteralString] = []
    for field in fields_of(op.attributes).values():
        if field.name not in given or (not field.required and given[field.name] == _text(field, field.default)):
            continue
        text = given[field.name]
        parts.append(text if field.positional else f"{escape.identifier(field.name)}={text}")
    return parts


def operands(node: Node, given: Sequence[LiteralString]) -> LiteralString:
    """What a layer is called on: one operand, a list of them, or those after the first by their keywords."""
    op = registry.get(node.op)
    if op.keywords:
        last = len(op.keywords)
        named: list[LiteralString] = [
            keyword(key, one) for key, one in zip(op.keywords[:-1], given[1:last], strict=False)
        ]
        rest = _nested(given[last:], op.nesting(node.attributes))
        if rest:
            named.append(keyword(op.keywords[-1], rest[0] if len(rest) == 1 else _list(rest)))
        return ", ".join([given[0], *named, *call_arguments(node)])
    return ", ".join([f"[{', '.join(given)}]" if op.arity.many else given[0], *call_arguments(node)])


def results(node: Node, names: Sequence[LiteralString]) -> LiteralString:
    """What a layer's results are assigned to: `sequence, [state_h, state_c]`"""
    return ", ".join([names[0], *_nested(names[1:], registry.get(node.op).nesting(node.attributes))])


def _nested(values: Sequence[LiteralString], sizes: Sequence[int]) -> list[LiteralString]:
    """Values in groups of those sizes, `[h, c]`; without sizes, or alone in a group, as they are."""
    left: list[LiteralString] = list(values)
    groups: list[list[LiteralString]] = [[left.pop(0) for _ in range(size)] for size in sizes] if values else []
    grouped: list[LiteralString] = [_list(group) if len(group) > 1 else group[0] for group in groups]
    return [*grouped, *left]


def _list(items: Sequence[LiteralString]) -> LiteralString:
    return f"[{', '.join(items)}]"


def texts(node: Node) -> dict[str, LiteralString]:
    """The source text of each attribute that the Keras class takes, defaults included."""
    return _texts(registry.get(node.op), node.attributes)


def _texts(op: OpDef, attributes: Any) -> dict[str, LiteralString]:
    fields = fields_of(op.attributes).values()
    return {one.name: _text(one, getattr(attributes, one.name)) for one in fields if not one.spec_only}


def call_arguments(node: Node) -> list[LiteralString]:
    """What a layer's call is given beside its operands: the op's own options, and what differs from Keras' defaults."""
    op = registry.get(node.op)
    given = [(one, getattr(node.attributes, one.name)) for one in fields_of(op.attributes).values() if one.call]
    options: list[LiteralString] = [
        keyword(one.name, _text(one, value)) for one, value in given if value != one.default
    ]
    options.extend(keyword(name, literal(value)) for name, value in op.call_options)
    return options


def keyword(name: str, value: LiteralString) -> LiteralString:
    """An argument by its name: `units=20`."""
    return f"{escape.identifier(name)}={value}"


def _text(field: AttributeField, value: Any) -> LiteralString:
    if isinstance(field.kind, PerAxis) and isinstance(value, tuple) and len(set(cast("tuple[int, ...]", value))) == 1:
        return literal(cast("tuple[int, ...]", value)[0])
    if isinstance(value, KerasObject) and not value.arguments and value.name != "Constant":  # Keras has none by name
        return escape.quoted(_short_name(value))
    return literal(value)


def _short_name(value: KerasObject) -> str:
    """The name Keras knows an object by as a string: `he_normal`; constraints and regularizers by their class."""
    if value.module != "initializers":
        return value.name
    out = ""
    for index, char in enumerate(value.name):
        out += f"_{char.lower()}" if char.isupper() and index else char.lower()
    return out
