"""The types of parameters: their names, unions of them, and which values fit."""

from __future__ import annotations

import re
from typing import Any, cast

from specc.ops._attributes import Enum, Kind, Schema
from specc.source import Node, Scalar, Sequence

TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "str": (str,),
    "list": (tuple,),
    "null": (type(None),),
}
_NOUNS = {
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "str": "a string",
    "list": "a list, written `[3, 3]`",
    "null": "null",
}
_NULL = "null"
_UNION = re.compile(r"\s*\|\s*")


class TypeName(Kind):
    """The name of a type, or several: `int | list`, `[int, list]`. Decoded into the first form."""

    @property
    def expects(self) -> str:
        return "a type, or several: `int | list`"

    def decode(self, node: Node) -> str:
        if isinstance(node, Sequence) and node.items:
            return " | ".join(dict.fromkeys(_word(item) for item in node.items))
        if isinstance(node, Scalar) and is_type(node.text):
            return " | ".join(dict.fromkeys(_UNION.split(node.text)))
        return _word(node)

    def words(self) -> list[Schema]:
        """The schemas of a type written as one word or as `int | list`."""
        names = "|".join(TYPES)
        return [
            {"enum": [name for name in TYPES if name != _NULL]},
            {"type": "string", "pattern": f"^({names})( *\\| *({names}))+$"},
        ]

    def schema(self) -> Schema:
        return {"anyOf": [*self.words(), {"type": "array", "items": {"enum": [*TYPES, None]}, "minItems": 1}]}


def _word(node: Node) -> str:
    """One type; `null` is read as a value by YAML."""
    if isinstance(node, Scalar) and node.text == _NULL:
        return _NULL
    return Enum(*TYPES).decode(node)


def noun(type_name: str) -> str:
    """What a message says that a type expects."""
    return " or ".join(_NOUNS[one] for one in type_name.split(" | "))


def is_type(text: str) -> bool:
    """Whether a text names a type, or several with `|` between them."""
    return all(one in TYPES for one in _UNION.split(text))


def converted(value: Any, type_name: str) -> Any:
    """A value that fits a type, with an integer as a float where only that is expected."""
    names = type_name.split(" | ")
    is_float = "float" in names and "int" not in names and type(value) is int
    return float(value) if is_float else value


def type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, tuple):
        return "list"
    if value is None:
        return _NULL
    return "str" if isinstance(value, str) else "float" if isinstance(value, float) else "int"


def fits(value: Any, type_name: str) -> bool:
    return any(_fits(value, one) for one in type_name.split(" | "))


def _fits(value: Any, type_name: str) -> bool:
    if type_name == "list":
        return isinstance(value, tuple) and is_value(value)
    if isinstance(value, bool):
        return type_name == "bool"
    return isinstance(value, TYPES[type_name])


def is_value(value: Any) -> bool:
    """Whether a parameter may be this: a scalar other than null, or a list of them, however nested.

    Null is one only where the type says so.
    """
    if isinstance(value, tuple):
        return all(is_value(one) for one in cast("tuple[Any, ...]", value))
    return isinstance(value, (bool, int, float, str))
