"""Reading the fields of a mapping: unknown keys, missing keys, typed values, each reported at its place."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from specc.diagnostics import Diagnostics, did_you_mean, short
from specc.ops._attributes import BadValue, Kind, describe
from specc.source import Entry, Mapping, Node, Scalar, Sequence, Span
from specc.source.scalars import resolve

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = ("zeros", "ones")
MERGE = "<<"
NO_MERGE = "YAML 1.2 has no merge keys: write the keys out, or alias single values"
_MAX_NAME = 100
_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"


def check_name(key: Scalar, what: str, diagnostics: Diagnostics) -> bool:
    """Reports a name that is no identifier or is reserved; whether it was good."""
    name = key.text
    if len(name) > _MAX_NAME:
        diagnostics.report(
            "invalid-name",
            f"the name of {what} has {len(name):,} characters, more than {_MAX_NAME}",
            (key.span, "too long"),
            help="shorten it",
        )
        return False
    if not IDENTIFIER.fullmatch(name):
        suggestion = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
        if suggestion[:1].isdigit():
            suggestion = f"n{suggestion}"
        help = "a name has letters, digits and `_`, and does not start with a digit"
        if suggestion:
            help += f": `{suggestion}`"
        diagnostics.report(
            "invalid-name",
            f"`{short(name)}` cannot be the name of {what}",
            (key.span, "not an identifier"),
            help=NO_MERGE if name == MERGE else help,
        )
        return False
    why = ""
    if name in RESERVED:
        why = "it names an initial value"
    elif keyword.iskeyword(name):
        why = "it is a word of Python, in which the model is written"
    elif not isinstance(resolve(name), str):
        why = "it is a value in YAML"
    if why:
        diagnostics.report(
            "invalid-name", f"`{name}` is reserved: {why}", (key.span, "reserved"), help=f"call it `{name}_` or better"
        )
        return False
    return True


class Broken(Scalar):
    """Stands where something failed that has been reported, so that nobody reports the value again."""

    __slots__ = ()


class Absent(Scalar):
    """A null that an expression gives: the key that has it counts as not written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unevaluated(Scalar):
    """Text that reads like an expression which lacks its `${…}`; it is a string unless something else is expected."""

    expression: str = ""


