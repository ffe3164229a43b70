"""Attribute values as Python source."""

from __future__ import annotations

from typing import Any, cast

from specc.ir import Node
from specc.ops import _registry as registry
from specc.ops._attributes import PerAxis, fields_of
from specc.ops._keras_objects import KerasObject


def literal(value: Any) -> str:
    """A value as source; tuples as tuples, Keras objects as calls of their class."""
    if isinstance(value, KerasObject):
        return call(value)
    if isinstance(value, tuple):
        items = [literal(one) for one in cast("tuple[Any, ...]", value)]
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
    op = registry.get(node.op)
    parts: list[str] = []
    for field in fields_of(op.attributes).values():
        value: Any = getattr(node.attributes, field.name)
        if field.spec_only or (not field.required and value == field.default):
            continue
        if isinstance(field.kind, PerAxis) and len(set(cast("tuple[int, ...]", value))) == 1:
            text = repr(cast("tuple[int, ...]", value)[0])
        elif (
            isinstance(value, KerasObject) and not value.arguments and value.name != "Constant"
        ):  # Keras has none by name
            text = repr(_short_name(value))
        else:
            text = literal(value)
        parts.append(text if field.positional else f"{field.name}={text}")
    parts.append(f"name={node.layer!r}")
    return f"{op.keras.removeprefix('keras.')}({', '.join(parts)})"


def _short_name(value: KerasObject) -> str:
    """The name Keras knows an object by as a string: `he_normal`; constraints and regularizers by their class."""
    if value.module != "initializers":
        return value.name
    out = ""
    for index, char in enumerate(value.name):
        out += f"_{char.lower()}" if char.isupper() and index else char.lower()
    return out
