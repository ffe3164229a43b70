"""The syntax nodes that YAML is composed into, each with its span."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from specc.source.text import Span

Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A scalar: `text` as written (unescaped), `value` by the YAML 1.2 core rules, `plain` if unquoted."""

    span: Span
    text: str
    value: Value
    plain: bool

    def part(self, at: int, length: int) -> Span:
        """The piece of the span where a part of the text is; the whole span where escapes or folding hide it."""
        start = self.span.text.find(self.text)
        if start < 0:
            return self.span
        return self.span.part(start + min(at, max(len(self.text) - 1, 0)), length)


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    span: Span
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One `key: value` of a mapping."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """Entries in the order written; a duplicate key has been reported and left out."""

    span: Span
    entries: tuple[Entry, ...]
    _by_key: dict[str, Entry] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_key = {entry.key.text: entry for entry in reversed(self.entries)}  # the first of a key counts
        object.__setattr__(self, "_by_key", by_key)

    def get(self, key: str) -> Node | None:
        entry = self.entry(key)
        return entry.value if entry else None

    def entry(self, key: str) -> Entry | None:
        return self._by_key.get(key)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __contains__(self, key: str) -> bool:
        return self.entry(key) is not None


Node: TypeAlias = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a text, before anyone asks what the text means."""

    code: str
    message: str
    span: Span
    label: str = ""
    related: tuple[tuple[Span, str], ...] = ()
    help: str = ""
