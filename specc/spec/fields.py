"""Reading the fields of a mapping: unknown keys, missing keys, typed values, each reported at its place."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from typing import Any

from specc.diagnostics import Diagnostics
from specc.ops._attributes import BadValue, Kind, describe
from specc.source import Entry, Mapping, Node, Scalar, Span

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = ("zeros", "ones")
_MAX_NAME = 100


def check_name(key: Scalar, what: str, diagnostics: Diagnostics) -> bool:
    """Reports a name that is no identifier or is reserved; whether it was good."""
    name = key.text
    if not IDENTIFIER.fullmatch(name) or len(name) > _MAX_NAME:
        suggestion = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")[:_MAX_NAME]
        if suggestion[:1].isdigit():
            suggestion = f"n{suggestion}"
        help = "letters, digits and `_`, not starting with a digit" + (f": `{suggestion}`" if suggestion else "")
        if name == "<<":
            help = "YAML 1.2 has no merge keys; repeat the attributes"
        diagnostics.report("invalid-name", f"`{name}` cannot be the name of {what}", (key.span, "not an identifier"), help=help)
        return False
    if name in RESERVED or keyword.iskeyword(name):
        why = "names an initial value" if name in RESERVED else "is a word of Python, in which the model is written"
        diagnostics.report("invalid-name", f"`{name}` is reserved: it {why}", (key.span, "reserved"), help=f"call it `{name}_` or better")
        return False
    return True


class Broken(Scalar):
    """Stands where something failed that has been reported, so that nobody reports the value again."""

    __slots__ = ()


class Fields:
    """The entries of one mapping, taken by key; what is not taken is unknown."""

    def __init__(self, node: Node, what: str, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.what = what
        self.node = node
        self.entries: dict[str, Entry] = {}
        if isinstance(node, Mapping):
            self.entries = {entry.key.text: entry for entry in node}
        elif not isinstance(node, Broken):
            diagnostics.report("wrong-type", f"{what} has to be a mapping, found {describe(node)}", (node.span, ""))

    def entry(self, key: str) -> Entry | None:
        return self.entries.get(key)

    def node_of(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.value if entry else None

    def get(self, key: str, kind: Kind, default: Any = None) -> Any:
        """The decoded value of a key; the default where it is missing or wrong, which is reported."""
        entry = self.entries.get(key)
        return default if entry is None else decode_value(entry.value, kind, self.diagnostics, default, key)

    def mapping(self, key: str) -> Mapping | None:
        """The mapping under a key; None where there is none; another kind of value is reported."""
        node = self.node_of(key)
        if node is None or isinstance(node, Mapping):
            return node
        if isinstance(node, Scalar) and node.value is None and not isinstance(node, Broken):
            return None
        if not isinstance(node, Broken):
            self.diagnostics.report(
                "wrong-type", f"`{key}` has to be a mapping, found {describe(node)}", (node.span, "not a mapping")
            )
        return None

    def missing(self, key: str, span: Span, help: str) -> None:
        self.diagnostics.report("missing-key", f"{self.what} needs `{key}`", (span, f"no `{key}` given"), help=help)

    def only(self, known: Iterable[str], hints: dict[str, str] | None = None) -> None:
        """Reports every key that is not among the known ones."""
        names = tuple(known)
        for key, entry in self.entries.items():
            if key not in names:
                hint = (hints or {}).get(key, "")
                if hint:
                    self.diagnostics.report(
                        "unknown-key", f"unknown key `{key}` in {self.what}", (entry.key.span, "not known here"), help=hint
                    )
                else:
                    self.diagnostics.unknown("unknown-key", "key", entry.key.span, key, names)


def decode_value(node: Node, kind: Kind, diagnostics: Diagnostics, default: Any = None, key: str = "") -> Any:
    """A value decoded by its kind, the default where it is wrong, which is reported at the smallest wrong place."""
    if isinstance(node, Broken):
        return default
    try:
        return kind.decode(node)
    except BadValue as error:
        if _holds_broken(node):
            return default
        where = f"`{key}`: " if key else ""
        diagnostics.report(error.code, f"{where}{error.message}", (error.span, ""), help=error.help)
        return default


def _holds_broken(node: Node) -> bool:
    if isinstance(node, Mapping):
        return any(_holds_broken(entry.value) for entry in node)
    if isinstance(node, Scalar):
        return isinstance(node, Broken)
    return any(_holds_broken(item) for item in node.items)
