"""Kinds of attribute values: from each come the decoder, the JSON Schema fragment and the reference text.

A kind knows nothing of ops. `decode` takes a syntax node whose expressions have been evaluated and gives
the typed value, or raises `BadValue` at the smallest wrong place.
"""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Generator
from collections.abc import Mapping as MappingABC
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from specc.diagnostics import did_you_mean
from specc.ir.types import MAX_RANK
from specc.source import Mapping, Node, Scalar, Sequence, Span

Schema: TypeAlias = dict[str, Any]


class BadValue(Exception):
    """A value that its kind refuses: the code of the diagnostic, where, what is wrong, what to do.

    `others` are further mistakes in the same value, each at its place. `kind` is what was expected there, if known.
    """

    def __init__(self, span: Span, message: str, help: str = "", code: str = "wrong-type") -> None:
        super().__init__(message)
        self.span, self.message, self.help, self.code = span, message, help, code
        self.others: list[BadValue] = []
        self.kind: Kind | None = None

    @property
    def all(self) -> list[BadValue]:
        """This mistake and the others."""
        return [self, *(one for other in self.others for one in other.all)]


def check_rank(node: Sequence) -> None:
    """Raises BadValue for a shape of more axes than any tensor has."""
    if len(node.items) > MAX_RANK:
        message = f"expected at most {MAX_RANK} axes, found {len(node.items):,}"
        raise BadValue(node.span, message, "write a shorter shape", "bad-value")


class Mistakes:
    """Collects the mistakes in the parts of one value, so that all are reported in one run."""

    def __init__(self) -> None:
        self.found: list[BadValue] = []

    def add(self, span: Span, message: str, help: str = "", code: str = "wrong-type") -> None:
        self.found.append(BadValue(span, message, help, code))

    @contextmanager
    def part(self, name: str = "") -> Generator[None]:
        """Collects what a part raises; `name` is put before the messages."""
        try:
            yield
        except BadValue as error:
            for one in error.all:
                one.message = f"{name}: {one.message}" if name else one.message
            self.found.append(error)

    def check(self) -> None:
        """Raises what was collected, if anything was."""
        if self.found:
            first, *others = self.found
            first.others += others
            raise first


