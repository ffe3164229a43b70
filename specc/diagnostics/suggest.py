"""The name a user most likely meant, and how a message shows what was written instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from specc.source import work


def did_you_mean(name: str, known: Iterable[str], numbered: bool = False) -> str | None:
    """The known name closest to `name`, or None where none is close enough to be a help.

    Among names that a spec gives, `numbered`, the only one that differs in its digits alone is close as well: `N1` for
    `N7`. A digit of an op, a device or a dtype is never a slip.
    """
    names = list(known)
    found = closest(name, names, 1)
    if found or not numbered or not work.affords_comparisons(len(names)):
        return found[0] if found else None
    stem = re.sub(r"\d+", "#", name)
    same = [one for one in names if re.sub(r"\d+", "#", one) == stem] if re.search(r"[^\W\d_]", name) else []
    return same[0] if len(same) == 1 and same[0] != name else None


def short(text: str, length: int = 60) -> str:
    """A user's text as a message shows it: on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def closest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Up to `count` known names that resemble `name`, best first; case counts little."""
    known = list(known)
    if len(name) > 80 or not work.affords_comparisons(len(known), work.LOOK):
        return []
    folded: dict[str, list[str]] = {}
    for one in known:
        folded.setdefault(one.lower().replace("_", ""), []).append(one)
    wanted = name.lower().replace("_", "")
    if wanted not in folded and not work.affords_comparisons(len(folded)):
        return []
    keys = [wanted] if wanted in folded else _near(wanted, folded)
    if not keys and "_" in name:  # the words in another order
        words = sorted(name.lower().split("_"))
        keys = [key for key, names in folded.items() if any(sorted(one.lower().split("_")) == words for one in names)]
    if not keys and len(wanted) >= 3:  # the part that tells `ttf_mae` and `tsf_mae` apart was left out
        keys = [key for key, names in folded.items() if any(one.lower().endswith(f"_{wanted}") for one in names)]
    return [max(folded[key], key=lambda one: resemblance(name, one)) for key in keys[:count]]


def _near(wanted: str, known: Iterable[str]) -> list[str]:
    """The known names that a slip of the keyboard turns into `wanted`, nearest first, then longer and shorter forms."""
    names = [one for one in known if _same_digits(wanted, one)]
    slips = [
        (_distance(wanted, one), place, one)
        for place, one in enumerate(difflib.get_close_matches(wanted, names, 10, 0.55))
    ]
    found = [one for distance, _, one in sorted(slips) if distance <= _slips(min(len(wanted), len(one)))]
    forms = [one for one in names if _is_form(wanted, one)]
    return [*found, *(one for one in sorted(forms, key=len) if one not in found)]


def _is_form(wanted: str, known: str) -> bool:
    """Whether one abbreviates the other: `batchnorm`, `integer` for `int`."""
    short, long = sorted((wanted, known), key=len)
    least = 3 if short == known else 4
    return len(short) >= least and long.startswith(short) and len(long) <= 2 * len(short) + 1


def _slips(length: int) -> int:
    """How many slips a word of that length may have and still be recognised."""
    return 0 if length < 2 else 1 if length < 6 else 2 if length < 11 else 3


def _same_digits(name: str, other: str) -> bool:
    """Whether no digit was changed: Conv1D is not a misspelt Conv2D, nor one device another."""
    left, right = (sorted(filter(str.isdigit, one)) for one in (name, other))
    return not left or not right or left == right


def _distance(name: str, other: str) -> float:
    """The edits from one name to the other; neighbours that swapped places are one, and short words need better."""
    above: list[float] = []
    row: list[float] = list(range(len(other) + 1))
    replaced = 1 if min(len(name), len(other)) > 3 else 2  # `Not` is not a misspelt `Dot`
    for i, letter in enumerate(name, start=1):
        before, above, row = above, row, [i, *[0.0] * len(other)]
        for j, one in enumerate(other, start=1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (0 if letter == one else replaced))
            if i > 1 and j > 1 and letter == other[j - 2] and name[i - 2] == one:
                row[j] = min(row[j], before[j - 2] + 1)
    return row[-1]


def resemblance(name: str, other: str) -> float:
    """How alike two names are, from 0 to 1; case counts."""
    return difflib.SequenceMatcher(None, name, other, autojunk=False).ratio()
