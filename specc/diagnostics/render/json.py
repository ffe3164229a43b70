"""Diagnostics as a JSON list. Lines and columns count from 1, columns in characters; an end is exclusive.

The keys are stable: others build on them. Add, but do not rename. The text is ASCII, so that it survives any pipe.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from specc.diagnostics.model import Diagnostic
from specc.source import Span


def render(diagnostics: Sequence[Diagnostic]) -> str:
    return json.dumps([_object(one) for one in diagnostics], indent=2)


def _object(diagnostic: Diagnostic) -> dict[str, Any]:
    fix = diagnostic.fix
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "labels": [{**_place(label.span), "text": label.text} for label in diagnostic.labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help or None,
        "fix": {"title": fix.title, **_place(fix.span), "text": fix.text} if fix else None,
    }


def _place(span: Span | None) -> dict[str, Any]:
    """Where a span lies; every value is null for what has no place."""
    if span is None:
        return dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
    end_line, end_column = span.end_position
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": end_line,
        "end_column": end_column,
    }
