"""Collects the diagnostics of one run, drops repeats, applies ignore comments, and orders by place."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from specc.diagnostics.codes import CODES, Severity
from specc.diagnostics.model import Diagnostic, Fix, Label, Use
from specc.diagnostics.suggest import did_you_mean, short
from specc.source import Problem, Source, Span, work

MOST_SHOWN = 200
_MOST_IGNORES = 5_000  # comments; more of them silence nothing
_MOST_LABELS = 6
_OF_GIVEN_NAMES = {"unknown-reference", "unknown-output", "unknown-block", "unknown-param"}
_OWNER = re.compile(r"^`[\w/]+`: ")
_IGNORE = re.compile(r"#\s*specc:\s*ignore\[([^\]\n]*)\]")


class Diagnostics:
    """The findings about one source.

    Stages add to it and go on where they can. One mistake shows once: a second finding that says the same at the same
    primary place is dropped.
    """

    def __init__(self) -> None:
        self._items: list[Diagnostic] = []
        self._seen: set[tuple[str, Span | None, str]] = set()
        self._errors = 0
        self._causes: dict[tuple[str, str, str], int] = {}  # where in the items what has a cause stands
        self._uses: tuple[Use, ...] = ()
        self.shared: Span | None = None  # text that stands for several nodes: a mistake there is one, whatever it says

    @contextmanager
    def within(self, uses: tuple[Use, ...]) -> Generator[None]:
        """What is reported meanwhile is about a node of block instances: it shows where they are used as well."""
        before, self._uses = self._uses, uses
        try:
            yield
        finally:
            self._uses = before

    def add(self, diagnostic: Diagnostic) -> None:
        work.charge(work.FINDING)
        said = _OWNER.sub("", diagnostic.message)  # an aliased node says the same of each of its names
        if self.is_shared(diagnostic.span):
            said = ""
        key = (diagnostic.code, diagnostic.span, said)
        if diagnostic.span is None or key not in self._seen:
            self._seen.add(key)
            self._items.append(diagnostic)
            self._errors += diagnostic.severity is Severity.ERROR
            work.stop_after(self._errors)

    def is_shared(self, span: Span | None) -> bool:
        return self.shared is not None and span is not None and self.shared.start <= span.start < self.shared.end

    def report(
        self,
        code: str,
        message: str,
        *labels: tuple[Span | None, str],
        notes: Iterable[str] = (),
        help: str = "",
        fix: Fix | None = None,
        cause: str = "",
    ) -> None:
        """Adds a diagnostic from its parts; labels without a span are left out.

        `cause` names what is really at fault where that shows in several places: they are labels of one diagnostic.
        """
        kept = tuple(Label(span, text) for span, text in labels if span is not None)
        if kept and self._uses and self.is_shared(kept[0].span):
            kept += tuple(Label(use.span, f"used here, as `{use.instance}`") for use in self._uses)
        at = self._causes.get((code, message, cause)) if cause else None
        if at is not None and kept:
            self.add_label(at, Label(kept[0].span, "here too"))
            return
        count = len(self._items)
        self.add(Diagnostic(code, message, kept, tuple(notes), help, fix))
        if cause and len(self._items) > count:
            self._causes[code, message, cause] = count

    def unknown(
        self, code: str, what: str, span: Span, name: str, known: Iterable[str], help: str = "", where: str = ""
    ) -> None:
        """Reports a name that is not among the known ones, with the closest as a suggestion and a fix.

        `where` ends the message: ` of Dense`; `help` is the advice where no known name is close. A name that resembles
        none is taken for one that was forgotten: wherever it is read again, it is the same mistake.
        """
        names = list(known)
        close = did_you_mean(name, names, numbered=code in _OF_GIVEN_NAMES)
        fix = Fix(span, close, f"replace `{name}` by `{close}`") if close and span.text == name else None
        advice = f"did you mean `{close}`?" if close else help
        if not advice and names:
            shown = ", ".join(f"`{one}`" for one in names[:12])
            advice = f"known here: {shown}" + (", …" if len(names) > 12 else "")
        message = f"unknown {what} `{short(name)}`{where}"
        self.report(code, message, (span, "not known here"), help=advice, fix=fix, cause="" if close else name)

    def add_label(self, at: int, label: Label) -> None:
        """Shows one more place of a mistake that has been reported, up to a few."""
        found = self._items[at]
        if len(found.labels) < _MOST_LABELS and all(one.span != label.span for one in found.labels):
            self._items[at] = replace(found, labels=(*found.labels, label))

    def problems(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            self.add(Diagnostic.from_problem(problem))

    def has(self, *codes: str) -> bool:
        """Whether something was found under one of these codes."""
        return any(one.code in codes for one in self._items)

    def spans(self, *codes: str) -> list[Span]:
        """The primary places of what was found under these codes."""
        return [one.span for one in self._items if one.code in codes and one.span is not None]

    @property
    def has_errors(self) -> bool:
        return self._errors > 0

    @property
    def error_count(self) -> int:
        return self._errors

    def finish(self, source: Source | None = None) -> list[Diagnostic]:
        """Everything found, ordered by place, without the warnings that a comment silences.

        `# specc: ignore[code]` at the end of a line silences that line's warnings of the code; on a line
        of its own, those of the next line. Errors cannot be silenced. Of more findings than anyone reads, the first are
        kept, errors before warnings, and the number of the others.
        """
        items = self._items
        if source is not None and "specc:" in source.text:
            items = _without_ignored(items, source)
        return sorted(_capped(items), key=lambda one: (one.span.start if one.span else -1, one.code))


def _capped(items: list[Diagnostic]) -> list[Diagnostic]:
    if len(items) <= MOST_SHOWN:
        return items
    items = sorted(items, key=lambda one: (one.severity is not Severity.ERROR, one.span.start if one.span else -1))
    rest = len(items) - MOST_SHOWN
    message = f"and {rest:,} more {'finding' if rest == 1 else 'findings'}"
    return [*items[:MOST_SHOWN], Diagnostic("more-findings", message, help="fix those that are shown first")]


def _without_ignored(items: list[Diagnostic], source: Source) -> list[Diagnostic]:
    found: dict[tuple[int, str], list[Diagnostic]] = {}  # the warnings, by line and code
    for one in items:
        if one.severity is Severity.WARNING and one.span:
            found.setdefault((one.span.line, one.code), []).append(one)
    silenced: set[int] = set()
    unused: list[Diagnostic] = []
    for match in islice(_IGNORE.finditer(source.text), _MOST_IGNORES):
        line, _ = source.position(match.start())
        alone = source.line(line).lstrip().startswith("#")
        target = line + 1 if alone else line
        offset = match.start(1)
        for part in match.group(1).split(",", len(CODES))[: len(CODES)]:
            code = part.strip()
            start = offset + len(part) - len(part.lstrip())
            span = Span(source, start, start + max(len(code), 1))
            offset += len(part) + 1
            here = found.pop((target, code), [])
            silenced.update(id(one) for one in here)
            if not here:
                one = _unused_ignore(code, span, len(unused) < MOST_SHOWN)
                unused.append(one)
                found.setdefault((line, one.code), []).append(one)
    return [one for one in (*items, *unused) if id(one) not in silenced]


def _unused_ignore(code: str, span: Span, is_shown: bool) -> Diagnostic:
    if code not in CODES:
        close = did_you_mean(code, CODES) if is_shown else None
        message, help = (
            f"no diagnostic is called `{code}`",
            f"did you mean `{close}`?" if close else "`specc explain` lists the codes",
        )
    elif CODES[code].severity is Severity.ERROR:
        message, help = f"`{code}` is an error and cannot be ignored", "fix it and remove the comment"
    else:
        message, help = f"nothing on that line gives `{code}`", "remove the comment"
    return Diagnostic("unused-ignore", message, (Label(span, "silences nothing"),), help=help)
