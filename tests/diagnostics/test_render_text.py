"""The text people read: marks stand under what they mark."""

from __future__ import annotations

import re
import unicodedata
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.diagnostics.render import render, summary
from specc.diagnostics.render._line import LIMIT, show
from specc.source import Source, Span

from .places import at, label

NET = Source(
    "specs/net.yaml",
    dedent("""\
        specc: 1
        name: net
        inputs: {A: [1], B: [2]}
        nodes:
          hidden: {op: Dense, unit: 20}
          sum: {op: Add,
                from: [A,
                       B]}
          last: {op: ReLU}
        loops:
          settle:
            states:
              a: {init: A, next: sum}
    """),
)


def shown(*labels: Label, code: str = "unknown-attribute", message: str = "a message", **more: object) -> str:
    return render([Diagnostic(code, message, labels, **more)], "text")  # type: ignore[arg-type]


def test_one_label_with_note_and_help() -> None:
    text = shown(
        label(NET, "unit", "not known here"),
        message="unknown attribute `unit` of Dense",
        notes=("Dense takes Keras' own arguments",),
        help="did you mean `units`?",
    )
    assert text == dedent("""\
        error[unknown-attribute]: unknown attribute `unit` of Dense
          --> specs/net.yaml:5:23
           |
         5 |   hidden: {op: Dense, unit: 20}
           |                       ^^^^ not known here
           = note: Dense takes Keras' own arguments
           = help: did you mean `units`?""")


def test_distant_lines_are_left_out_and_one_between_is_shown() -> None:
    text = shown(
        label(NET, "sum", "has shape [2]", after="next: "),
        label(NET, "A", "has shape [1]", after="init: "),
        label(NET, "[1]", "this is why"),
        label(NET, "hidden", "near"),
        label(NET, "specc", "far"),
        code="state-mismatch",
    )
    assert text == dedent("""\
        error[state-mismatch]: a message
          --> specs/net.yaml:13:26
            |
          1 | specc: 1
            | ----- far
          2 | name: net
          3 | inputs: {A: [1], B: [2]}
            |             --- this is why
          4 | nodes:
          5 |   hidden: {op: Dense, unit: 20}
            |   ------ near
        ...
         13 |       a: {init: A, next: sum}
            |                 -        ^^^ has shape [2]
            |                 |
            |                 has shape [1]""").replace("  -->", "   -->")


def test_labels_on_one_line_are_stacked() -> None:
    text = shown(
        label(NET, "unit", "primary"),
        label(NET, "hidden", "first"),
        label(NET, "Dense"),
        label(NET, "20", "last"),
        label(NET, "unit", "same place"),
    )
    assert text == dedent("""\
        error[unknown-attribute]: a message
          --> specs/net.yaml:5:23
           |
         5 |   hidden: {op: Dense, unit: 20}
           |   ------       -----  ^^^^  -- last
           |   |                   |
           |   |                   primary
           |   |                   same place
           |   first""")


def test_overlapping_labels_show_the_primary_on_top() -> None:
    text = shown(label(NET, "unit", "this"), label(NET, "{op: Dense, unit: 20}", "in here"))
    assert text == dedent("""\
        error[unknown-attribute]: a message
          --> specs/net.yaml:5:23
           |
         5 |   hidden: {op: Dense, unit: 20}
           |           ------------^^^^-----
           |           |           |
           |           |           this
           |           in here""")


def test_a_span_of_several_lines_shows_its_first_and_last() -> None:
    text = shown(label(NET, "{op: Add,\n        from: [A,\n               B]}", "this node"))
    assert text == dedent("""\
        error[unknown-attribute]: a message
          --> specs/net.yaml:6:8
           |
         6 |   sum: {op: Add,
           |        ^^^^^^^^^
         7 |         from: [A,
         8 |                B]}
           |                ^^^ this node""")
    text = shown(Label(Span(NET, NET.text.index("nodes"), NET.text.index("loops")), "all of it"))
    assert text == dedent("""\
        error[unknown-attribute]: a message
          --> specs/net.yaml:4:1
           |
         4 | nodes:
           | ^^^^^^
        ...
         9 |   last: {op: ReLU}
           |   ^^^^^^^^^^^^^^^^ all of it""")


def test_a_span_that_ends_with_its_line_break_is_one_line() -> None:
    assert shown(label(NET, "name: net\n", "here")).splitlines()[3:] == [" 2 | name: net", "   | ^^^^^^^^^ here"]