class Fields:
    """The entries of one mapping, taken by key; what is not taken is unknown."""

    def __init__(self, node: Node, what: str, diagnostics: Diagnostics, help: str = "") -> None:
        self.diagnostics = diagnostics
        self.what = what
        node = self.node = present(node)
        self.entries: dict[str, Entry] = {}
        self.misspelt: dict[str, str] = {}  # unknown keys, and the known ones they most likely mean
        if isinstance(node, Mapping):
            self.entries = {entry.key.text: entry for entry in node}
        elif not isinstance(node, Broken):
            message = f"{what} has to be a mapping, found {describe(node)}"
            diagnostics.report(
                "wrong-type", message, (node.span, "not a mapping"), help=help or "write `key: value` pairs"
            )

    def entry(self, key: str) -> Entry | None:
        return self.entries.get(key)

    def node_of(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.value if entry else None

    def get(self, key: str, kind: Kind, default: Any = None) -> Any:
        """The decoded value of a key; the default where it is missing or wrong, which is reported."""
        entry = self.entries.get(key)
        return default if entry is None else decode_value(entry.value, kind, self.diagnostics, default, key)

    def mapping(self, key: str, help: str = "") -> Mapping | None:
        """The mapping under a key; None where there is none; another kind of value is reported."""
        node = self.node_of(key)
        if node is None or isinstance(node, Mapping):
            return node
        if isinstance(node, Scalar) and node.value is None and not isinstance(node, Broken):
            return None
        if not isinstance(node, Broken):
            self.diagnostics.report(
                "wrong-type",
                f"`{key}` has to be a mapping, found {describe(node)}",
                (node.span, "not a mapping"),
                help=help or f"write `key: value` pairs under `{key}`",
            )
        return None

    def missing(self, key: str, span: Span, help: str) -> None:
        """Reports a key that has to be there; not where a misspelt one stands for it, which has been reported."""
        if key in self.misspelt.values():
            return
        self.diagnostics.report("missing-key", f"{self.what} needs `{key}`", (span, f"no `{key}` given"), help=help)

    def only(self, known: Iterable[str], hints: dict[str, str] | None = None) -> None:
        """Reports every key that is not among the known ones."""
        names = tuple(known)
        for key, entry in self.entries.items():
            if key in names:
                continue
            hint = NO_MERGE if key == MERGE else (hints or {}).get(key, "")
            where = f" in {self.what}"
            if hint:
                message = f"unknown key `{short(key)}`{where}"
                self.diagnostics.report("unknown-key", message, (entry.key.span, "not known here"), help=hint)
            else:
                close = did_you_mean(key, [name for name in names if name not in self.entries])
                self.misspelt |= {key: close} if close else {}
                self.diagnostics.unknown("unknown-key", "key", entry.key.span, key, names, where=where)


def decode_value(node: Node, kind: Kind, diagnostics: Diagnostics, default: Any = None, key: str = "") -> Any:
    """A value decoded by its kind; the default where it is wrong, each mistake in it reported at its own place."""
    node = present(node)
    try:
        value = kind.decode(node)
    except BadValue as error:
        for one in error.all:
            _report(one, node, kind, key, diagnostics)
        return default
    return default if holds_broken(node) else value


def _report(error: BadValue, node: Node, kind: Kind, key: str, diagnostics: Diagnostics) -> None:
    wrong = _node_at(node, error.span)
    if isinstance(wrong, Broken):  # whose own mistake has been reported
        return
    where = f"`{key}`: " if key else ""
    expected = kind if wrong is node else error.kind
    advice = _advice(wrong, expected) if expected else ""
    advice = advice or (_advice(node, kind) if isinstance(node, Sequence) and len(node.items) == 1 else "")
    help = _unevaluated(wrong) or advice or _as_written_elsewhere(wrong) or error.help
    if key == "padding" and _is_width(node) and _takes(kind, Scalar(node.span, "same", "same", True)):
        help = "write `padding: same` to keep the size, or put a ZeroPadding node before it for an exact width"
    is_parameter = "${" in error.span.text or isinstance(wrong, Unevaluated)
    cause = error.span.text if is_parameter else ""
    diagnostics.report(error.code, f"{where}{error.message}", (error.span, ""), help=help, cause=cause)


def _advice(node: Node, kind: Kind) -> str:
    """What to do about a scalar that is nearly right: quoted, or written as Python writes it."""
    if isinstance(node, Sequence) and len(node.items) == 1 and isinstance(node.items[0], Scalar):
        return f"write `{short(node.items[0].text)}`" if _takes(kind, node.items[0]) else ""
    if not isinstance(node, Scalar):
        return ""
    if _takes(kind, Sequence(node.span, (node,))):
        return f"write `[{short(node.text)}]`"
    if isinstance(node.value, (int, float)) and 1 < node.value <= 100 and not _takes(kind, node):
        share = node.value / 100
        if _takes(kind, _as(node, share)) and not _takes(kind, _as(node, 1.5)):
            return f"write `{share:g}` for {node.text} percent"
    if isinstance(node.value, float) and node.value.is_integer() and _takes(kind, _as(node, int(node.value))):
        if "/" in node.span.text:
            return "write `//`: `/` gives a number with a fraction, even where nothing is left over"
        return f"write `{int(node.value)}`"
    if not isinstance(node.value, str):
        return f'quote it: `"{short(node.text)}"`' if node.text and _takes(kind, _as(node, node.text)) else ""
    text = node.text.strip()
    if text == "None":
        return "YAML writes it `null`" if _takes(kind, _as(node, None)) else ""
    if re.fullmatch(r"\(.*\)", text, re.DOTALL):
        return f"a list is written `[{short(text[1:-1].strip(' ,'))}]`"
    sizes = re.fullmatch(r"\d+(?:\s*[x×*]\s*\d+)+", text)
    if sizes:
        numbers = [Scalar(node.span, one, int(one), True) for one in re.findall(r"\d+", text)]
        written = ", ".join(one.text for one in numbers)
        return f"write `[{written}]`" if _takes(kind, Sequence(node.span, tuple(numbers))) else ""
    plain = resolve(text)
    if not node.plain and not isinstance(plain, str) and _takes(kind, _as(node, plain)):
        return f"quotes make it a string: write `{short(text)}`"
    if "_" in text and not isinstance(value := resolve(text.replace("_", "")), str) and _takes(kind, _as(node, value)):
        return f"a number has no `_` in YAML 1.2: write `{short(text.replace('_', ''))}`"
    return ""


def _node_at(node: Node, span: Span) -> Node:
    """The node of a tree at a span; the tree itself if there is none."""
    if node.span == span or isinstance(node, Scalar):
        return node
    parts = node.items if isinstance(node, Sequence) else tuple(entry.value for entry in node)
    return next((found for part in parts if (found := _node_at(part, span)).span == span), node)


def _unevaluated(node: Node) -> str:
    if not isinstance(node, Unevaluated):
        return ""
    return f'write `"${{{node.expression}}}"`: an expression is written in `${{…}}`'


_SUFFIXES = {"k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9}


def _as_written_elsewhere(node: Node) -> str:
    """What to write for a percentage, or for text in typographic quotes."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return ""
    share = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", node.text.strip())
    if share:
        return f"write `{float(share[1]) / 100:g}`"
    large = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kKmMgGbB])", node.text.strip())
    if large:
        return f"write `{int(float(large[1]) * _SUFFIXES[large[2].lower()])}`"
    spaced = re.fullmatch(r"\$\s+\{([^{}]*)\}", node.text.strip())
    if spaced:
        return f'write `"${{{spaced[1]}}}"`, without the space'
    if node.text[:1] in _QUOTES:
        return f"write `{short(node.text.strip(_QUOTES))}`: typographic quotes belong to the text"
    return ""


def _is_width(node: Node) -> bool:
    """Whether other frameworks' `padding: 1` or `[1, 1]` was written."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return bool(items) and all(isinstance(one, Scalar) and type(one.value) is int for one in items)


def _as(node: Scalar, value: Any) -> Scalar:
    return Scalar(node.span, node.text, value, True)


def _takes(kind: Kind, node: Node) -> bool:
    try:
        kind.decode(node)
    except BadValue:
        return False
    return True


def present(node: Node) -> Node:
    """A tree without the keys whose value is an expression that gave null."""
    if isinstance(node, Sequence):
        items = tuple(present(item) for item in node.items)
        return node if _same(items, node.items) else Sequence(node.span, items)
    if not isinstance(node, Mapping):
        return node
    entries = tuple(
        entry if (value := present(entry.value)) is entry.value else Entry(entry.key, value)
        for entry in node
        if not isinstance(entry.value, Absent)
    )
    return node if _same(entries, node.entries) else Mapping(node.span, entries)


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def is_null(node: Node | None) -> bool:
    """Whether a value is left empty, or null."""
    return isinstance(node, Scalar) and node.value is None and not isinstance(node, Broken)


def holds_broken(node: Node) -> bool:
    """Whether something in a tree failed and has been reported."""
    if isinstance(node, Mapping):
        return any(holds_broken(entry.value) for entry in node)
    if isinstance(node, Scalar):
        return isinstance(node, Broken)
    return any(holds_broken(item) for item in node.items)
