"""Plain scalars into values, by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#1032-tag-resolution)."""

from __future__ import annotations

import re

from specc.source.nodes import Value

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_INT = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)\Z")
_NAN = frozenset((".nan", ".NaN", ".NAN"))
_NUMERIC_START = frozenset("0123456789+-.")
_MAX_DIGITS = 400  # Python refuses to convert integers of thousands of digits; no spec needs one


def resolve(text: str) -> Value:
    """The value of a plain scalar. What no rule matches is a string: `no`, `1:30` and `yes` are."""
    if text[:1] not in _NUMERIC_START:
        if text in _NULL:
            return None
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        return text
    if len(text) > _MAX_DIGITS:
        return text
    if _INT.match(text):
        if text[:2] == "0o":
            return int(text[2:], 8)
        if text[:2] == "0x":
            return int(text[2:], 16)
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if _INFINITY.match(text):
        return float("-inf") if text[0] == "-" else float("inf")
    if text in _NAN:
        return float("nan")
    return text
