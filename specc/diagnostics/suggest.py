"""The name a user most likely meant, and how a message shows what was written instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The known name closest to `name`, or None where none is close enough to be a help."""
    found = closest(name, known, 1)
    return found[0] if found else None


def short(text: str, length: int = 60) -> str:
    """A user's text as a message shows it: on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def closest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Up to `count` known names that resemble `name`, best first; case counts little."""
    if len(name) > 80:
        return []
    folded: dict[str, str] = {}
    for one in known:
        folded.setdefault(one.lower().replace("_", ""), one)
    wanted = name.lower().replace("_", "")
    if wanted in folded:
        return [folded[wanted]]
    cutoff = 0.5 if len(wanted) <= 3 else 0.6
    return [folded[key] for key in difflib.get_close_matches(wanted, list(folded), count, cutoff)]
