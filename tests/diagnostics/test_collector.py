"""Collecting: one mistake shows once, in the order of the text; comments silence warnings only."""

from __future__ import annotations

import pytest

from specc.diagnostics import CODES, Diagnostic, Diagnostics, Severity, SpeccError
from specc.source import Source, compose

from .places import at, label


def collected(text: str, *findings: tuple[str, str]) -> list[tuple[str, int]]:
    """The (code, line) of what is left of findings, given as (code, text it stands at)."""
    source = Source("net.yaml", text)
    diagnostics = Diagnostics()
    for code, place in findings:
        diagnostics.report(code, "a message", (at(source, place), ""))
    return [(one.code, one.span.line) for one in diagnostics.finish(source) if one.span]


def test_findings_are_ordered_by_place() -> None:
    findings = [("unused-node", "c"), ("unknown-op", "a"), ("bad-value", "b")]
    assert collected("a\nb\nc\n", *findings) == [("unknown-op", 1), ("bad-value", 2), ("unused-node", 3)]


def test_what_has_no_place_comes_first() -> None:
    source = Source("net.yaml", "a\n")
    diagnostics = Diagnostics()
    diagnostics.report("unknown-op", "placed", (at(source, "a"), ""))
    diagnostics.report("unreadable-file", "unplaced", (None, "left out"))
    assert [one.message for one in diagnostics.finish(source)] == ["unplaced", "placed"]


def test_one_mistake_shows_once() -> None:
    assert collected("a\n", ("unknown-op", "a"), ("unknown-op", "a"), ("bad-value", "a")) == [
        ("bad-value", 1),
        ("unknown-op", 1),
    ]


def test_an_unknown_name_comes_with_suggestion_and_fix() -> None:
    source = Source("net.yaml", "unit: 1\n")
    diagnostics = Diagnostics()
    diagnostics.unknown("unknown-attribute", "attribute", at(source, "unit"), "unit", ["units", "use_bias"])
    (one,) = diagnostics.finish()
    assert one.message == "unknown attribute `unit`"
    assert one.help == "did you mean `units`?"
    assert one.fix is not None
    assert (one.fix.span, one.fix.text) == (at(source, "unit"), "units")


def test_a_quoted_or_strange_name_gets_no_fix() -> None:
    source = Source("net.yaml", "'unit': 1\n")
    diagnostics = Diagnostics()
    diagnostics.unknown("unknown-attribute", "attribute", at(source, "'unit'"), "unit", ["units"])
    diagnostics.unknown("unknown-attribute", "attribute", at(source, "1"), "strange", ["units"])
    near, far = diagnostics.finish()
    assert (near.help, near.fix) == ("did you mean `units`?", None)
    assert (far.help, far.fix) == ("known here: `units`", None)


def test_problems_of_the_text_become_diagnostics() -> None:
    _, problems = compose(Source("net.yaml", "a: 1\na: 2\n"))
    diagnostics = Diagnostics()
    diagnostics.problems(problems)
    (one,) = diagnostics.finish()
    assert (one.code, one.severity, [label.span.line for label in one.labels]) == ("duplicate-key", "error", [2, 1])
    assert (diagnostics.has_errors, diagnostics.error_count) == (True, 1)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1  # specc: ignore[unused-node]\n",
        "a: 1  # why # specc: ignore[unused-node]\n",
        "a: 1  #specc:ignore[ unused-node ]\n",
        "# specc: ignore[unused-node]\na: 1\n",
        "  # specc: ignore[unused-node]\r\na: 1\r\n",
    ],
)
def test_a_comment_silences_a_warning(text: str) -> None:
    assert collected(text, ("unused-node", "a: 1")) == []


def test_a_comment_silences_its_line_and_its_codes_only() -> None:
    text = "a: 1  # specc: ignore[unused-node, unused-param]\nb: 2\n"
    findings = [("unused-node", "a: 1"), ("unused-param", "1"), ("unused-input", "a: 1"), ("unused-node", "b: 2")]
    assert collected(text, *findings) == [("unused-input", 1), ("unused-node", 2)]


@pytest.mark.parametrize(
    ("code", "says", "help"),
    [
        ("unused-node", "nothing on that line gives `unused-node`", "remove the comment"),
        ("unknown-op", "`unknown-op` is an error and cannot be ignored", "fix it and remove the comment"),
        ("unused-nod", "no diagnostic is called `unused-nod`", "did you mean `unused-node`?"),
        ("zzz", "no diagnostic is called `zzz`", "`specc explain` lists the codes"),
    ],
)
def test_a_comment_that_silences_nothing_is_found(code: str, says: str, help: str) -> None:
    source = Source("net.yaml", f"a: 1  # specc: ignore[{code}]\n")
    diagnostics = Diagnostics()
    diagnostics.report("unknown-op", "an error", (at(source, "a: 1"), ""))
    error, unused = diagnostics.finish(source)
    assert error.code == "unknown-op"
    assert (unused.code, unused.message, unused.help) == ("unused-ignore", says, help)
    assert unused.span == at(source, code)


def test_codes_are_slugs_with_a_meaning() -> None:
    for slug, code in CODES.items():
        assert code.slug == slug
        assert slug.replace("-", "").isalpha()
        assert slug.islower()
        assert code.meaning[0].islower()
        assert not code.meaning.endswith(".")
    assert {code.severity for code in CODES.values()} == set(Severity)


def test_the_error_of_the_api_shows_every_finding() -> None:
    source = Source("net.yaml", "a: 1\n")
    error = SpeccError(
        [Diagnostic("unknown-op", "first", (label(source, "1"),)), Diagnostic("unused-node", "without a place")]
    )
    assert str(error) == "net.yaml:1:4: error[unknown-op]: first\nwarning[unused-node]: without a place"
    assert len(error.diagnostics) == 2


def test_more_findings_than_anyone_reads_are_counted() -> None:
    source = Source("net.yaml", "x" * 5180)
    diagnostics = Diagnostics()
    for start in range(5180):
        code = "unused-node" if start % 2 else "bad-value"
        diagnostics.report(code, f"finding {start}", (source.span(start, start + 1), ""))
    found = diagnostics.finish(source)
    assert [one.message for one in found if one.span is None] == ["and 4,980 more findings"]
    assert [one.code for one in found].count("bad-value") == 200
