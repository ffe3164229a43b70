"""Parameters, and `${…}` replaced by its value throughout a syntax tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from collections.abc import Mapping as MappingABC
from typing import Any, cast

from specc.diagnostics import Diagnostics, did_you_mean
from specc.ops._attributes import Str, describe
from specc.source import Entry, Mapping, Node, Scalar, Sequence, Span, work
from specc.source.scalars import resolve
from specc.spec.document import Param
from specc.spec.expressions import OPENING, ExpressionError, NetworkValue, evaluate, names_in, pieces, show
from specc.spec.fields import IDENTIFIER, Absent, Broken, Fields, Unevaluated, check_name, holds_broken, is_null
from specc.spec.param_order import default_of, in_order, names_read, report_circle
from specc.spec.param_types import TypeName, converted, fits, is_value, noun, type_of

_MAX_UNEVALUATED = 60
_UNEVALUATED = re.compile(r"[$%]?[\w\s.+*/()-]+[%]?")
NOTHING: Any = object()
_MISREAD = ("wrong-type", "bad-value")
MAX_DEPTH = 100  # of lists in lists


class Params:
    """The values that expressions may name, and which of them were read."""

    def __init__(self, diagnostics: Diagnostics, outer: Params | None = None) -> None:
        self.diagnostics = diagnostics
        self.outer = outer
        self.network: MappingABC[str, NetworkValue] | None = None  # what `channels(x)` may ask of, once it is known
        self.names: Collection[str] = ()  # of all that the section declares
        self.declared: dict[str, Param] = {}
        self.values: dict[str, Any] = {}
        self.used: dict[str, int] = {}  # how often each is read
        self.broken: set[str] = set()  # those whose value has been reported: what reads them stays silent
        self.is_sure = True  # False once a name was read that could mean any of them
        self.is_complete = True  # False where the section could not be read: then no name is unknown
        self.is_network_complete = True  # the same of the network

    def inner(
        self, names: Collection[str], used: dict[str, int], network: MappingABC[str, NetworkValue] | None = None
    ) -> Params:
        """The parameters of a block instance, to be given, and these around it. `used` counts reads of its own."""
        found = Params(self.diagnostics, self)
        found.names, found.used = names, used
        found.values = self.values.copy()  # until one is given, its name is that around
        found.broken = self.broken.difference(names)
        found.network = self.network if network is None else network
        found.is_complete, found.is_network_complete = self.is_complete, self.is_network_complete
        return found

    def give(self, param: Param) -> None:
        """Gives a parameter its value."""
        self.declared[param.name] = param
        self.values[param.name] = param.value

    @property
    def known(self) -> list[str]:
        """All names that an expression may use, the innermost first."""
        return [*self.names, *(self.outer.known if self.outer else [])]

    def owner(self, name: str) -> Params:
        """Where a name is declared; the outermost where it is nowhere."""
        return self if name in self.names or self.outer is None else self.outer.owner(name)

    def declare(self, section: Node | None, overrides: MappingABC[str, str]) -> None:
        """Decodes `params:` and applies `--set`; the text of an override is read as a YAML scalar."""
        if isinstance(section, Scalar) and section.value is None:
            section = None
        if section is not None and not isinstance(section, Mapping):
            self.diagnostics.report(
                "wrong-type",
                f"`params` has to be a mapping, found {describe(section)}",
                (section.span, "not a mapping"),
                help="write a name and a default for each: `params: {passes: 5}`",
            )
            self.is_complete = False
            section = None
        entries = {entry.key.text: entry for entry in section or ()}
        self.names = entries.keys()
        order, circles = in_order({name: [*names_read(default_of(entry.value))] for name, entry in entries.items()})
        for circle in circles:
            report_circle(circle, entries, self.diagnostics)
        circular = {name for circle in circles for name in circle}
        for name in order:
            entry, before = entries[name], self.diagnostics.error_count
            check_name(entry.key, "a parameter", self.diagnostics)
            value, type_name = (0, None) if name in circular else self.default(entry)
            if self.diagnostics.error_count == before and name in overrides and name not in circular:
                value = self.override(name, overrides[name], value, type_name, entry)
            if self.diagnostics.error_count > before or name in circular:
                self.broken.add(name)
            self.give(Param(name, value, entry.key.span, name in overrides))
        self.declared = {name: self.declared[name] for name in entries}
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
            fields = Fields(node, f"parameter `{entry.key.text}`", self.diagnostics)
            fields.only(("default", "type", "doc"))
            fields.get("doc", Str())
            type_name = fields.get("type", TypeName())
            default = fields.node_of("default")
            if default is None:
                fields.missing(
                    "default", entry.key.span, "give it one, so that the spec compiles as it is: `default: 5`"
                )
                return 0, type_name
            node = default
        found = self.substitute(node)
        if holds_broken(found):
            return 0, type_name
        value = _plain(found)
        if _depth(value) > MAX_DEPTH:  # lists of lists, through parameters that hold each other
            message = f"parameter `{entry.key.text}` nests more than {MAX_DEPTH} levels deep"
            self.diagnostics.report("yaml-limit", message, (node.span, "too deep"), help="nest fewer lists")
            return 0, type_name
        if value is None and type_name and fits(None, type_name):
            return None, type_name
        if not is_value(value):
            message = f"expected a number, a string, a boolean or a list of them, found {describe(found)}"
            self.diagnostics.report(
                "wrong-type",
                f"parameter `{entry.key.text}`: {message}",
                (node.span, "not a value"),
                help=null_help(found, type_name)
                or "every parameter has a default: `passes: 5`, or `passes: {default: 5, type: int}`",
            )
            return 0, type_name
        if type_name and not fits(value, type_name):
            self.diagnostics.report(
                "wrong-type",
                f"parameter `{entry.key.text}`: expected {noun(type_name)}, found {describe(node)}",
                (node.span, f"declared as {type_name}"),
                help="change the default or the type",
            )
        return value, type_name

    def override(self, name: str, text: str, default: Any, type_name: str | None, entry: Entry) -> Any:
        wanted = type_name or type_of(default)
        if _is_undecodable(text):
            message = f"`--set {name}={text}` holds bytes that are not text"
            label = (entry.value.span, "declared here")
            self.diagnostics.report("bad-value", message, label, help="write the value as UTF-8")
            return default
        value = text if wanted == "str" else _from_text(text)
        if not fits(value, wanted) and fits(text, wanted):
            value = text
        if not fits(value, wanted):
            because = f"is declared as {type_name}" if type_name else "has such a default"
            self.diagnostics.report(
                "wrong-type",
                f"`--set {name}={text}`: expected {noun(wanted)}, as the parameter {because}",
                (entry.value.span, "declared here"),
                help=f"for instance `--set {name}={_format(default)}`",
            )
            return default
        return converted(value, wanted)

    def substitute(self, node: Node) -> Node:
        """The tree with every expression replaced; a broken one is reported and becomes null."""
        work.charge(1)
        if isinstance(node, Scalar):
            if not isinstance(node.value, str):
                return node
            return self.scalar(node) if OPENING.search(node.text) else self.unevaluated(node)
        if isinstance(node, Sequence):
            items = tuple(self.substitute(item) for item in node.items)
            return node if all(a is b for a, b in zip(items, node.items, strict=True)) else Sequence(node.span, items)
        values = [self.substitute(entry.value) for entry in node.entries]
        if all(value is entry.value for value, entry in zip(values, node.entries, strict=True)):
            return node
        return Mapping(node.span, tuple(Entry(e.key, v) for e, v in zip(node.entries, values, strict=True)))

    def unevaluated(self, node: Scalar) -> Scalar:
        """A plain text that is most likely an expression: `$n`, `n * 2` or the name of a parameter."""
        if not node.plain or len(node.text) > _MAX_UNEVALUATED or not _UNEVALUATED.fullmatch(node.text):
            return node
        text = node.text.strip()
        expression = text.strip("$%() ") if text[0] in "$%" or text[-1] == "%" else text
        names = set(IDENTIFIER.findall(expression))
        is_sum = bool(re.search(r"[\w)]\s*[-+*/]+\s*[\w(]", expression)) and not re.search(r"[A-Za-z_]", expression)
        if (names and names <= self.values.keys()) or is_sum:
            return Unevaluated(node.span, node.text, node.value, True, expression)
        return node

    def scalar(self, node: Scalar) -> Node:
        work.charge(4)
        work.charge_expression(len(node.text))
        values: list[Any] = []
        offset = 0
        try:
            parts = pieces(node.text)
        except ExpressionError as error:
            self.read(node.text)
            self.report(node, error, 0, "")
            return Broken(node.span, node.text, None, True)
        for is_expression, text, _ in parts:
            if is_expression:
                self.read(text)
        if any(self.is_broken(text) for is_expression, text, _ in parts if is_expression):
            return Broken(node.span, node.text, None, True)
        for is_expression, text, offset in parts:
            try:
                values.append(evaluate(text, self.values, self.network) if is_expression else text)
            except ExpressionError as error:
                if not error.is_reported:
                    self.report(node, error, offset, text)
                return Broken(node.span, node.text, None, True)
        if len(parts) == 1 and parts[0][0]:
            return _syntax(values[0], node.span)
        texts = [_format(value) for value in values]
        work.charge(sum(map(len, texts)))
        text = "".join(texts)
        return Scalar(node.span, text, text, False)

    def is_broken(self, text: str) -> bool:
        """Whether an expression reads a parameter that has been reported, be it for a name that is none."""
        if not self.broken:
            return False
        work.charge(len(self.broken) // 8)
        names = set(names_in(text))
        return any(name in names or (not IDENTIFIER.fullmatch(name) and name in text) for name in self.broken)

    def read(self, text: str) -> None:
        """Counts the names of an expression as read, whatever branch they stand on."""
        self.count(names_in(text))

    def count(self, names: Iterable[str]) -> None:
        for name in names:
            used = self.owner(name).used
            used[name] = used.get(name, 0) + 1

    def read_all(self, node: Node) -> None:
        """Counts the names of a tree as read that is not evaluated."""
        self.count(names_read(node))

    def report(self, node: Scalar, error: ExpressionError, offset: int, text: str) -> None:
        span = _place(node, offset + error.at, error.length)
        if error.name is None:
            names = [name for name in dict.fromkeys(names_in(text)) if name in self.values]
            known = ", ".join(f"`{name}` is {show(self.values[name])}" for name in names[:6])
            help = error.help or (f"{known}: change the value or the expression" if known else "change the expression")
            self.diagnostics.report("bad-expression", error.message, (span, "here"), help=help)
        elif error.asks_shape:
            if self.is_network_complete:
                help = "`shape` and `channels` take the name of an input or a node"
                known = [*(self.network or ())]
                self.diagnostics.unknown("unknown-reference", "name", span, error.name, known, help)
        elif self.is_complete:
            known = self.known
            close = did_you_mean(error.name, known)
            if close:  # a misspelt name is one mistake, and no unused parameter beside it
                self.owner(close).used.setdefault(close, 1)
            else:
                self.be_unsure()
            self.diagnostics.unknown("unknown-param", "parameter", span, error.name, known, "declare it under `params`")

    def be_unsure(self) -> None:
        self.is_sure = False
        if self.outer is not None:
            self.outer.be_unsure()

    @property
    def misread(self) -> set[str]:
        """The names in values that have been reported: most likely parameters without their `${…}`."""
        return {name for code in _MISREAD for span in self.diagnostics.spans(code) for name in _names(span)}

    def report_unused(self) -> None:
        misread = self.misread
        for param in self.declared.values():
            if param.name in misread:
                continue
            if self.is_sure and param.name not in self.used and param.name not in self.broken:
                self.diagnostics.report(
                    "unused-param",
                    f"parameter `{param.name}` is not used",
                    (param.span, "nothing reads it"),
                    help=f"use it as `${{{param.name}}}` or remove it",
                )


def _names(span: Span) -> list[str]:
    """The names in a short piece of text that was reported: one of them may be a parameter without its `${…}`."""
    return IDENTIFIER.findall(span.text) if span.end - span.start <= _MAX_UNEVALUATED else []


def _place(node: Scalar, at: int, length: int | None) -> Span:
    """The piece of a scalar's span where its text goes wrong; the whole span where escapes or folding hide it."""
    return node.part(at, length or 1)


