"""What a help says to write is accepted where it is written: the same mistake is not found there again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from specc.diagnostics import Diagnostic, Diagnostics
from specc.driver import check_source
from specc.source import Source, Span, decode

from ..test_corpus import INVALID, settings

_TO_WRITE = re.compile(r"(?:did you mean|(?:^|it a string: )write) `([^`…]+)`[?]?$")

_PATTERNS = ("a if condition else b",)  # which show a form, with words of their own


def replacements(found: Diagnostic) -> Iterator[tuple[Span, str]]:
    """The edits that a diagnostic proposes: its fix, or what its help says to write in the place that it marks."""
    if found.fix is not None:
        yield found.fix.span, found.fix.text
    elif found.span is not None and (written := _TO_WRITE.search(found.help)) and written[1] not in _PATTERNS:
        key = re.match(r"\w+: ", written[1])
        before = found.span.source.text[: found.span.start]
        yield found.span, written[1][key.end() :] if key and before.endswith(key[0]) else written[1]


def read(path: Path) -> tuple[str, tuple[str, ...], dict[str, str]]:
    source, _ = decode(path.name, path.read_bytes())
    targets, overrides = settings(source.text)
    return source.text, tuple(targets), overrides


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_what_a_help_says_to_write_is_accepted(path: Path) -> None:
    text, targets, overrides = read(path)
    before = check_source(Source(path.name, text), Diagnostics(), targets=targets, overrides=overrides).diagnostics
    for found in before:
        for span, replacement in replacements(found):
            edited = text[: span.start] + replacement + text[span.end :]
            after = check_source(Source(path.name, edited), Diagnostics(), targets=targets, overrides=overrides)
            again = [one for one in after.diagnostics if one.code == found.code and one.span is not None]
            ends = (span.start, span.start + len(replacement))
            repeated = [one for one in again if one.span and ends[0] <= one.span.start < max(ends[1], ends[0] + 1)]
            assert not repeated, (found.message, found.help, replacement, repeated[0].message, repeated[0].help)


def test_most_mistakes_have_an_edit_that_is_tried() -> None:
    tried = 0
    for path in INVALID:
        text, targets, overrides = read(path)
        found = check_source(Source(path.name, text), Diagnostics(), targets=targets, overrides=overrides).diagnostics
        tried += sum(len([*replacements(one)]) for one in found)
    assert tried > 100
