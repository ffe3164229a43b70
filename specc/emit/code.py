"""The code model: lines with their depth, so that who writes code thinks of blocks and not of spaces."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

LINE_LENGTH = 120  # of the emitted module


class Code:
    """Python source under construction."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 0

    def add(self, line: str = "", comment: str = "") -> None:
        text = f"{line}  # {comment}" if line and comment else (f"# {comment}" if comment else line)
        self.lines.append("    " * self.depth + text if text else "")

    def fits(self, line: str, comment: str = "") -> bool:
        """Whether a line would stay whole."""
        return 4 * self.depth + len(f"{line}  # {comment}" if comment else line) <= LINE_LENGTH

    def comment(self, text: str) -> None:
        for line in text.strip().splitlines():
            self.add(comment=line.strip())

    @contextmanager
    def block(self, opening: str) -> Generator[None]:
        """Lines added inside stand one step deeper than `opening`."""
        self.add(opening)
        self.depth += 1
        yield
        self.depth -= 1

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"


def escaped(text: str) -> str:
    """Text as it stands in a docstring."""
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return text[:-1] + '\\"' if text.endswith('"') else text