def only_param(node: Node | None) -> str | None:
    """The name in a scalar that is exactly `${name}`."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        text = node.text.strip()
        if text.startswith("${") and text.endswith("}") and IDENTIFIER.fullmatch(text[2:-1].strip()):
            return text[2:-1].strip()
    return None


def _plain(node: Node) -> Any:
    work.charge(4)
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return tuple(_plain(item) for item in node.items)
    return {entry.key.text: _plain(entry.value) for entry in node}


def _depth(value: Any) -> int:
    """How deep lists nest."""
    return 1 + max(map(_depth, cast("tuple[Any, ...]", value)), default=0) if isinstance(value, tuple) else 0


def _syntax(value: Any, span: Span) -> Node:
    work.charge(8)
    if isinstance(value, tuple):
        return Sequence(span, tuple(_syntax(one, span) for one in cast("tuple[Any, ...]", value)))
    if value is None:
        return Absent(span, "null", None, True)
    return Scalar(span, _format(value), value, True)


def _format(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, tuple):
        return "[" + ",".join(_format(one) for one in cast("tuple[Any, ...]", value)) + "]"
    return str(value)


def _from_text(text: str) -> Any:
    if text.startswith("[") and text.endswith("]"):
        return tuple(resolve(part.strip()) for part in text[1:-1].split(",") if part.strip())
    return resolve(text)


def _is_undecodable(text: str) -> bool:
    """Whether an argument of the command line holds bytes that are no text: Python has a surrogate for each."""
    return any("\ud800" <= char <= "\udfff" for char in text)


def null_help(node: Node, type_name: str | None) -> str:
    """What to write where a null stands that the type does not allow; nothing where no value stands at all."""
    if not is_null(node) or not describe(node).startswith("null"):
        return ""
    return f"for one that may be null, say so: `{{type: {type_name or 'int'} | null, default: null}}`"


def plain_value(node: Node, type_name: str | None) -> Any:
    """A parameter's value from its node; `NOTHING` where it is none."""
    value = NOTHING if holds_broken(node) else _plain(node)
    if value is None:
        return None if type_name and fits(None, type_name) else NOTHING
    return value if is_value(value) else NOTHING
