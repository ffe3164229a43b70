"""The code model: lines with their depth, so that who writes code thinks of blocks and not of spaces.

A line of code is a `LiteralString`: text of specc's own, or text that `specc.source.escape` returned.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import LiteralString

from specc.source import escape

LINE_LENGTH = 120  # of the emitted module


class Code:
    """Python source under construction."""

    def __init__(self) -> None:
        self.lines: list[LiteralString] = []
        self.depth = 0

    def add(self, line: LiteralString = "", comment: str = "") -> None:
        text = _commented(line, comment)
        self.lines.append("    " * self.depth + text if text else "")

    def fits(self, line: LiteralString, comment: str = "") -> bool:
        """Whether a line would stay whole."""
        return 4 * self.depth + len(_commented(line, comment)) <= LINE_LENGTH

    def comment(self, text: str) -> None:
        for line in escape.lines(text):
            self.add(comment=line)

    def docstring(self, *lines: str) -> None:
        """A docstring of these lines; the text of a user may be among them."""
        first, *others = lines
        self.add('"""' + escape.docstring(first))
        for line in others:
            self.add(escape.docstring(line))
        self.add('"""')

    @contextmanager
    def block(self, opening: LiteralString) -> Generator[None]:
        """Lines added inside stand one step deeper than `opening`."""
        self.add(opening)
        self.depth += 1
        yield
        self.depth -= 1

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"


def _commented(line: LiteralString, comment: str) -> LiteralString:
    """A line of code with a comment behind it."""
    text = escape.one_line(comment)
    return f"{line}  # {text}" if line and text else (f"# {text}" if text else line)
