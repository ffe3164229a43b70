"""Diagnostics for people: the message, the lines it speaks of, and marks under them.

The primary label is underlined with `^`, the others with `-`, each with its text. What does not fit behind the marks
of its line hangs below them:

    error[state-mismatch]: ...
      --> net.yaml:9:9
       |
     9 |     a: {init: A, next: sum}
       |               -        ^^^ has shape [2]
       |               |
       |               has shape [1]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import click

from specc.diagnostics.codes import Severity
from specc.diagnostics.model import Diagnostic, Label
from specc.diagnostics.render._line import show
from specc.source import Source
from specc.source.escape import printable

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_FRAME = "blue"  # gutter, arrows and secondary labels
_HELP = "cyan"


@dataclass(frozen=True, slots=True)
class _Mark:
    """A label's part within one line; offsets are 0-based characters, the end exclusive."""

    line: int
    start: int
    end: int
    text: str
    primary: bool


def render(diagnostics: Sequence[Diagnostic], *, color: bool = False) -> str:
    """All diagnostics with an empty line between two; ANSI colours only if asked for."""
    style = _painted if color else _unpainted
    return "\n\n".join(_Report(one, style).text() for one in diagnostics)


def _painted(text: str, color: str | None) -> str:
    return click.style(text, fg=color, bold=True)


def _unpainted(text: str, color: str | None) -> str:
    return text


class _Report:
    """One diagnostic being written."""

    def __init__(self, diagnostic: Diagnostic, style: Callable[[str, str | None], str]) -> None:
        self.diagnostic = diagnostic
        self.style = style
        self.accent = _COLORS[diagnostic.severity]
        self.marks = _marks(diagnostic.labels)
        last_line = max((mark.line for marks in self.marks.values() for mark in marks), default=0)
        self.gutter = len(str(last_line)) if last_line else 0

    def text(self) -> str:
        one = self.diagnostic
        head = self.style(f"{one.severity.value}[{one.code}]", self.accent)
        lines = [head + self.style(f": {one.message}", None)]
        for number, (source, marks) in enumerate(self.marks.items()):
            place = f"{printable(source.name)}:{marks[0].line}:{marks[0].start + 1}"
            arrow = ":::" if number else "-->"
            lines += [f"{' ' * (self.gutter + 1)}{self.style(arrow, _FRAME)} {place}", self.row()]
            lines += self.snippet(source, marks)
        for note in one.notes:
            lines.append(self.remark("note", note, None))
        if one.help:
            lines.append(self.remark("help", one.help, _HELP))
        return "\n".join(lines)

    def remark(self, kind: str, text: str, color: str | None) -> str:
        return f"{' ' * (self.gutter + 2)}{self.style('=', _FRAME)} {self.style(kind + ':', color)} {text}"

    def row(self, number: str = "", content: str = "") -> str:
        bar = self.style(f" {number:>{self.gutter}} |", _FRAME)
        return f"{bar} {content}" if content else bar

    def snippet(self, source: Source, marks: Sequence[_Mark]) -> list[str]:
        """The marked lines in order; one line between two is shown, more are left out."""
        lines: list[str] = []
        before = 0
        for number in sorted({mark.line for mark in marks}):
            if before and number == before + 2:
                lines.append(self.row(str(before + 1), show(source.line(before + 1)).text.rstrip()))
            elif before and number > before + 2:
                lines.append("...")
            lines += self.marked(source.line(number), [mark for mark in marks if mark.line == number])
            before = number
        return lines

    def marked(self, line: str, marks: Sequence[_Mark]) -> list[str]:
        """A line and what stands below it: underlines, then texts from right to left."""
        shown = show(line, marks[0].start)
        starts = [shown.column(mark.start) for mark in marks]
        ends = [max(shown.column(mark.end), start + 1) for mark, start in zip(marks, starts, strict=True)]
        order = sorted(range(len(marks)), key=lambda at: (-starts[at], at))
        canvas = _Canvas()
        for at in reversed(range(len(marks))):  # the primary last, on top of the others
            canvas.put(starts[at], ("^" if marks[at].primary else "-") * (ends[at] - starts[at]), self.color(marks[at]))
        hanging = [at for at in order if marks[at].text]
        if hanging and ends[hanging[0]] == max(ends):
            at = hanging.pop(0)
            canvas.put(ends[at] + 1, marks[at].text, self.color(marks[at]))
        canvases = [canvas]
        if hanging:
            canvases.append(self.stems(hanging, starts, marks))
        while hanging:
            at = hanging.pop(0)
            canvas = self.stems([other for other in hanging if starts[other] < starts[at]], starts, marks)
            canvas.put(starts[at], marks[at].text, self.color(marks[at]))
            canvases.append(canvas)
        rows = [self.row(content=canvas.paint(self.style)) for canvas in canvases]
        return [self.row(str(marks[0].line), shown.text.rstrip()), *rows]

    def stems(self, hanging: Sequence[int], starts: Sequence[int], marks: Sequence[_Mark]) -> _Canvas:
        canvas = _Canvas()
        for at in reversed(hanging):
            canvas.put(starts[at], "|", self.color(marks[at]))
        return canvas

    def color(self, mark: _Mark) -> str:
        return self.accent if mark.primary else _FRAME


class _Canvas:
    """A row of coloured characters; text is put last, so that its wide characters move nothing."""

    def __init__(self) -> None:
        self.cells: list[tuple[str, str | None]] = []

    def put(self, column: int, text: str, color: str) -> None:
        self.cells += [(" ", None)] * (column + len(text) - len(self.cells))
        self.cells[column : column + len(text)] = [(char, color) for char in text]

    def paint(self, style: Callable[[str, str | None], str]) -> str:
        runs = ((color, "".join(char for char, _ in run)) for color, run in groupby(self.cells, lambda cell: cell[1]))
        return "".join(text if color is None else style(text, color) for color, text in runs)


def _marks(labels: Sequence[Label]) -> dict[Source, list[_Mark]]:
    """Marks per file: the primary label's file and mark first, the others in the order of the labels."""
    found: dict[Source, list[_Mark]] = {}
    for number, label in enumerate(labels):
        found.setdefault(label.span.source, []).extend(_parts(label, primary=number == 0))
    return found


def _parts(label: Label, *, primary: bool) -> list[_Mark]:
    """One mark; for a span of several lines one on its first and one on its last, which has the text."""
    span = label.span
    text = label.text
    start, end = span.column - 1, span.end_position[1] - 1
    trimmed = replace(span, end=span.start + len(span.text.rstrip()))
    last_line, last_column = trimmed.end_position
    if last_line == span.line:
        end = end if span.end_position[0] == span.line else last_column - 1
        return [_Mark(span.line, start, end, text, primary)]
    first = span.source.line(span.line)
    last = span.source.line(last_line)
    indent = len(last) - len(last.lstrip())
    return [
        _Mark(span.line, start, len(first), "", primary),
        _Mark(last_line, indent, last_column - 1, text, primary),
    ]
