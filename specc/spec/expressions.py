"""Expressions in `${…}`: total, tiny, bounded. Read with Python's own parser, evaluated node by node."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

MAX_LENGTH = 500
MAX_DEPTH = 30
MAX_VALUE = 2**63

Value: TypeAlias = int | float | bool | str | tuple[int, ...] | None
OPENING = re.compile(r"\$\{")


class ExpressionError(Exception):
    """An expression that cannot be read or evaluated; `at` and `length` say where in its text."""

    def __init__(self, message: str, at: int = 0, length: int | None = None, name: str | None = None) -> None:
        super().__init__(message)
        self.message, self.at, self.length, self.name = message, at, length, name


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
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
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "int": int,
    "abs": abs,
    "len": len,
}


def evaluate(text: str, names: Mapping[str, Value], functions: Mapping[str, Callable[..., Any]] | None = None) -> Value:
    """The value of one expression. Raises `ExpressionError`; an unknown name is in its `name`."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text)} characters, more than {MAX_LENGTH}")
    lead = len(text) - len(text.lstrip())
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        at = (getattr(error, "offset", None) or 1) - 1 + lead
        raise ExpressionError("not an expression", min(at, len(text)), 1) from None
    walker = _Walker(names, {**FUNCTIONS, **(functions or {})}, lead)
    return walker.value(tree.body, 0)


class _Walker:
    def __init__(self, names: Mapping[str, Value], functions: Mapping[str, Callable[..., Any]], lead: int) -> None:
        self.names, self.functions, self.lead = names, functions, lead

    def value(self, node: ast.expr, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise self.error(node, f"the expression nests more than {MAX_DEPTH} levels deep")
        try:
            return self.bounded(node, self.compute(node, depth + 1))
        except (ArithmeticError, TypeError, ValueError) as error:
            raise self.error(node, str(error)) from None

    def compute(self, node: ast.expr, depth: int) -> Any:
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None):
                return node.value
            case ast.Name(id="true" | "True"):
                return True
            case ast.Name(id="false" | "False"):
                return False
            case ast.Name():
                if node.id not in self.names:
                    error = self.error(node, f"`{node.id}` is not declared")
                    error.name = node.id
                    raise error
                return self.names[node.id]
            case ast.BinOp() if type(node.op) in _BINARY:
                left, right = self.number(node.left, depth), self.number(node.right, depth)
                if isinstance(node.op, ast.Pow) and (abs(right) > 64 or abs(left) > 2**32):
                    raise self.error(node, "the power is too large")
                return _BINARY[type(node.op)](left, right)
            case ast.UnaryOp(op=ast.Not()):
                return not self.value(node.operand, depth)
            case ast.UnaryOp() if type(node.op) in _UNARY:
                return _UNARY[type(node.op)](self.number(node.operand, depth))
            case ast.BoolOp():
                result: Any = None
                for one in node.values:
                    result = self.value(one, depth)
                    if bool(result) is isinstance(node.op, ast.Or):
                        break
                return result
            case ast.Compare():
                return self.compare(node, depth)
            case ast.IfExp():
                return self.value(node.body if self.value(node.test, depth) else node.orelse, depth)
            case ast.Tuple() | ast.List():
                return tuple(self.value(one, depth) for one in node.elts)
            case ast.Subscript():
                return self.value(node.value, depth)[self.number(node.slice, depth)]
            case ast.Call(func=ast.Name(id=name), keywords=[]):
                if name not in self.functions:
                    known = ", ".join(sorted(self.functions))
                    raise self.error(node.func, f"no function `{name}`; there are {known}")
                return self.functions[name](*(self.value(one, depth) for one in node.args))
            case _:
                raise self.error(node, "only arithmetic, comparisons, `and`, `or`, `not`, `a if c else b` and the listed functions are allowed")

    def compare(self, node: ast.Compare, depth: int) -> bool:
        left = self.value(node.left, depth)
        for op, one in zip(node.ops, node.comparators, strict=True):
            if type(op) not in _COMPARE:
                raise self.error(node, "this comparison is not allowed")
            right = self.value(one, depth)
            if not _COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def number(self, node: ast.expr, depth: int) -> Any:
        value = self.value(node, depth)
        if not isinstance(value, (int, float)):
            raise self.error(node, f"expected a number, found {value!r}")
        return value

    def bounded(self, node: ast.expr, value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not abs(value) < MAX_VALUE:
            raise self.error(node, "the value is too large")
        return value

    def error(self, node: ast.expr, message: str) -> ExpressionError:
        length = (node.end_col_offset or node.col_offset + 1) - node.col_offset
        return ExpressionError(message, self.lead + node.col_offset, length)


def pieces(text: str) -> list[tuple[bool, str, int]]:
    """A scalar cut into literal text and expressions: (is an expression, text, offset of the text).

    Raises `ExpressionError` for a `${` that no `}` closes. `$${` is a literal `${`.
    """
    found: list[tuple[bool, str, int]] = []
    at = 0
    literal = ""
    literal_at = 0
    while at < len(text):
        if text.startswith("$${", at):
            literal += "${"
            at += 3
        elif text.startswith("${", at):
            end = _closing(text, at + 2)
            if literal:
                found.append((False, literal, literal_at))
            found.append((True, text[at + 2 : end], at + 2))
            at = end + 1
            literal, literal_at = "", at
        else:
            literal += text[at]
            at += 1
    if literal or not found:
        found.append((False, literal, literal_at))
    return found


def _closing(text: str, start: int) -> int:
    """The index of the `}` that closes an expression; quotes hide braces."""
    quote = ""
    for at in range(start, len(text)):
        char = text[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "}":
            return at
    raise ExpressionError("`${` is not closed by `}`", start - 2, 2)
