"""Expressions in `${…}`: total, tiny, bounded. Read with Python's own parser, evaluated node by node."""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, cast

from specc.diagnostics import did_you_mean, short
from specc.ir.sizes import Symbol
from specc.source import work

MAX_LENGTH = 500
_TERM = 2  # of work: a name, a number or an operation
MAX_DEPTH = 30
MAX_VALUE = 2**63
_MAX_POWER = 64
_MAX_DIGITS = 300  # places to round to; beyond, Python would compute numbers without end

Value: TypeAlias = int | float | bool | str | tuple[int, ...] | None
OPENING = re.compile(r"\$\{")
_OPENING_OR_LITERAL = re.compile(r"\$?\$\{")
_EXPRESSIONS = (  # the syntax that has a meaning
    ast.Constant, ast.Name, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Tuple, ast.List,
    ast.Subscript, ast.Call,
)  # fmt: skip
_ALLOWED = "only arithmetic, comparisons, `and`, `or`, `not`, `a if c else b` and the listed functions are allowed"
_CONSTANTS = ("true", "false", "null")
_FOREIGN = (  # how other languages say it, and what is said here
    (re.compile(r"&&"), "write `and`"),
    (re.compile(r"\|\|"), "write `or`"),
    (re.compile(r"!(?!=)"), "write `not`"),
    (re.compile(r"\?"), "write `a if condition else b`"),
    (re.compile(r"(?<![=!<>])=(?!=)"), "`==` compares; nothing can be assigned"),
    (re.compile(r"[{}$]"), "inside `${…}` a parameter is named without another `${…}`"),
)


class ExpressionError(Exception):
    """An expression that cannot be read or evaluated; `at` and `length` say where in its text, `help` what to do."""

    def __init__(
        self, message: str, at: int = 0, length: int | None = None, name: str | None = None, help: str = ""
    ) -> None:
        super().__init__(message)
        self.message, self.at, self.length, self.name, self.help = message, at, length, name, help
        self.is_reported = False  # where the reason is a mistake that shows elsewhere
        self.asks_shape = False  # where `name` stands for a value of the network


class Unmeasured(Exception):
    """The shape of a value is not known where an expression asks for it; `is_reported` where the reason has shown."""

    def __init__(self, message: str = "", help: str = "", is_reported: bool = False) -> None:
        super().__init__(message)
        self.message, self.help, self.is_reported = message, help, is_reported


@dataclass(frozen=True, slots=True)
class NetworkValue:
    """What a name means in an expression that is no parameter but a value of the network, and how to ask its shape."""

    name: str
    measure: Callable[[], tuple[int, ...]]


def _shape(value: Any) -> tuple[int, ...]:
    if not isinstance(value, NetworkValue):
        raise TypeError
    return value.measure()


def _channels(value: Any) -> int:
    shape = _shape(value)
    if not shape:
        raise Unmeasured(f"`{value.name}` has no axis of channels: its shape is []")
    return shape[-1]


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda one, two: one / two,
    ast.FloorDiv: lambda one, two: one // two,
    ast.Mod: operator.mod,
    ast.Pow: lambda one, two: one**two,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_COMPARE: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], bool]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.In: ("in", lambda one, many: one in many),
    ast.NotIn: ("not in", lambda one, many: one not in many),
}


def _round(value: Any, digits: Any = None) -> Any:
    if digits is not None and abs(digits) > _MAX_DIGITS:
        raise ValueError
    return round(value) if digits is None else round(value, digits)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "round": _round,
    "floor": math.floor,
    "ceil": math.ceil,
    "int": int,
    "abs": abs,
    "len": len,
}
SHAPE_FUNCTIONS: dict[str, Callable[..., Any]] = {"channels": _channels, "shape": _shape}


def evaluate(text: str, names: Mapping[str, Value], network: Mapping[str, NetworkValue] | None = None) -> Value:
    """The value of one expression. Raises `ExpressionError`; an unknown name is in its `name`.

    `network` holds what `shape` and `channels` may ask of; None where the network is not known yet.
    """
    work.charge(len(text) // 2)
    return _Walker(text, names, network).value(_parse(text), 0)


def check_expression(text: str, names: Collection[str], values: Mapping[str, Collection[str]]) -> None:
    """Checks an expression on every branch, without evaluating it.

    Raises `ExpressionError` where it is not one, where it reads another name, which is in the error's `name`, and where
    it compares a name that has only certain `values` with another string.
    """
    tree = _parse(text)
    walker = _Walker(text, {}, None)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and id(node) not in called and node.id not in (*names, *_CONSTANTS):
            error = walker.error(node, f"unknown name `{node.id}`")
            error.name = node.id
            raise error
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS):
            raise walker.error(node, "there is no such function in expressions", _ALLOWED)
        if isinstance(node, ast.expr) and not isinstance(node, _EXPRESSIONS):
            raise walker.error(node, "an expression cannot hold this", _ALLOWED)
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id in values:
            for one in ast.walk(ast.Tuple(node.comparators)):
                known = values[node.left.id]
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value not in known:
                    close = did_you_mean(one.value, known)
                    help = f"did you mean `{close}`?" if close else "compare it with one of its values"
                    raise walker.error(one, f"`{node.left.id}` is never `{short(one.value)}`", help)


