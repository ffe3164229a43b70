"""Parameters, and `${…}` replaced by its value throughout a syntax tree."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from typing import Any, cast

from specc.diagnostics import Diagnostics, did_you_mean
from specc.ops._attributes import describe
from specc.source import Entry, Mapping, Node, Scalar, Sequence, Span
from specc.source.scalars import resolve
from specc.spec.document import Param
from specc.spec.expressions import OPENING, ExpressionError, evaluate, pieces
from specc.spec.fields import IDENTIFIER, Broken, check_name

_TYPES: dict[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "bool": (bool,), "str": (str,)}


class Params:
    """The values that expressions may name, and which of them were read."""

    def __init__(self, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.declared: dict[str, Param] = {}
        self.used: dict[str, int] = {}  # how often each is read

    def declare(self, section: Node | None, overrides: MappingABC[str, str]) -> None:
        """Decodes `params:` and applies `--set`; the text of an override is read as a YAML scalar."""
        if section is not None and not isinstance(section, Mapping):
            self.diagnostics.report(
                "wrong-type", f"`params` is a mapping of names to values, found {describe(section)}", (section.span, "")
            )
            section = None
        for entry in section or ():
            name = entry.key.text
            check_name(entry.key, "a parameter", self.diagnostics)
            value, type_name = self.default(entry)
            if name in overrides:
                value = self.override(name, overrides[name], value, type_name, entry)
            self.declared[name] = Param(name, value, entry.key.span, name in overrides)
        for name in overrides:
            if name not in self.declared:
                close = did_you_mean(name, self.declared)
                known = ", ".join(f"`{one}`" for one in self.declared) or "none"
                self.diagnostics.report(
                    "unknown-param",
                    f"`--set {name}=…`: the spec declares no parameter `{name}`",
                    help=f"did you mean `{close}`?" if close else f"declared: {known}",
                )

    def default(self, entry: Entry) -> tuple[Any, str | None]:
        """A parameter's default and its type, from `5`, `[3, 3]` or `{default: 5, type: int, doc: …}`."""
        node, type_name = entry.value, None
        if isinstance(node, Mapping):
            for one in node:
                if one.key.text not in ("default", "type", "doc"):
                    self.diagnostics.unknown("unknown-key", "key", one.key.span, one.key.text, ("default", "type", "doc"))
            declared, default = node.get("type"), node.get("default")
            if isinstance(declared, Scalar):
                if declared.text in _TYPES:
                    type_name = declared.text
                else:
                    self.diagnostics.unknown("bad-value", "type", declared.span, declared.text, _TYPES)
            if default is None:
                self.diagnostics.report(
                    "missing-key",
                    f"parameter `{entry.key.text}` has no default",
                    (entry.key.span, "no `default` given"),
                    help="a top-level parameter needs a default, so that the spec compiles as it is",
                )
                return 0, type_name
            node = default
        value = _plain(self.substitute(node))
        if value is None or isinstance(value, dict):
            self.diagnostics.report(
                "wrong-type",
                f"parameter `{entry.key.text}` has to be a number, a string, a boolean or a list, found {describe(node)}",
                (node.span, "not a value"),
            )
            return 0, type_name
        if type_name and not _fits(value, type_name):
            self.diagnostics.report(
                "wrong-type", f"expected {type_name}, found {describe(node)}", (node.span, f"declared as {type_name}")
            )
        return value, type_name

    def override(self, name: str, text: str, default: Any, type_name: str | None, entry: Entry) -> Any:
        value = _from_text(text)
        wanted = type_name or _type_of(default)
        if wanted == "float" and type_name is None and isinstance(default, int):
            wanted = "int"
        if not _fits(value, wanted):
            self.diagnostics.report(
                "wrong-type",
                f"`--set {name}={text}`: expected {wanted}, as the default is",
                (entry.value.span, "the default"),
            )
            return default
        return float(value) if wanted == "float" else value

    @property
    def values(self) -> dict[str, Any]:
        return {name: param.value for name, param in self.declared.items()}

    def substitute(self, node: Node) -> Node:
        """The tree with every expression replaced; a broken one is reported and becomes null."""
        if isinstance(node, Scalar):
            return self.scalar(node) if isinstance(node.value, str) and OPENING.search(node.text) else node
        if isinstance(node, Sequence):
            items = tuple(self.substitute(item) for item in node.items)
            return node if all(a is b for a, b in zip(items, node.items, strict=True)) else Sequence(node.span, items)
        values = [self.substitute(entry.value) for entry in node.entries]
        if all(value is entry.value for value, entry in zip(values, node.entries, strict=True)):
            return node
        return Mapping(node.span, tuple(Entry(e.key, v) for e, v in zip(node.entries, values, strict=True)))

    def scalar(self, node: Scalar) -> Node:
        offset = 0
        try:
            parts = pieces(node.text)
            values: list[Any] = []
            for is_expression, text, offset in parts:
                values.append(evaluate(text, _Watched(self.values, self.used)) if is_expression else text)
        except ExpressionError as error:
            span = _place(node, offset + error.at, error.length)
            if error.name is not None:
                known = [*self.declared]
                self.diagnostics.unknown("unknown-param", "parameter", span, error.name, known, "declare it under `params`")
            else:
                self.diagnostics.report("bad-expression", error.message, (span, "here"))
            return Broken(node.span, node.text, None, True)
        if len(parts) == 1 and parts[0][0]:
            return _syntax(values[0], node.span)
        text = "".join(_format(value) for value in values)
        return Scalar(node.span, text, text, False)

    def report_unused(self) -> None:
        for param in self.declared.values():
            if param.name not in self.used:
                self.diagnostics.report(
                    "unused-param",
                    f"parameter `{param.name}` is not used",
                    (param.span, "nothing reads it"),
                    help=f"use it as `${{{param.name}}}` or remove it",
                )