def describe(node: Node) -> str:
    """A syntax node as a message names it: `the string "x"`, `the integer 3`, `a list of 2`."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return f"a list of {len(node.items)}"
    value = node.value
    if value is None:
        return "nothing" if not node.text else "null"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, str):
        shown = value if len(value) <= 40 else value[:37] + "…"
        return f'the string "{shown}"'
    return f"the {'integer' if isinstance(value, int) else 'number'} {node.text or value}"


class Kind(ABC):
    """One sort of value."""

    @property
    @abstractmethod
    def expects(self) -> str:
        """What a message says was expected: "an integer of at least 1"."""

    @abstractmethod
    def decode(self, node: Node) -> Any:
        """The typed value of a syntax node; raises `BadValue`."""

    @abstractmethod
    def schema(self) -> Schema:
        """The JSON Schema of the values."""

    def wrong(self, node: Node) -> BadValue:
        error = BadValue(node.span, f"expected {self.expects}, found {describe(node)}")
        error.kind = self
        return error


def _bounds(least: float | None, most: float | None, above: float | None = None) -> str:
    if above is not None:
        return f" above {_number(above)}" + (f" and at most {_number(most)}" if most is not None else "")
    if least is not None and most is not None:
        return f" from {_number(least)} to {_number(most)}"
    if least is not None:
        return f" of at least {_number(least)}"
    return f" of at most {_number(most)}" if most is not None else ""


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


@dataclass(frozen=True)
class Int(Kind):
    least: int | None = None
    most: int | None = None

    @property
    def expects(self) -> str:
        return "an integer" + _bounds(self.least, self.most)

    def decode(self, node: Node) -> int:
        if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, int):
            raise self.wrong(node)
        outside = (self.least is not None and node.value < self.least) or (
            self.most is not None and node.value > self.most
        )
        if outside or abs(node.value) >= 2**63:
            raise BadValue(node.span, f"expected {self.expects}, found {node.value}", code="bad-value")
        return node.value

    def schema(self) -> Schema:
        bounds = {"minimum": self.least, "maximum": self.most}
        return {"type": "integer", **{key: value for key, value in bounds.items() if value is not None}}


@dataclass(frozen=True)
class Float(Kind):
    least: float | None = None
    most: float | None = None
    above: float | None = None

    @property
    def expects(self) -> str:
        return "a number" + _bounds(self.least, self.most, self.above)

    def decode(self, node: Node) -> float:
        if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise self.wrong(node)
        try:
            value = float(node.value)
        except OverflowError:
            value = math.inf
        if (
            not math.isfinite(value)
            or (self.least is not None and value < self.least)
            or (self.most is not None and value > self.most)
            or (self.above is not None and value <= self.above)
        ):
            raise BadValue(node.span, f"expected {self.expects}, found {node.text or node.value}", code="bad-value")
        return value

    def schema(self) -> Schema:
        bounds = {"minimum": self.least, "maximum": self.most, "exclusiveMinimum": self.above}
        return {"type": "number", **{key: value for key, value in bounds.items() if value is not None}}


@dataclass(frozen=True)
class Bool(Kind):
    @property
    def expects(self) -> str:
        return "true or false"

    def decode(self, node: Node) -> bool:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        wrong = self.wrong(node)
        if isinstance(node, Scalar) and node.text.lower() in ("yes", "no", "on", "off"):
            wrong.help = "YAML 1.2 knows only `true` and `false`; this is a string"
        raise wrong

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True)
class OnlyFalse(Kind):
    """A switch of Keras that specc does not let anyone turn on; `reason` says why."""

    reason: str

    @property
    def expects(self) -> str:
        return "false"

    def decode(self, node: Node) -> bool:
        if Bool().decode(node):
            raise BadValue(node.span, "`true` is not supported", self.reason, "unsupported-value")
        return False

    def schema(self) -> Schema:
        return {"type": "boolean", "const": False}


@dataclass(frozen=True)
class Str(Kind):
    @property
    def expects(self) -> str:
        return "a string"

    def decode(self, node: Node) -> str:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        raise self.wrong(node)

    def schema(self) -> Schema:
        return {"type": "string"}


@dataclass(frozen=True)
class Null(Kind):
    @property
    def expects(self) -> str:
        return "null"

    def decode(self, node: Node) -> None:
        if isinstance(node, Scalar) and node.value is None:
            return
        raise self.wrong(node)

    def schema(self) -> Schema:
        return {"type": "null"}


class Enum(Kind):
    """One of some strings.

    `aliases` are other spellings that Keras accepts; `refused` maps values to why specc does not accept them; `words`
    are what others call a value.
    """

    def __init__(
        self,
        *values: str,
        aliases: MappingABC[str, str] | None = None,
        refused: MappingABC[str, str] | None = None,
        words: MappingABC[str, str] | None = None,
    ) -> None:
        self.values, self.aliases, self.refused = values, dict(aliases or {}), dict(refused or {})
        self.words = dict(words or {})

    @property
    def expects(self) -> str:
        listed = ", ".join(f"`{value}`" for value in self.values)
        return f"one of {listed}" if len(self.values) > 1 else listed

    def decode(self, node: Node) -> str:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            raise self.wrong(node)
        value = self.aliases.get(node.value, node.value)
        if value in self.values:
            return value
        if value in self.refused:
            raise BadValue(node.span, f"`{value}` is not supported", self.refused[value], "unsupported-value")
        meant = self.words.get(value.lower().rpartition(".")[2])
        close = meant if meant in self.values else did_you_mean(value, [*self.values, *self.aliases])
        message = f"expected {self.expects}, found {describe(node)}"  # which lists them
        raise BadValue(node.span, message, f"did you mean `{close}`?" if close else "", "bad-value")

    def schema(self) -> Schema:
        return {"enum": [*self.values, *self.aliases]}


@dataclass(frozen=True)
class ListOf(Kind):
    item: Kind
    least: int = 0
    most: int | None = None

    @property
    def expects(self) -> str:
        inner = self.item.expects
        count = f" of {self.least}" if self.least == self.most else (f" of at least {self.least}" if self.least else "")
        return f"a list{count}, each {inner}"

    def decode(self, node: Node) -> tuple[Any, ...]:
        if not isinstance(node, Sequence):
            raise self.wrong(node)
        return decode_items(self, self.item, node, self.least, self.most)

    def schema(self) -> Schema:
        found: Schema = {"type": "array", "items": self.item.schema()}
        if self.least:
            found["minItems"] = self.least
        if self.most is not None:
            found["maxItems"] = self.most
        return found


def decode_items(kind: Kind, item: Kind, node: Sequence, least: int, most: int | None) -> tuple[Any, ...]:
    """The values of a list of `kind`, each an `item`; raises all mistakes in them, or its length if that is wrong."""
    if len(node.items) < least or (most is not None and len(node.items) > most):
        raise BadValue(node.span, f"expected {kind.expects}, found {describe(node)}", code="bad-value")
    mistakes, values = Mistakes(), list[Any]()
    for one in node.items:
        with mistakes.part():
            values.append(item.decode(one))
    mistakes.check()
    return tuple(values)


@dataclass(frozen=True)
class PerAxis(Kind):
    """One integer for all of `axes` spatial axes, or a list of one each; decodes to a tuple."""

    axes: int
    least: int = 1

    @property
    def expects(self) -> str:
        single = Int(self.least).expects
        return single if self.axes == 1 else f"{single} or a list of {self.axes} of them"

    def decode(self, node: Node) -> tuple[int, ...]:
        if isinstance(node, Sequence):
            return decode_items(self, Int(self.least), node, self.axes, self.axes)
        if not isinstance(node, Scalar):
            raise self.wrong(node)
        try:
            return (Int(self.least).decode(node),) * self.axes
        except BadValue as error:
            raise BadValue(node.span, f"expected {self.expects}, found {describe(node)}", code=error.code) from None

    def schema(self) -> Schema:
        return {"anyOf": [Int(self.least).schema(), ListOf(Int(self.least), self.axes, self.axes).schema()]}


class OneOf(Kind):
    """The first kind that takes the value."""

    def __init__(self, *kinds: Kind) -> None:
        self.kinds = kinds

    @property
    def expects(self) -> str:
        return " or ".join(kind.expects for kind in self.kinds)

    def decode(self, node: Node) -> Any:
        best: BadValue | None = None
        for kind in self.kinds:
            try:
                return kind.decode(node)
            except BadValue as error:
                if (
                    best is None
                    or (error.code != "wrong-type" and best.code == "wrong-type")
                    or (error.span != node.span and best.span == node.span)
                ):
                    best = error
        assert best is not None
        if best.span == node.span:
            if best.code == "wrong-type":
                wrong = self.wrong(node)
                wrong.help = best.help
                raise wrong
            best.kind = self
            others = [kind.expects for kind in self.kinds if not isinstance(kind, Null)]
            if isinstance(node, Scalar) and isinstance(node.value, str) and len(others) > 1:  # one of them is named
                best.message = f"expected {' or '.join(others)}, found {describe(node)}"
        raise best

    def schema(self) -> Schema:
        return {"anyOf": [kind.schema() for kind in self.kinds]}


def optional(kind: Kind) -> Kind:
    """The kind, or null."""
    return OneOf(kind, Null())


REQUIRED: Any = dataclasses.MISSING


def attribute(
    kind: Kind,
    default: Any = REQUIRED,
    doc: str = "",
    *,
    positional: bool = False,
    spec_only: bool = False,
    trailing: bool = False,
    call: bool = False,
) -> Any:
    """A field of an op's attributes.

    `positional` ones are written without their name in the emitted call, as Keras users do;
    `spec_only` ones exist in a spec but are no argument of the Keras class; `trailing` ones, which every layer
    takes, stand after the op's own; `call` ones are arguments of the layer's call.
    """
    metadata = {
        "kind": kind,
        "doc": doc,
        "positional": positional,
        "spec_only": spec_only or call,
        "trailing": trailing,
        "call": call,
    }
    if default is REQUIRED:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class AttributeField:
    """One attribute of an op, as the decoder, the schema and the docs see it."""

    name: str
    kind: Kind
    default: Any
    doc: str
    positional: bool
    spec_only: bool
    call: bool = False

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


@cache
def fields_of(attributes: type) -> dict[str, AttributeField]:
    """The attributes of a dataclass by name: positional ones, then the op's own as declared, then trailing ones."""
    declared = sorted(
        dataclasses.fields(attributes), key=lambda field: (not field.metadata["positional"], field.metadata["trailing"])
    )
    found = [
        AttributeField(
            field.name,
            field.metadata["kind"],
            field.default,
            field.metadata["doc"],
            field.metadata["positional"],
            field.metadata["spec_only"],
            field.metadata["call"],
        )
        for field in declared
    ]
    return {field.name: field for field in found}
