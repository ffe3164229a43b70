"""Keras' small configurable objects (initializers, regularizers, constraints) as attribute values.

A spec writes a name, `he_normal`, or a mapping, `{op: RandomNormal, stddev: 0.05}`. The tables hold each class's own
arguments with Keras' defaults; a test compares them with the installed Keras.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Any, TypeAlias

from specc.diagnostics import did_you_mean
from specc.ops._attributes import (
    BadValue,
    Bool,
    Enum,
    Float,
    Int,
    Kind,
    ListOf,
    Mistakes,
    OneOf,
    Schema,
    describe,
    optional,
)
from specc.ops._foreign_objects import OBJECT_ADVICE, OBJECT_ARGUMENTS, OBJECTS
from specc.ops._foreign_words import activation_meant, fold, last_name
from specc.source import Mapping, Node, Scalar

Arguments: TypeAlias = dict[str, tuple[Kind, Any]]  # name -> kind, default (`...` where required)


@dataclass(frozen=True, slots=True)
class KerasObject:
    """An instance of a Keras class: `keras.<module>.<name>(**arguments)`; only arguments unlike the default."""

    module: str
    name: str
    arguments: tuple[tuple[str, Any], ...] = ()

    def argument(self, name: str, default: Any = None) -> Any:
        return dict(self.arguments).get(name, default)

    def __str__(self) -> str:
        given = ", ".join(f"{key}={value!r}" for key, value in self.arguments)
        return f"{self.name}({given})"


class ObjectOf(Kind):
    """One of the classes of a Keras module, by name or as a mapping with `op`."""

    def __init__(
        self,
        module: str,
        classes: MappingABC[str, Arguments],
        aliases: MappingABC[str, str],
        noun: str,
        spelling: Callable[[str], str] | None = None,
    ) -> None:
        self.module, self.classes, self.noun = module, classes, noun
        spelt = _snake if spelling is None else spelling
        self.names = {**{spelt(name): name for name in classes}, **aliases, **{name: name for name in classes}}

    @property
    def expects(self) -> str:
        return f"{self.noun}: a name or `{{op: …}}`"

    def decode(self, node: Node) -> KerasObject:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            name = self.resolve(node)
            missing = [key for key, (_, default) in self.classes[name].items() if default is ...]
            if missing:
                raise BadValue(
                    node.span,
                    f"`{name}` needs `{missing[0]}`",
                    f"write {{op: {name}, {missing[0]}: …}}",
                    "missing-attribute",
                )
            return KerasObject(self.module, name)
        if not isinstance(node, Mapping):
            wrong = self.wrong(node)
            if isinstance(node, Scalar) and type(node.value) in (int, float) and self.module in _OF_A_NUMBER:
                wrong.help = f"write `{_OF_A_NUMBER[self.module].format(node.text)}`"
            raise wrong
        entry = node.entry("op")
        if entry is None or not isinstance(entry.value, Scalar):
            raise BadValue(node.span, f"{self.noun} as a mapping needs `op`", "name its Keras class", "missing-key")
        name = self.resolve(entry.value)
        known = self.classes[name]
        mistakes = Mistakes()
        given: dict[str, Any] = {}
        unknown: list[str] = []
        for one in node:
            key = one.key.text
            if one is entry:
                continue
            if key not in known:
                free = [other for other in known if other not in node]
                message, help = f"unknown attribute `{key}` of {name}", _argument_help(key, name, known, free)
                mistakes.add(one.key.span, message, help, "unknown-attribute")
                unknown += [meant] if (meant := _argument_meant(key, free)) else []
                continue
            with mistakes.part(f"`{key}` of {name}"):
                given[key] = known[key][0].decode(one.value)
        for key, (_, default) in known.items():
            if default is ... and key not in node and key not in unknown:  # a misspelt one is one mistake
                mistakes.add(entry.value.span, f"{name} needs `{key}`", f"add `{key}: …`", "missing-attribute")
        mistakes.check()
        differing = tuple((key, given[key]) for key in known if key in given and given[key] != known[key][1])
        return KerasObject(self.module, name, differing)

    def resolve(self, node: Scalar) -> str:
        if isinstance(node.value, str) and node.value in self.names:
            return self.names[node.value]
        message = f"expected {self.noun}, found {describe(node)}"
        raise BadValue(node.span, message, self._of_call(node.text) or self._help(last_name(node.text)), "bad-value")

    def _of_call(self, text: str) -> str:
        """What to write for a call as in Python, `Adam(0.01)`."""
        call = re.fullmatch(r"([\w.]+)\((.*)\)", text.strip())
        name = self.names.get(last_name(call[1])) if call else None
        if call is None or name is None:
            return ""
        arguments, written = list(self.classes[name]), [f"op: {name}"]
        for place, one in enumerate(part.strip() for part in call[2].split(",") if part.strip()):
            key, equals, value = one.partition("=")
            if not equals:
                key, value = (arguments[place] if place < len(arguments) else "…"), one
            written.append(f"{key.strip()}: {value.strip()}")
        return f"write `{{{', '.join(written)}}}`" if len(written) > 1 else f"write `{name}`"

    def _help(self, name: str) -> str:
        """What an unknown name may stand for: another framework's word, else the nearest name, else all of them."""
        same = next((one for one in (*self.classes, *self.names) if fold(one) == fold(name)), None)
        meant = same or OBJECTS.get(self.module, {}).get(fold(name)) or did_you_mean(name, self.names)
        if meant is None:
            return "known: " + ", ".join(f"`{one}`" for one in self.classes)
        return f"did you mean `{meant}`?" if meant in self.names else meant

    def schema(self) -> Schema:
        bare = [name for name, key in self.names.items() if all(d is not ... for _, d in self.classes[key].values())]
        return {"anyOf": [{"enum": bare}, *(self.class_schema(name) for name in self.classes)]}

    def class_schema(self, name: str) -> Schema:
        spellings = [alias for alias, target in self.names.items() if target == name]
        properties: Schema = {"op": {"enum": spellings}}
        for key, (kind, default) in self.classes[name].items():
            properties[key] = {**kind.schema(), **({} if default in (..., None) else {"default": default})}
        required = ["op", *(key for key, (_, default) in self.classes[name].items() if default is ...)]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


