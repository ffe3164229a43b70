"""Bytes into a source: encodings, line breaks, positions."""

from __future__ import annotations

import codecs
import hashlib

import pytest

from specc.source import Source, Span, decode
from specc.source.text import MAX_BYTES

TEXT = "name: é漢😀\nunits: 20\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be"],
)
def test_every_encoding_that_yaml_names_is_read(data: bytes) -> None:
    source, problem = decode("net.yaml", data)
    assert (source.text, problem) == (TEXT, None)
    assert source.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("data", "good", "what"),
    [
        (b"units: 2\xff0", "units: 2", "UTF-8 text: invalid start byte"),
        (codecs.BOM_UTF8 + b"units: 2\xff0", "units: 2", "UTF-8 text"),
        (b"units: \xc3", "units: ", "unexpected end of data"),
        (codecs.BOM_UTF16_LE + "ab".encode("utf-16-le") + b"\x00\xd8", "ab", "UTF-16 text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "", "not UTF-8"),
    ],
)
def test_what_is_not_text_is_read_up_to_the_first_bad_byte(data: bytes, good: str, what: str) -> None:
    source, problem = decode("net.yaml", data)
    assert source.text == good
    assert what in (problem or "")


def test_a_huge_file_is_not_read() -> None:
    source, problem = decode("net.yaml", b" " * (MAX_BYTES + 1))
    assert source.text == ""
    assert f"more than {MAX_BYTES:,} bytes" in (problem or "")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_positions_count_lines_and_characters_from_one(newline: str) -> None:
    source = Source("net.yaml", newline.join(["a: é漢", "", "  b: 😀x", ""]))
    at = source.text.index("x")
    assert source.position(0) == (1, 1)
    assert source.position(at) == (3, 7)
    assert source.offset(3, 7) == at
    assert [source.line(number) for number in range(1, source.line_count + 1)] == ["a: é漢", "", "  b: 😀x", ""]
    assert source.position(len(source.text)) == (4, 1)
    assert str(source.span(at, at + 1)) == "net.yaml:3:7"


def test_a_span_has_parts_and_an_end() -> None:
    span = Span(Source("net.yaml", "a: [1,\n 22]\n"), 3, 11)
    assert span.text == "[1,\n 22]"
    assert (span.line, span.column, span.end_position) == (1, 4, (2, 5))
    assert span.part(5, 2).text == "22"
