"""The JSON Schema of a target file."""

from __future__ import annotations

from typing import Any

from specc.targets._load import load_all
from specc.targets._vocabulary import LIMITS

# Python's `$` also matches before a line break at the end, which the last part rules out
_ID = r"^[a-z0-9-]+$(?!\n)"
_NAME = r"^[a-z][a-z0-9-]*$(?!\n)"

_OPTION = r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)"

_OPERATOR: dict[str, Any] = {
    "type": "string",
    "pattern": r"^[A-Z0-9_]+$(?!\n)",
    "description": "an operator of TFLite: `CONV_2D`",
}
_CONSTRAINTS: dict[str, Any] = {
    "type": ["array", "null"],
    "items": {
        "type": "object",
        "required": ["id", "require", "message"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "pattern": _ID, "description": "an id in lower case: `few-units`"},
            "when": {
                "type": "string",
                "description": "an expression over facts and options; the constraint applies where it holds",
            },
            "require": {"type": "string", "description": "an expression that has to hold"},
            "message": {"type": "string", "description": "what is wrong, with {fact} filled in"},
            "source": {"type": "string", "description": "`KEY: row`, KEY standing in `sources`"},
            "hard": {"type": "boolean", "description": "no lowering can fix it"},
        },
    },
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "specc target",
    "type": "object",
    "required": ["target", "name", "doc"],
    "additionalProperties": False,
    "properties": {
        "target": {"const": 1, "description": "version of the target file format"},
        "name": {
            "type": "string",
            "pattern": _NAME,
            "maxLength": 50,
            "description": "a name in lower case: `pico`, `board-2`",
        },
        "doc": {"type": "string"},
        "layout": {"enum": ["logical", "nhwc"]},
        "options": {
            "type": "object",
            "propertyNames": {"type": "string", "pattern": _OPTION, "description": "a name: `grade`"},
            "additionalProperties": {
                "type": "object",
                "required": ["values", "default"],
                "additionalProperties": False,
                "properties": {
                    "values": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                    "default": {"type": "string"},
                    "refused": {"type": "object", "additionalProperties": {"type": "string"}},
                    "doc": {"type": "string"},
                },
            },
        },
        "sources": {"type": "object", "additionalProperties": {"type": "string"}},
        "constraints": _CONSTRAINTS,
        "activations": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"legal": {"type": "array", "items": {"type": "string"}}, "source": {"type": "string"}},
        },
        "ops": {"type": "object", "additionalProperties": _CONSTRAINTS},
        "instead": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "for ops that nothing lowers, what to use",
        },
        "limits": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: {"type": "integer", "minimum": 1} for name in LIMITS},
        },
        "lowerings": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        "file": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "operators": {"type": "array", "items": _OPERATOR},
                "source": {"type": "string"},
            },
        },
    },
}


def options_schema() -> dict[str, Any]:
    """The JSON Schema of a spec's `targets` section: the options of the targets there are; others bring their own."""
    known: dict[str, Any] = {}
    for target in load_all()[0]:
        options = {
            option.name: {"enum": list(option.values), "default": option.default, "description": option.doc}
            for option in target.options
        }
        known[target.name] = {
            "type": "object",
            "properties": options,
            "additionalProperties": False,
            "description": target.doc,
        }
    return {"type": "object", "properties": known, "additionalProperties": {"type": "object"}}
