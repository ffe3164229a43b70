"""The page that explains a code: `explain/<code>.md`.

A page opens with `# <code>` and prose, shows a ```yaml block that gives this diagnostic, and closes with a part
`Fix` with the block corrected.
"""

from __future__ import annotations

from importlib import resources

from specc.diagnostics.codes import CODES


def page(code: str) -> str | None:
    """The Markdown text of a code's page; None for an unknown code, or where the page is missing."""
    if code not in CODES:  # so that a name from outside never makes a path
        return None
    file = resources.files("specc.diagnostics") / "explain" / f"{code}.md"
    return file.read_text("utf-8") if file.is_file() else None