def test_other_files_have_a_header_of_their_own() -> None:
    target = Source("tidl.yaml", "id: tidl\nlegal: [Conv2D]\n")
    text = shown(label(NET, "Dense", "not legal"), label(target, "[Conv2D]", "these are"), code="no-lowering")
    assert text == dedent("""\
        error[no-lowering]: a message
          --> specs/net.yaml:5:16
           |
         5 |   hidden: {op: Dense, unit: 20}
           |                ^^^^^ not legal
          ::: tidl.yaml:2:8
           |
         2 | legal: [Conv2D]
           |        -------- these are""")


@pytest.mark.parametrize(
    "text", ["", "\n", "a:", "a:\r\n"], ids=["empty", "only a line break", "end of text", "end of line"]
)
def test_an_empty_span_is_one_mark(text: str) -> None:
    source = Source("net.yaml", text)
    end = len(text.rstrip())
    lines = shown(Label(Span(source, end, end), "missing")).splitlines()
    assert lines[1] == f"  --> net.yaml:1:{end + 1}"
    assert lines[-1] == "   | " + " " * end + "^ missing"


def test_without_a_place_there_is_no_snippet() -> None:
    assert shown(notes=("one\ntwo",), help="look") == dedent("""\
        error[unknown-attribute]: a message
          = note: one\\ntwo
          = help: look""")


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("abc unit", 4),
        ("漢字 unit", 5),
        ("e\u0301e\u0301 unit", 3),
        ("\tx\tunit", 9),
        ("ｶﾅ unit", 3),
        ("ＡＢ unit", 5),
        ("a\u200db unit", 3),
        ("\u202eabc unit", 5),
        ("\x1b[31m unit", 6),
        ("😀 unit", 3),
    ],
)
def test_marks_stand_under_what_the_terminal_shows(line: str, column: int) -> None:
    source = Source("net.yaml", f"{line}: 1\n")
    lines = shown(label(source, "unit", "here")).splitlines()
    assert lines[-1] == "   | " + " " * column + "^^^^ here"


def test_nothing_from_a_spec_steers_the_terminal() -> None:
    source = Source("net\x1b.yaml", "a: \x1b[31m\u202e\x07\ud800 # x\n")
    text = shown(label(source, "#", "\x1b[2J"), message="\x1b[1munknown `\x9b`", notes=("\x1b]0;x\x07",), help="\r\x1b")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", text)
    text.encode("utf-8")


@given(st.text())
def test_shown_lines_hold_only_what_can_be_shown(line: str) -> None:
    found = show(line)
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in found.text)
    assert list(found.columns) == sorted(found.columns)


def test_a_long_line_is_cropped_around_the_label() -> None:
    source = Source("net.yaml", f"a: {'x' * 500} unit {'y' * 100_000}\n")
    lines = shown(label(source, "unit", "here"), label(source, "a", "far left"), label(source, "y" * 300)).splitlines()
    line, marks = lines[3].removeprefix(" 1 | "), lines[4].removeprefix("   | ")
    assert len(line) == LIMIT + 2
    assert (line[0], line[-1]) == ("…", "…")
    assert line[marks.index("^") : marks.rindex("^") + 1] == "unit"
    assert line[marks.rindex("-")] == "…"
    assert lines[1].endswith(":1:505")


def test_a_long_line_is_cropped_at_its_end_too() -> None:
    source = Source("net.yaml", "x" * 1000 + "unit")
    line, marks = shown(label(source, "unit")).splitlines()[3:]
    assert line[marks.index("^") :] == "unit"


def test_colours_only_if_asked_for() -> None:
    one = Diagnostic("unused-node", "a message", (label(NET, "hidden", "here"), label(NET, "Dense")), ("why",), "how")
    colored = render([one], "text", color=True)
    assert "\x1b[33m\x1b[1mwarning[unused-node]\x1b[0m" in colored
    assert "\x1b[33m\x1b[1m^^^^^^\x1b[0m" in colored
    assert "\x1b[34m\x1b[1m-----\x1b[0m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == render([one], "text")


def test_diagnostics_are_set_apart() -> None:
    one = Diagnostic("unused-node", "a message")
    assert render([one, one], "text") == "warning[unused-node]: a message\n\nwarning[unused-node]: a message"
    assert render([], "text") == ""


def test_summary() -> None:
    error, warning = Diagnostic("unknown-op", ""), Diagnostic("unused-node", "")
    assert summary([error, error, warning], 3) == "2 errors, 1 warning in 3 files"
    assert summary([warning], 1) == "1 warning in 1 file"
    assert summary([], 2) == "no findings in 2 files"


def test_what_the_collector_reports_is_what_is_shown() -> None:
    diagnostics = Diagnostics()
    diagnostics.unknown("unknown-op", "op", at(NET, "ReLU"), "ReLU", ["Relu"])
    assert render(diagnostics.finish(NET), "text").endswith("^^^^ not known here\n   = help: did you mean `Relu`?")
