"""Expressions of a block as Python in its function: `${expansion * channels(x)}` as `expansion * x.shape[-1]`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import LiteralString

from specc.source import escape
from specc.spec.expressions import ExpressionError, NetworkValue, Value, evaluate

_CHANNELS = "channels"
_CONSTANTS: dict[str, LiteralString] = {"true": "True", "false": "False", "null": "None"}
_PLAIN = (
    ast.Expression, ast.Constant, ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp,
    ast.Tuple, ast.List, ast.Subscript, ast.Call, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip
_BUILTINS = {"abs", "int", "len", "max", "min", "round"}  # what Python has under the same name


@lru_cache(maxsize=2048)
def parameters(text: str) -> tuple[str, ...]:
    """The parameters that an expression reads."""
    tree = ast.parse(text.strip(), mode="eval")
    taken = {id(one) for call in _calls(tree) for one in (call.func, *(call.args if _is_channels(call) else ()))}
    names = [one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and id(one) not in taken]
    return tuple(name for name in dict.fromkeys(names) if name not in _CONSTANTS)


def value(text: str, arguments: Mapping[str, Value], channels: Mapping[str, int]) -> Value:
    """What an expression is, with a block's parameters and its inputs' channels; None where Python cannot say it so."""
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return None
    if not all(isinstance(one, _PLAIN) for one in ast.walk(tree)):
        return None  # on a branch that no instance takes, where evaluating it would not have found it
    if any(not _is_channels(call) and _called(call) not in _BUILTINS for call in _calls(tree)):
        return None
    try:
        network = {name: NetworkValue(name, lambda size=size: (size,)) for name, size in channels.items()}
        return evaluate(text, arguments, network)
    except ExpressionError:
        return None


def source(text: str, names: Mapping[str, LiteralString], inputs: Mapping[str, LiteralString]) -> LiteralString:
    """An expression as Python, with the variables that its parameters and the block's inputs have there."""
    if text in names:
        return names[text]
    return escape.expression(_Renamed(names, inputs).visit(ast.parse(text.strip(), mode="eval")))


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, LiteralString], inputs: Mapping[str, LiteralString]) -> None:
        self.names, self.inputs = names, inputs

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if _is_channels(node) and isinstance(node.args[0], ast.Name):
            return ast.parse(f"{self.inputs[node.args[0].id]}.shape[-1]", mode="eval").body
        node.args = [self.visit(one) for one in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id) or _CONSTANTS.get(node.id, node.id))


def _calls(tree: ast.AST) -> list[ast.Call]:
    return [one for one in ast.walk(tree) if isinstance(one, ast.Call)]


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _is_channels(call: ast.Call) -> bool:
    return _called(call) == _CHANNELS and len(call.args) == 1 and isinstance(call.args[0], ast.Name)
