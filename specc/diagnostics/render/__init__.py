"""Diagnostics into text for people, machines and CI: one file per format, chosen by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from specc.diagnostics.codes import Severity
from specc.diagnostics.model import Diagnostic
from specc.diagnostics.render import github, json, sarif, text
from specc.source import Source

__all__ = ["FORMATS", "render", "summary"]

FORMATS = ("text", "json", "sarif", "github")


def render(
    diagnostics: Sequence[Diagnostic], format: str, *, color: bool = False, sources: Sequence[Source] = ()
) -> str:
    """The diagnostics in one of `FORMATS`, in the order given, without a line break at the end.

    `color` is for text only. `sources` are all the files that were looked at; SARIF lists those without findings too.
    """
    match format:
        case "text":
            return text.render(diagnostics, color=color)
        case "json":
            return json.render(diagnostics)
        case "sarif":
            return sarif.render(diagnostics, sources)
        case "github":
            return github.render(diagnostics)
        case _:
            raise ValueError(f"unknown format `{format}`; known are {', '.join(FORMATS)}")


def summary(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """The closing line: `2 errors, 1 warning in 3 files`."""
    severities = [one.severity for one in diagnostics]
    counts = [_count(severities.count(kind), kind.value) for kind in Severity if kind in severities]
    return f"{', '.join(counts) or 'no findings'} in {_count(files, 'file')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
