"""Attribute values as Python source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from specc.emit.naming import layer_name
from specc.ir import Node
from specc.ir.sizes import Symbol
from specc.ops import _registry as registry
from specc.ops._attributes import AttributeField, PerAxis, fields_of
from specc.ops._base import OpDef
from specc.ops._keras_objects import KerasObject
from specc.ops._layers import Inner


def literal(value: Any) -> str:
    """A value as source; tuples as tuples, Keras objects and inner layers as calls of their class."""
    if isinstance(value, KerasObject):
        return call(value)
    if isinstance(value, Inner):
        return inner(value)
    if isinstance(value, Symbol):
        return "None"  # a size that only the data will tell
    if isinstance(value, tuple):
        items = [literal(one) for one in cast("tuple[Any, ...]", value)]
        if isinstance(value[0] if items else None, Inner):
            return f"[{', '.join(items)}]"
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    return repr(value)


def call(value: KerasObject) -> str:
    """`keras.initializers.HeNormal(seed=3)`"""
    return f"keras.{value.module}.{value.name}({arguments(value)})"


def arguments(value: KerasObject) -> str:
    return ", ".join(f"{key}={literal(one)}" for key, one in value.arguments)


def layer(node: Node) -> str:
    """The construction of a node's layer: `layers.Dense(20, activation="relu", name="hidden")`.

    Only what differs from Keras' defaults is written.
    """
    return construction(node, texts(node), repr(layer_name(node.layer)))


def construction(node: Node, given: Mapping[str, str], name: str) -> str:
    """A layer's construction with these texts for its attributes and its name."""
    op = registry.get(node.op)
    parts = [*_arguments(op, given), f"name={name}"]
    return f"{op.keras.removeprefix('keras.')}({', '.join(parts)})"


def inner(value: Inner) -> str:
    """The construction of a layer inside another one: `layers.LSTM(3)`."""
    given = _texts(value.definition, value.attributes)
    return f"layers.{value.name}({', '.join(_arguments(value.definition, given))})"


def _arguments(op: OpDef, given: Mapping[str, str]) -> list[str]:
    parts: list[str] = []
    for field in fields_of(op.attributes).values():
        if field.name not in given or (not field.required and given[field.name] == _text(field, field.default)):
            continue
        text = given[field.name]
        parts.append(text if field.positional else f"{field.name}={text}")
    return parts


def operands(node: Node, given: Sequence[str]) -> str:
    """What a layer is called on: one operand, a list of them, or those after the first by their keywords."""
    op = registry.get(node.op)
    if op.keywords:
        last = len(op.keywords)
        named = [f"{key}={one}" for key, one in zip(op.keywords[:-1], given[1:last], strict=False)]
        rest = _nested(given[last:], op.nesting(node.attributes))
        if rest:
            named.append(f"{op.keywords[-1]}=" + (rest[0] if len(rest) == 1 else f"[{', '.join(rest)}]"))
        return ", ".join([given[0], *named, *call_arguments(node)])
    return ", ".join([f"[{', '.join(given)}]" if op.arity.many else given[0], *call_arguments(node)])


def results(node: Node, names: Sequence[str]) -> str:
    """What a layer's results are assigned to: `sequence, [state_h, state_c]`"""
    return ", ".join([names[0], *_nested(names[1:], registry.get(node.op).nesting(node.attributes))])


def _nested(values: Sequence[str], sizes: Sequence[int]) -> list[str]:
    """Values in groups of those sizes, `[h, c]`; without sizes, or alone in a group, as they are."""
    left = list(values)
    groups = [[left.pop(0) for _ in range(size)] for size in sizes] if values else []
    return [f"[{', '.join(group)}]" if len(group) > 1 else group[0] for group in groups] + left


def texts(node: Node) -> dict[str, str]:
    """The source text of each attribute that the Keras class takes, defaults included."""
    return _texts(registry.get(node.op), node.attributes)


def _texts(op: OpDef, attributes: Any) -> dict[str, str]:
    fields = fields_of(op.attributes).values()
    return {one.name: _text(one, getattr(attributes, one.name)) for one in fields if not one.spec_only}


def call_arguments(node: Node) -> list[str]:
    """What a layer's call is given beside its operands, where it differs from Keras' defaults."""
    fields = fields_of(registry.get(node.op).attributes).values()
    given = [(one, getattr(node.attributes, one.name)) for one in fields if one.call]
    return [f"{one.name}={_text(one, value)}" for one, value in given if value != one.default]


def _text(field: AttributeField, value: Any) -> str:
    if isinstance(field.kind, PerAxis) and isinstance(value, tuple) and len(set(cast("tuple[int, ...]", value))) == 1:
        return repr(cast("tuple[int, ...]", value)[0])
    if isinstance(value, KerasObject) and not value.arguments and value.name != "Constant":  # Keras has none by name
        return repr(_short_name(value))
    return literal(value)


def _short_name(value: KerasObject) -> str:
    """The name Keras knows an object by as a string: `he_normal`; constraints and regularizers by their class."""
    if value.module != "initializers":
        return value.name
    out = ""
    for index, char in enumerate(value.name):
        out += f"_{char.lower()}" if char.isupper() and index else char.lower()
    return out
