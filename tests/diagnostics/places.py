"""Spans found by their text, to write labels in tests."""

from __future__ import annotations

from specc.diagnostics import Label
from specc.source import Source, Span


def at(source: Source, text: str, *, after: str = "") -> Span:
    """The first place of `text` behind the first place of `after`."""
    start = source.text.index(text, source.text.index(after) + len(after))
    return Span(source, start, start + len(text))


def label(source: Source, text: str, says: str = "", *, after: str = "") -> Label:
    return Label(at(source, text, after=after), says)
