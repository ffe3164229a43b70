"""One source line as a terminal shows it: which character of the text stands in which column of the screen.

Tabs are widened, East Asian characters take two columns, combining ones none. Control characters, and those that
turn the direction of writing, would change what the terminal shows: each becomes a replacement mark.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

LIMIT = 200  # longer lines are cropped around what is to be seen
_BEFORE = 60  # characters of a cropped line kept to the left of it
_TAB = "    "
_MARK = "\N{REPLACEMENT CHARACTER}"
_ZERO_WIDTH = frozenset(("Mn", "Me", "Cf"))
_UNSHOWABLE = frozenset(("Cc", "Cs", "Zl", "Zp"))
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class ShownLine:
    """The line's text on the screen, and for each shown character from `first` on the column where it begins."""

    text: str
    first: int
    columns: tuple[int, ...]

    def column(self, offset: int) -> int:
        """The 0-based screen column of a 0-based character offset; what is cropped away lies on the edge."""
        at = offset - self.first
        if at < 0:
            return 0
        beyond = at - len(self.columns) + 1  # a label may point behind the last character
        return self.columns[at] if beyond <= 0 else self.columns[-1] + min(beyond, 1)


def show(line: str, focus: int = 0) -> ShownLine:
    """The line, cropped around the character offset `focus` if it is too long."""
    first, last = 0, len(line)
    if last > LIMIT:
        first = max(0, min(focus, last) - _BEFORE)
        last = min(last, first + LIMIT)
    pieces = ["…"] if first else []
    columns: list[int] = []
    at = len(pieces)
    for char in line[first:last]:
        piece, width = _cell(char)
        pieces.append(piece)
        columns.append(at)
        at += width
    columns.append(at)
    if last < len(line):
        pieces.append("…")
    return ShownLine("".join(pieces), first, tuple(columns))


def _cell(char: str) -> tuple[str, int]:
    """What is shown for a character, and how many columns it takes."""
    if " " <= char <= "~":
        return char, 1
    if char == "\t":
        return _TAB, len(_TAB)
    category = unicodedata.category(char)
    if category in _UNSHOWABLE or char in _BIDIRECTIONAL:
        return _MARK, 1
    if category in _ZERO_WIDTH:
        return char, 0
    return char, 2 if unicodedata.east_asian_width(char) in "WF" else 1