@lru_cache(maxsize=2048)
def names_in(text: str) -> tuple[str, ...]:
    """The names an expression reads, each as often as it stands there, on every branch; those of a broken one too."""
    try:
        tree = _parse(text)
    except ExpressionError:
        return tuple(re.findall(r"[A-Za-z_]\w*", text))
    nodes = [*ast.walk(tree)]
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = (node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called)
    return tuple(name for name in names if name not in _CONSTANTS)


@lru_cache(maxsize=2048)
def _parse(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        message = f"the expression has {len(text)} characters, more than {MAX_LENGTH}"
        raise ExpressionError(message, help="put a part of it into a parameter of its own")
    if not text.strip():
        raise ExpressionError("the expression is empty", help="name a parameter or write a value")
    lead = len(text) - len(text.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python would warn of is an error here, or means nothing
            return ast.parse(_one_line(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        for pattern, help in _FOREIGN:
            if found := pattern.search(text):
                raise ExpressionError("not an expression", found.start(), len(found.group()), help=help) from None
        at = (getattr(error, "offset", None) or 1) - 1 + lead
        raise ExpressionError("not an expression", min(at, len(text)), 1, help=_ALLOWED) from None


def _one_line(text: str) -> str:
    return text.strip().replace("\n", " ").replace("\r", " ")


def _length(value: Any) -> int:
    return len(cast("str | tuple[Any, ...]", value)) if isinstance(value, (str, tuple)) else 0


class _Walker:
    def __init__(self, text: str, names: Mapping[str, Value], network: Mapping[str, NetworkValue] | None) -> None:
        self.names, self.network = names, network
        self.asks_shape = False  # within `shape(…)` or `channels(…)`, where a name is one of the network
        self.lead = len(text) - len(text.lstrip())
        self.text = _one_line(text)

    def value(self, node: ast.expr, depth: int) -> Any:
        work.charge(_TERM)
        if depth > MAX_DEPTH:
            message = f"the expression nests more than {MAX_DEPTH} levels deep"
            raise self.error(node, message, "put a part of it into a parameter of its own")
        try:
            return self.bounded(node, self.compute(node, depth + 1))
        except ZeroDivisionError:
            raise self.error(node, "division by zero") from None
        except ArithmeticError:
            raise self.error(node, "the value is too large") from None

    def compute(self, node: ast.expr, depth: int) -> Any:
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None):
                return node.value
            case ast.Name(id="true" | "True"):
                return True
            case ast.Name(id="false" | "False"):
                return False
            case ast.Name(id="null"):
                return None
            case ast.Name():
                return self.named(node)
            case ast.BinOp() if type(node.op) in _BINARY:
                left, right = self.number(node.left, depth), self.number(node.right, depth)
                if isinstance(node.op, ast.Pow) and (abs(right) > _MAX_POWER or abs(left) > 2**32):
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
                asks_shape, self.asks_shape = self.asks_shape, False
                holds = self.value(node.test, depth)
                self.asks_shape = asks_shape
                return self.value(node.body if holds else node.orelse, depth)
            case ast.Tuple() | ast.List():
                return tuple(self.value(one, depth) for one in node.elts)
            case ast.Subscript():
                return self.item(node, depth)
            case ast.Call():
                return self.call(node, depth)
            case ast.Attribute():
                raise self.error(node, "an expression reads no attributes (`a.b`)", _ALLOWED)
            case _:
                raise self.error(node, "an expression cannot hold this", _ALLOWED)

    def named(self, node: ast.Name) -> Any:
        """What a name means: a parameter, or within `shape(…)` a value of the network."""
        network = self.network or {}
        if node.id in self.names and not (self.asks_shape and node.id in network):
            return self.names[node.id]
        if node.id not in network:
            error = self.error(node, f"`{node.id}` is not declared")
            error.name, error.asks_shape = node.id, self.asks_shape
            raise error
        if not self.asks_shape:
            help = f"ask its shape, `channels({node.id})` or `shape({node.id})`, or read it with `from`"
            raise self.error(node, f"`{node.id}` is a value of the network, not a number", help)
        return network[node.id]

    def call(self, node: ast.Call, depth: int) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        function = FUNCTIONS.get(name or "") or SHAPE_FUNCTIONS.get(name or "")
        if name is None or function is None:
            shown = f"`{name}`" if name else "of that kind"
            known = ", ".join(
                f"`{name}`" for name in sorted({**FUNCTIONS, **(SHAPE_FUNCTIONS if self.network else {})})
            )
            raise self.error(node.func, f"there is no function {shown} in expressions", f"there are {known}")
        if name in SHAPE_FUNCTIONS and self.network is None:
            help = "ask for a shape where a node is described, or write the number"
            raise self.error(node, f"`{name}` cannot be used here: the network is not known yet", help)
        if node.keywords:
            raise self.error(node, f"`{name}` takes no arguments by name", "write the values only")
        before, self.asks_shape = self.asks_shape, name in SHAPE_FUNCTIONS
        arguments = [self.value(one, depth) for one in node.args]
        self.asks_shape = before
        try:
            return function(*arguments)
        except Unmeasured as unmeasured:
            error = self.error(node, unmeasured.message, unmeasured.help)
            error.is_reported = unmeasured.is_reported
            raise error from None
        except (TypeError, ValueError):
            shown = ", ".join(show(one) for one in arguments) or "nothing"
            raise self.error(node, f"`{name}` cannot be applied to {shown}") from None

    def item(self, node: ast.Subscript, depth: int) -> Any:
        if isinstance(node.slice, ast.Slice):
            raise self.error(node, "an expression cannot hold a slice", _ALLOWED)
        many, index = self.value(node.value, depth), self.number(node.slice, depth)
        if not isinstance(many, tuple):
            raise self.error(node.value, f"expected a list, found {show(many)}")
        items = cast("tuple[Any, ...]", many)
        if not isinstance(index, int) or not -len(items) <= index < len(items):
            raise self.error(
                node.slice, f"the list has {len(items)} elements, counted from 0; found the index {show(index)}"
            )
        return items[index]

    def compare(self, node: ast.Compare, depth: int) -> bool:
        left = self.value(node.left, depth)
        for op, one in zip(node.ops, node.comparators, strict=True):
            if type(op) not in _COMPARE:
                raise self.error(node, "this comparison is not allowed", _ALLOWED)
            right = self.value(one, depth)
            symbol, holds_for = _COMPARE[type(op)]
            work.charge(_length(left) // 50 + _length(right) // 50)
            try:
                holds = holds_for(left, right)
            except TypeError:
                raise self.error(node, f"`{symbol}` cannot compare {show(left)} with {show(right)}") from None
            if not holds:
                return False
            left = right
        return True

    def number(self, node: ast.expr, depth: int) -> Any:
        value = self.value(node, depth)
        if not isinstance(value, (int, float)):
            raise self.error(node, f"expected a number, found {show(value)}")
        return value

    def bounded(self, node: ast.expr, value: Any) -> Any:
        if isinstance(value, Symbol):
            help = f"set it with `--set {value}=…`, or write a number where it is declared"
            raise self.error(node, f"the size `{value}` is left to the data and has no value here", help)
        if isinstance(value, complex):
            raise self.error(node, "the value is not a real number")
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not abs(value) < MAX_VALUE:
            raise self.error(node, "the value is too large")
        return value

    def error(self, node: ast.expr, message: str, help: str = "") -> ExpressionError:
        start = self.column(node.col_offset)
        end = self.column(node.end_col_offset or node.col_offset + 1)
        return ExpressionError(message, self.lead + start, max(end - start, 1), help=help)

    def column(self, offset: int) -> int:
        """The parser counts bytes; a column counts characters."""
        return len(self.text.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore"))


def show(value: Any) -> str:
    """A value as a spec would write it, cut short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, tuple):
        items = cast("tuple[Any, ...]", value)
        return f"a list of {len(items)}"
    shown = f'the string "{value}"' if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def pieces(text: str) -> list[tuple[bool, str, int]]:
    """A scalar cut into literal text and expressions: (is an expression, text, offset of the text).

    Raises `ExpressionError` for a `${` that no `}` closes. `$${` is a literal `${`.
    """
    found: list[tuple[bool, str, int]] = []
    at = 0
    literal = ""
    literal_at = 0
    while opening := _OPENING_OR_LITERAL.search(text, at):
        literal += text[at : opening.start()]
        at = opening.end()
        if opening[0] == "$${":
            literal += "${"
            continue
        end = _closing(text, at)
        if literal:
            found.append((False, literal, literal_at))
        found.append((True, text[at:end], at))
        at = end + 1
        literal, literal_at = "", at
    literal += text[at:]
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
    raise ExpressionError("`${` is not closed by `}`", start - 2, 2, help="add the `}`; for a plain `${` write `$${`")
