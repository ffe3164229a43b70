"""Ops as a spec applies them, without a spec: attributes from plain values, operands from shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from specc.ir.types import TensorType
from specc.ops import _registry
from specc.ops._attributes import BadValue, fields_of
from specc.ops._base import Conflict, Mismatch, OpDef
from specc.source import Node, Source, compose

Shape = list[int]


def node(value: Any) -> Node:
    """The syntax node of a plain value; JSON is YAML that leaves no room for misreading."""
    found, problems = compose(Source("value", json.dumps(value)))
    assert found is not None and not problems
    return found


def attributes(op: OpDef, plain: dict[str, Any]) -> Any:
    """The attributes as the op has them."""
    fields = fields_of(op.attributes)
    decoded = {name: fields[name].kind.decode(node(value)) for name, value in plain.items()}
    return op.attributes(**(op.normalize(decoded) if op.normalize else decoded))


def types(*operands: Shape | TensorType) -> list[TensorType]:
    return [one if isinstance(one, TensorType) else TensorType(tuple(one)) for one in operands]


def infer(name: str, *operands: Shape | TensorType, **plain: Any) -> Any:
    op = _registry.get(name)
    return op.infer(attributes(op, plain), types(*operands))


def shape(name: str, *operands: Shape | TensorType, **plain: Any) -> Shape:
    return list(infer(name, *operands, **plain).shape)


def weights(name: str, *operands: Shape | TensorType, **plain: Any) -> dict[str, Shape]:
    op = _registry.get(name)
    return {one.name: list(one.shape) for one in op.weights(attributes(op, plain), types(*operands))}


def trainable(name: str, *operands: Shape | TensorType, **plain: Any) -> list[str]:
    op = _registry.get(name)
    return [one.name for one in op.weights(attributes(op, plain), types(*operands)) if one.trainable]


def macs(name: str, *operands: Shape | TensorType, **plain: Any) -> int:
    op = _registry.get(name)
    made, given = attributes(op, plain), types(*operands)
    result = op.infer(made, given)
    return op.macs(made, given, result if isinstance(result, TensorType) else next(iter(result.values())))


def guess(name: str, *operands: Shape | None, **plain: Any) -> Shape | None:
    op = _registry.get(name)
    found = op.guess(attributes(op, plain), [None if one is None else TensorType(tuple(one)) for one in operands])
    return None if found is None else list(found.shape)


def check(name: str, **plain: Any) -> Conflict | None:
    """The attribute, the message and perhaps the help where attributes conflict."""
    op = _registry.get(name)
    return op.checks(attributes(op, plain))


def refused(name: str, *operands: Shape | TensorType, **plain: Any) -> Mismatch:
    with pytest.raises(Mismatch) as caught:
        infer(name, *operands, **plain)
    return caught.value


def bad(name: str, **plain: Any) -> BadValue:
    """The refusal of an attribute for itself."""
    with pytest.raises(BadValue) as caught:
        attributes(_registry.get(name), plain)
    return caught.value
