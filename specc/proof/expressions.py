"""Evaluates `${…}`, and turns YAML trees into plain Python values."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import Any, Protocol, cast

from specc.source import Node, Scalar, Sequence


class Names(Protocol):
    """What the names in an expression mean: parameters, and values of the network, which have a shape."""

    def parameter(self, name: str) -> Any: ...

    def shape(self, name: str) -> tuple[int, ...]: ...


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: left / right,
    ast.FloorDiv: lambda left, right: left // right,
    ast.Mod: operator.mod,
    ast.Pow: lambda left, right: left**right,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, items: item in items,
    ast.NotIn: lambda item, items: item not in items,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min, "max": max, "round": round, "floor": math.floor, "ceil": math.ceil, "int": int, "abs": abs, "len": len,
}  # fmt: skip
_CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "null": None}
_QUOTED = r"'[^']*'|\"[^\"]*\""
_EXPRESSION = re.compile(rf"\$\$\{{|\$\{{((?:{_QUOTED}|[^}}'\"])*)\}}")


def evaluate(text: str, names: Names) -> Any:
    """The value of one expression."""
    return _value(ast.parse(" ".join(text.split("\n")).strip(), mode="eval").body, names)


def _value(node: ast.expr, names: Names) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return _CONSTANTS[node.id] if node.id in _CONSTANTS else names.parameter(node.id)
        case ast.BinOp():
            return _BINARY[type(node.op)](_value(node.left, names), _value(node.right, names))
        case ast.UnaryOp():
            return _UNARY[type(node.op)](_value(node.operand, names))
        case ast.BoolOp():
            result: Any = None
            for operand in node.values:
                result = _value(operand, names)
                if bool(result) is isinstance(node.op, ast.Or):
                    break
            return result
        case ast.Compare():
            left = _value(node.left, names)
            for op, comparator in zip(node.ops, node.comparators, strict=True):
                right = _value(comparator, names)
                if not _COMPARE[type(op)](left, right):
                    return False
                left = right
            return True
        case ast.IfExp():
            return _value(node.body if _value(node.test, names) else node.orelse, names)
        case ast.Tuple() | ast.List():
            return tuple(_value(item, names) for item in node.elts)
        case ast.Subscript():
            return _value(node.value, names)[_value(node.slice, names)]
        case ast.Call(func=ast.Name(id="channels" | "shape" as function), args=[ast.Name(id=name)]):
            return names.shape(name)[-1] if function == "channels" else names.shape(name)
        case ast.Call(func=ast.Name(id=function)):
            return _FUNCTIONS[function](*(_value(argument, names) for argument in node.args))
        case _:
            raise ValueError(f"an expression holds {ast.unparse(node)}")


def plain(node: Node, names: Names) -> Any:
    """A tree as Python values with every expression evaluated: scalars, tuples and dicts.

    A key whose value is an expression that gives null is as if not written.
    """
    if isinstance(node, Sequence):
        return tuple(plain(item, names) for item in node.items)
    if not isinstance(node, Scalar):
        values = [(entry, plain(entry.value, names)) for entry in node]
        return {entry.key.text: one for entry, one in values if one is not None or is_written_null(entry.value)}
    if not isinstance(node.value, str):
        return node.value
    whole = _EXPRESSION.fullmatch(node.text)
    if whole and whole[1] is not None:
        return evaluate(whole[1], names)
    return _EXPRESSION.sub(lambda found: "${" if found[1] is None else _text(evaluate(found[1], names)), node.text)


def is_written_null(node: Node) -> bool:
    """Whether a node is a null that is no expression's."""
    return isinstance(node, Scalar) and node.value is None


def _text(value: Any) -> str:
    """A value within other text, as a spec would write it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, tuple):
        return "[" + ",".join(map(_text, cast("tuple[Any, ...]", value))) + "]"
    return str(value)
