"""Foreign text into source text: the only place where a user's text becomes part of Python or YAML.

Code is built of `LiteralString`s: text of specc's own, and what the functions here return. A type checker refuses any
other string where code is expected, so text that has not been through here cannot get in.
"""

from __future__ import annotations

import ast
import json
import re
from typing import LiteralString, cast

from specc.source.scalars import resolve

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PLAIN = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_./-]*|-?\d[\d.eE+-]*)\Z")
_QUOTES = re.compile(r'"{3,}|"+\Z')  # what would end a docstring
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BREAK = re.compile(r"\r\n?|\n")


def quoted(text: str) -> LiteralString:
    """A string literal of Python. Whatever is not printable is an escape in it."""
    return _safe(repr(str(text)))


def number(value: float) -> LiteralString:
    """A number or a boolean as Python."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return _safe(f"float({str(float(value))!r})")
    return _safe(repr(value))


def identifier(text: str) -> LiteralString:
    """A name, as it is. Raises ValueError on anything else: names are checked where they are read."""
    if not _WORD.match(text):
        raise ValueError(f"not an identifier: {text!r}")
    return _safe(text)


def dotted(text: str) -> LiteralString:
    """Names with dots between them: `keras.layers.Dense`."""
    return _safe(".".join(identifier(part) for part in text.split(".")))


def expression(tree: ast.expr) -> LiteralString:
    """A syntax tree as Python."""
    return _safe(ast.unparse(tree))


def one_line(text: str) -> LiteralString:
    """Text for a comment: on one line, with what is not printable written as escapes."""
    return _safe("".join(map(_shown, _BREAK.sub(" ", text))))


def printable(text: str) -> str:
    """Text for a message, on one line: what is not printable, line breaks included, as escapes."""
    return text if text.isprintable() else "".join(map(_shown, text))


def lines(text: str) -> list[LiteralString]:
    """Text for comments, by lines."""
    return [one_line(line.strip()) for line in _BREAK.split(text.strip())]


def docstring(text: str) -> LiteralString:
    '''Text between `"""` and `"""`, whose value it is. Line breaks are kept; the rest of what is special is escaped.'''
    text = _BREAK.sub("\n", text).replace("\\", "\\\\")
    text = _QUOTES.sub(lambda found: '\\"' * len(found[0]), text)
    return _safe("".join(char if char == "\n" else _shown(char) for char in text))


def yaml_string(text: str) -> LiteralString:
    """A string as a scalar of YAML in a spec, in quotes where it would be read as something else."""
    if _PLAIN.match(text) and isinstance(resolve(text), str):
        return _safe(text)
    return _safe("".join(map(_shown, json.dumps(text.replace("${", "$${"), ensure_ascii=False))))


def yaml_plain(text: str) -> LiteralString:
    """A number, a boolean or null as it was written in YAML. Raises ValueError on a string."""
    if isinstance(resolve(text), str) or not text.isprintable():
        raise ValueError(f"not a plain value: {text!r}")
    return _safe(text or "null")


def _shown(char: str) -> str:
    """A character, or its escape where it is not printable: those are the same in Python and in YAML."""
    if char.isprintable():
        return char
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _safe(text: str) -> LiteralString:
    return cast("LiteralString", text)
