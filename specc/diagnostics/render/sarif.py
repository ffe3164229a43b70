"""Diagnostics as SARIF 2.1.0, for code scanning services and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/ - columns count UTF-16 code units there, not characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from specc._version import __version__
from specc.diagnostics.codes import CODES
from specc.diagnostics.model import Diagnostic, Label
from specc.diagnostics.pages import page
from specc.diagnostics.render._prose import prose
from specc.source import Source, Span


def render(diagnostics: Sequence[Diagnostic], sources: Sequence[Source] = ()) -> str:
    """One run. Of the table of codes it lists the rules that were broken."""
    codes = [code for code in CODES if any(one.code == code for one in diagnostics)]
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "specc", "version": __version__, "rules": [_rule(code) for code in codes]}},
        "columnKind": "utf16CodeUnits",
        "artifacts": [_artifact(source) for source in _sources(diagnostics, sources)],
        "results": [_result(one, codes.index(one.code)) for one in diagnostics],
    }
    return json.dumps(
        {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}, indent=2
    )


def _rule(code: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": code,
        "shortDescription": {"text": CODES[code].meaning},
        "defaultConfiguration": {"level": CODES[code].severity.value},
    }
    text = page(code)
    return {**rule, "help": {"text": text, "markdown": text}} if text else rule


def _sources(diagnostics: Iterable[Diagnostic], sources: Iterable[Source]) -> list[Source]:
    """All files, each once: those looked at, then those only pointed to."""
    pointed = (label.span.source for one in diagnostics for label in one.labels)
    return list({source.name: source for source in (*sources, *pointed)}.values())


def _artifact(source: Source) -> dict[str, Any]:
    return {"location": {"uri": _uri(source)}, "hashes": {"sha-256": source.sha256}}


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,
        "message": {"text": prose(diagnostic)},
        "locations": [_location(label) for label in diagnostic.labels[:1]],
    }
    if diagnostic.labels[1:]:
        others = enumerate(diagnostic.labels[1:], start=1)
        result["relatedLocations"] = [{"id": number, **_location(label)} for number, label in others]
    if fix := diagnostic.fix:
        replacement = {"deletedRegion": _region(fix.span), "insertedContent": {"text": fix.text}}
        change = {"artifactLocation": {"uri": _uri(fix.span.source)}, "replacements": [replacement]}
        result["fixes"] = [{"description": {"text": fix.title}, "artifactChanges": [change]}]
    return result


def _location(label: Label) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _uri(label.span.source)}, "region": _region(label.span)}
    message = {"message": {"text": label.text}} if label.text else {}
    return {"physicalLocation": place, **message}


def _uri(source: Source) -> str:
    path = Path(source.name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), errors="replace")


def _region(span: Span) -> dict[str, int]:
    end_line, end_column = span.end_position
    return {
        "startLine": span.line,
        "startColumn": _utf16_column(span.source, span.line, span.column),
        "endLine": end_line,
        "endColumn": _utf16_column(span.source, end_line, end_column),
    }


def _utf16_column(source: Source, line: int, column: int) -> int:
    """A column in UTF-16 code units: characters beyond the basic plane count twice."""
    start = source.offset(line, 1)
    return column + sum(char > "\uffff" for char in source.text[start : start + column - 1])
