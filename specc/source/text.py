"""Bytes into a `Source`: decoded text with a line table, and spans into it."""

from __future__ import annotations

import bisect
import hashlib
import re
from dataclasses import dataclass, field

MAX_BYTES = 4 * 1024 * 1024  # a spec is a document people review; anything larger is an accident
_BREAK = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One text with a display name. Offsets count characters of `text`, line breaks included."""

    name: str
    text: str = field(repr=False)
    sha256: str = ""
    _starts: list[int] = field(default_factory=list[int], repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_starts", [0, *(found.end() for found in _BREAK.finditer(self.text))])
        if not self.sha256:
            digest = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
            object.__setattr__(self, "sha256", digest)

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based (line, column) of a character offset."""
        line = bisect.bisect_right(self._starts, offset) - 1
        return line + 1, offset - self._starts[line] + 1

    def line(self, number: int) -> str:
        """The text of a 1-based line without its line break."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    @property
    def line_count(self) -> int:
        return len(self._starts)

    def span(self, start: int, end: int) -> Span:
        return Span(self, start, end)

    def offset(self, line: int, column: int) -> int:
        """The character offset of a 1-based (line, column)."""
        return self._starts[line - 1] + column - 1


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` (inclusive) to `end` (exclusive) of a source."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        return self.source.position(self.start)[1]

    @property
    def end_position(self) -> tuple[int, int]:
        return self.source.position(max(self.end, self.start))

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def part(self, start: int, length: int) -> Span:
        """A piece of this span, `start` characters in."""
        return Span(self.source, self.start + start, self.start + start + length)

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"


def decode(name: str, data: bytes) -> tuple[Source, str | None]:
    """The source of a file's bytes, and what is wrong with its encoding, if anything.

    UTF-8 with or without a byte order mark; a UTF-16 mark is recognised, as YAML 1.2 asks. The hash is
    that of the bytes, so it equals what `sha256sum` prints.
    """
    digest = hashlib.sha256(data).hexdigest()
    if len(data) > MAX_BYTES:
        return Source(name, "", digest), f"the file is too large: it has more than {MAX_BYTES:,} bytes"
    encoding, shown = ("utf-16", "UTF-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "UTF-8")
    try:
        return Source(name, data.decode(encoding), digest), None
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode(encoding, "ignore")  # `object` may lack the byte order mark
        return Source(name, good, digest), f"the file is not {shown} text: {error.reason}"
