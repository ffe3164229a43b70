"""Recognizes a layer written as Python writes it, and gives the node that a spec has for it."""

from __future__ import annotations

import re

from specc.ops import _registry as registry
from specc.ops._attributes import fields_of
from specc.ops._foreign_words import last_name

_CALL = re.compile(r"([\w.]+)\s*\((.*)\)", re.DOTALL)
_ASSIGNED = re.compile(r"(\w+)\s*=\s*(\S+)")
_ARGUMENT = re.compile(r"(?:[^,()\[\]]|\([^()]*\)|\[[^\[\]]*\])+")
_MOST = 200
_VALUES = {"True": "true", "False": "false", "None": "null"}


def as_node(text: str) -> str:
    """`{op: Dense, units: 10}` for `Dense`, `layers.Dense(10)` or `op = Dense units = 10`; empty for anything else."""
    text = text.strip()
    if len(text) > _MOST:
        return ""
    call = _CALL.fullmatch(text)
    if call:
        return _of_call(last_name(call[1]), call[2])
    pairs = _ASSIGNED.findall(text)
    if pairs and pairs[0][0] == "op":
        return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in pairs) + "}"
    return f"{{op: {text}}}" if registry.find(text) else ""


def _of_call(name: str, arguments: str) -> str:
    op = registry.find(name)
    if op is None:
        return ""
    names = [key for key, field in fields_of(op.attributes).items() if field.positional or field.required]
    written = [f"op: {name}"]
    for place, argument in enumerate(one.strip() for one in _ARGUMENT.findall(arguments)):
        key, equals, value = argument.partition("=")
        if not equals:
            key, value = (names[place] if place < len(names) else "…"), argument
        written.append(f"{key.strip()}: {_value(value.strip())}")
    return "{" + ", ".join(written) + "}"


def _value(text: str) -> str:
    text = text.rstrip(",").strip("\"'")
    if text.startswith("("):
        return f"[{text.strip('() ,')}]"
    return _VALUES.get(text, text)