_OF_A_NUMBER = {  # what a bare number most likely stands for
    "initializers": "{{op: Constant, value: {}}}",
    "regularizers": "{{op: L2, l2: {}}}",
    "constraints": "{{op: MaxNorm, max_value: {}}}",
}


def _argument_help(argument: str, name: str, known: Arguments, free: Collection[str]) -> str:
    """What an unknown argument of a class may stand for, among those that are not given."""
    advice = OBJECT_ADVICE.get(fold(argument))
    if advice:
        return advice
    meant = _argument_meant(argument, free)
    listed = ", ".join(f"`{key}`" for key in known) or "none"
    return f"did you mean `{meant}`?" if meant else f"{name} takes: {listed}"


def _argument_meant(argument: str, free: Collection[str]) -> str | None:
    """The argument that an unknown one most likely stands for."""
    other = next((one for one in OBJECT_ARGUMENTS.get(fold(argument), ()) if one in free), None)
    return other or did_you_mean(argument, free)


def _snake(name: str) -> str:
    """As Keras spells it: `MeanIoU` is `mean_io_u`."""
    return re.sub("(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name).lower()


_SEED: Arguments = {"seed": (optional(Int(0)), None)}
_AXIS = OneOf(Int(), ListOf(Int()))

INITIALIZERS: dict[str, Arguments] = {
    "Constant": {"value": (Float(), 0.0)},
    "GlorotNormal": _SEED,
    "GlorotUniform": _SEED,
    "HeNormal": _SEED,
    "HeUniform": _SEED,
    "Identity": {"gain": (Float(), 1.0)},
    "LecunNormal": _SEED,
    "LecunUniform": _SEED,
    "Ones": {},
    "Orthogonal": {"gain": (Float(), 1.0), **_SEED},
    "RandomNormal": {"mean": (Float(), 0.0), "stddev": (Float(0), 0.05), **_SEED},
    "RandomUniform": {"minval": (Float(), -0.05), "maxval": (Float(), 0.05), **_SEED},
    "TruncatedNormal": {"mean": (Float(), 0.0), "stddev": (Float(0), 0.05), **_SEED},
    "VarianceScaling": {
        "scale": (Float(above=0), 1.0),
        "mode": (Enum("fan_in", "fan_out", "fan_avg"), "fan_in"),
        "distribution": (Enum("truncated_normal", "untruncated_normal", "uniform"), "truncated_normal"),
        **_SEED,
    },
    "Zeros": {},
}
REGULARIZERS: dict[str, Arguments] = {
    "L1": {"l1": (Float(0), 0.01)},
    "L2": {"l2": (Float(0), 0.01)},
    "L1L2": {"l1": (Float(0), 0.0), "l2": (Float(0), 0.0)},
    "OrthogonalRegularizer": {"factor": (Float(0), 0.01), "mode": (Enum("rows", "columns"), "rows")},
}
CONSTRAINTS: dict[str, Arguments] = {
    "MaxNorm": {"max_value": (Float(0), 2), "axis": (_AXIS, 0)},
    "MinMaxNorm": {
        "min_value": (Float(0), 0.0),
        "max_value": (Float(0), 1.0),
        "rate": (Float(0, 1), 1.0),
        "axis": (_AXIS, 0),
    },
    "NonNeg": {},
    "UnitNorm": {"axis": (_AXIS, 0)},
}

INITIALIZER = ObjectOf(
    "initializers",
    INITIALIZERS,
    {"uniform": "RandomUniform", "normal": "RandomNormal", "one": "Ones", "zero": "Zeros"},
    "an initializer",
)
REGULARIZER = ObjectOf("regularizers", REGULARIZERS, {"l1_l2": "L1L2"}, "a regularizer")
# OrthogonalRegularizer takes matrices only, and most results are none once the batch axis is counted
ACTIVITY_REGULARIZER = ObjectOf(
    "regularizers",
    {name: own for name, own in REGULARIZERS.items() if name != "OrthogonalRegularizer"},
    {"l1_l2": "L1L2"},
    "a regularizer of results",
)
CONSTRAINT = ObjectOf("constraints", CONSTRAINTS, {}, "a constraint")

ZEROS = KerasObject("initializers", "Zeros")
ONES = KerasObject("initializers", "Ones")
GLOROT_UNIFORM = KerasObject("initializers", "GlorotUniform")
ORTHOGONAL = KerasObject("initializers", "Orthogonal")


class ActivationName(Enum):
    """The name of an activation; null, as Keras has it, is `linear`."""

    def decode(self, node: Node) -> str:
        if isinstance(node, Scalar) and node.value is None:
            return "linear"
        try:
            return super().decode(node)
        except BadValue as error:
            if error.code == "unsupported-value":
                raise
            error.message = f"expected the name of an activation, found {describe(node)}"
            meant = activation_meant(node.text, self.values) if isinstance(node, Scalar) and node.text else None
            error.help = f"did you mean `{meant}`?" if meant else error.help or self._advice(node)
            raise

    def _advice(self, node: Node) -> str:
        op = node.get("op") if isinstance(node, Mapping) else None
        if isinstance(op, Scalar) and (name := fold(op.text)) in self.values:
            return f"write `{name}`; an op with settings is a node of its own"
        return "name one, such as `relu`; `specc list ops Activation` lists all"

    def schema(self) -> Schema:
        return {"enum": [*super().schema()["enum"], None]}


_REFUSED = {
    "glu": "it halves the last axis; give two layers, one of them with sigmoid, and multiply them",
    "threshold": "Keras cannot call it by its name, as it needs two numbers; use the op ReLU with its `threshold`",
}
ACTIVATION = ActivationName(
    "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "sigmoid", "hard_sigmoid",
    "hard_silu", "hard_tanh", "tanh", "tanh_shrink", "soft_shrink", "hard_shrink", "softplus", "softsign",
    "softmax", "log_softmax", "exponential", "mish", "log_sigmoid", "sparse_plus", "sparse_sigmoid", "sparsemax",
    "squareplus",
    aliases={"swish": "silu", "hard_swish": "hard_silu"},
    refused=_REFUSED,
)  # fmt: skip

__all__ = [
    "ACTIVATION",
    "ACTIVITY_REGULARIZER",
    "CONSTRAINT",
    "GLOROT_UNIFORM",
    "INITIALIZER",
    "ONES",
    "ORTHOGONAL",
    "REGULARIZER",
    "ZEROS",
    "Arguments",
    "Bool",
    "KerasObject",
    "ObjectOf",
]
