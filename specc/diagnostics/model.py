"""The diagnostic: a code, a sentence, labelled places, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specc.diagnostics.codes import CODES, Severity
from specc.source import Problem, Span
from specc.source.escape import printable


@dataclass(frozen=True, slots=True)
class Label:
    """A place and what is to be seen there."""

    span: Span
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))


@dataclass(frozen=True, slots=True)
class Use:
    """The place where a block is used, and the name of the instance that it makes there."""

    span: Span
    instance: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A safe edit: replace `span` by `text`."""

    span: Span
    text: str
    title: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", printable(self.title))


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake. The first label is the primary one: the smallest thing that is wrong.

    `message` says what was found and what was expected; the other labels are the other ends; `notes` give
    reasons and sources; `help` says what to do. Each is one line that cannot steer a terminal or forge a command of a
    CI service: names in it come from the spec.
    """

    code: str
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    fix: Fix | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", printable(self.message))
        object.__setattr__(self, "notes", tuple(map(printable, self.notes)))
        object.__setattr__(self, "help", printable(self.help))

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def span(self) -> Span | None:
        return self.labels[0].span if self.labels else None

    @classmethod
    def from_problem(cls, problem: Problem) -> Diagnostic:
        others = tuple(Label(span, text) for span, text in problem.related)
        first = Label(problem.span, problem.label)
        return cls(problem.code, problem.message, (first, *others), help=problem.help)


class SpeccError(Exception):
    """A spec that cannot be used. `diagnostics` holds everything that was found, in the order of the text."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        lines: list[str] = []
        for one in self.diagnostics:
            place = f"{printable(str(one.span))}: " if one.span else ""
            lines.append(f"{place}{one.severity}[{one.code}]: {one.message}")
        super().__init__("\n".join(lines))
