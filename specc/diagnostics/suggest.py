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
    folded: dict[str, list[str]] = {}
    for one in known:
        folded.setdefault(one.lower().replace("_", ""), []).append(one)
    wanted = name.lower().replace("_", "")
    cutoff = 0.5 if len(wanted) <= 3 else 0.6
    keys = [wanted] if wanted in folded else difflib.get_close_matches(wanted, list(folded), count, cutoff)
    return [max(folded[key], key=lambda one: resemblance(name, one)) for key in keys]


def resemblance(name: str, other: str) -> float:
    """How alike two names are, from 0 to 1; case counts."""
    return difflib.SequenceMatcher(None, name, other, autojunk=False).ratio()