def _place(node: Scalar, at: int, length: int | None) -> Span:
    """The piece of a scalar's span where its text goes wrong; the whole span where escapes or folding hide it."""
    start = node.span.text.find(node.text)
    if start < 0:
        return node.span
    return node.span.part(start + min(at, max(len(node.text) - 1, 0)), length or 1)


def only_param(node: Node | None) -> str | None:
    """The name in a scalar that is exactly `${name}`."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        text = node.text.strip()
        if text.startswith("${") and text.endswith("}") and IDENTIFIER.fullmatch(text[2:-1].strip()):
            return text[2:-1].strip()
    return None


class _Watched(dict[str, Any]):
    """Values that note which of them are read."""

    def __init__(self, values: dict[str, Any], used: dict[str, int]) -> None:
        super().__init__(values)
        self.seen = used

    def __getitem__(self, name: str) -> Any:
        self.seen[name] = self.seen.get(name, 0) + 1
        return super().__getitem__(name)


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return tuple(_plain(item) for item in node.items)
    return {entry.key.text: _plain(entry.value) for entry in node}


def _syntax(value: Any, span: Span) -> Node:
    if isinstance(value, tuple):
        return Sequence(span, tuple(_syntax(one, span) for one in cast("tuple[Any, ...]", value)))
    return Scalar(span, _format(value), value, True)


def _format(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _from_text(text: str) -> Any:
    if text.startswith("[") and text.endswith("]"):
        return tuple(resolve(part.strip()) for part in text[1:-1].split(",") if part.strip())
    return resolve(text)


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, tuple):
        return "list"
    return "str" if isinstance(value, str) else "float" if isinstance(value, float) else "int"


def _fits(value: Any, type_name: str) -> bool:
    if type_name == "list":
        return isinstance(value, tuple)
    if isinstance(value, bool):
        return type_name == "bool"
    return isinstance(value, _TYPES[type_name])
