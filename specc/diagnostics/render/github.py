"""Diagnostics as GitHub Actions workflow commands, which show them in the diff of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Sequence

from specc.diagnostics.model import Diagnostic
from specc.diagnostics.render._prose import prose
from specc.source.escape import printable


def render(diagnostics: Sequence[Diagnostic]) -> str:
    return "\n".join(_command(one) for one in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    properties = {**_place(diagnostic), "title": diagnostic.code}
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{diagnostic.severity.value} {shown}::{_data(prose(diagnostic))}"


def _place(diagnostic: Diagnostic) -> dict[str, str | int]:
    span = diagnostic.span
    if span is None:
        return {}
    end_line, end_column = span.end_position
    place: dict[str, str | int] = {"file": span.source.name, "line": span.line}
    if end_line != span.line:  # columns are allowed within one line only
        return {**place, "endLine": end_line}
    return {**place, "col": span.column, "endColumn": end_column}


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return printable(_data(text).replace(":", "%3A").replace(",", "%2C"))
