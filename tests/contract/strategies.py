"""Hypothesis strategies made from the ops: values of a kind, junk of no kind, and whole cases of an op.

Values are plain ones, as YAML gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from specc.ir.types import FLOATS, TensorType
from specc.ops._attributes import (
    Bool,
    Enum,
    Float,
    Int,
    Kind,
    ListOf,
    Null,
    OneOf,
    OnlyFalse,
    PerAxis,
    Str,
    fields_of,
)
from specc.ops._axes import Axis
from specc.ops._base import OpDef
from specc.ops._borders import Borders
from specc.ops._keras_objects import ActivationName, ObjectOf
from specc.ops._settings import SettingsOf
from specc.ops.reshape import TargetShape

from ..ops.support import attributes

Values: TypeAlias = st.SearchStrategy[Any]


def examples(count: int) -> settings:
    """The same examples on every run; unfit ones may be thrown away."""
    checks = [
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ]
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=checks)


# Values of a kind


def _ints(kind: Int) -> Values:
    least = kind.least if kind.least is not None else -4
    return st.integers(least, kind.most if kind.most is not None else least + 7)


def _floats(kind: Float) -> Values:
    least = kind.least if kind.least is not None else (kind.above if kind.above is not None else -3.0)
    most = kind.most if kind.most is not None else least + 4.0
    return st.floats(least, most, width=32, exclude_min=kind.above is not None) | st.sampled_from(
        [value for value in (0, 0.5, 1, 2) if least <= value <= most and (kind.above is None or value > kind.above)]
    )


def _per_axis(kind: PerAxis) -> Values:
    size = st.integers(kind.least, kind.least + 3)
    return size | st.lists(size, min_size=kind.axes, max_size=kind.axes)


def _objects(kind: ObjectOf) -> Values:
    bare = [name for name, key in kind.names.items() if all(d is not ... for _, d in kind.classes[key].values())]

    def mapping(name: str) -> Values:
        arguments = kind.classes[kind.names[name]]
        required = {key: values(one) for key, (one, default) in arguments.items() if default is ...}
        optional = {key: values(one) for key, (one, default) in arguments.items() if default is not ...}
        return st.fixed_dictionaries({"op": st.just(name), **required}, optional=optional)

    return st.sampled_from(bare) | st.sampled_from(sorted(kind.names)).flatmap(mapping)


def _target_shapes(_: TargetShape) -> Values:
    def with_free(case: tuple[list[int], int | None]) -> list[int]:
        shape, place = case
        return shape if place is None else [*shape[:place], -1, *shape[place + 1 :]]

    sizes = st.lists(st.integers(1, 6), max_size=4)
    return st.tuples(sizes, st.none() | st.integers(0, 3)).map(with_free)


def _borders(_: Borders) -> Values:
    amount = st.integers(0, 3)
    side = amount | st.lists(amount, min_size=2, max_size=2)
    return amount | st.lists(side, min_size=2, max_size=2)


_MAKERS: dict[type[Kind], Callable[[Any], Values]] = {
    Int: _ints,
    Float: _floats,
    Bool: lambda _: st.booleans(),
    OnlyFalse: lambda _: st.just(False),
    Str: lambda _: st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8),
    Null: lambda _: st.none(),
    Enum: lambda kind: st.sampled_from([*kind.values, *kind.aliases]),
    ActivationName: lambda kind: st.sampled_from([*kind.values, *kind.aliases, None]),
    ListOf: lambda kind: st.lists(
        values(kind.item), min_size=kind.least, max_size=kind.most if kind.most is not None else kind.least + 3
    ),
    PerAxis: _per_axis,
    OneOf: lambda kind: st.one_of([values(one) for one in kind.kinds]),
    ObjectOf: _objects,
    Axis: lambda _: st.integers(-4, 4).filter(bool),
    TargetShape: _target_shapes,
    Borders: _borders,
    SettingsOf: lambda kind: st.fixed_dictionaries({}, optional={key: values(one) for key, one in kind.known.items()}),
}


def values(kind: Kind) -> Values:
    """Values that the kind takes. A new kind needs a line in the table above, unless it refines one that has."""
    maker = next(_MAKERS[base] for base in type(kind).__mro__ if base in _MAKERS)
    return maker(kind)


_NAMES = st.sampled_from(
    ["op", "L2", "l2", "zeros", "Constant", "value", "rmax", "seed", "axis", "same", "relu", "x", ""]
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-6, 9)
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _NAMES
)
JUNK: Values = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=3), max_leaves=6
)


# Cases of an op


@dataclass(frozen=True)
class Hint:
    """What an op's operands mostly look like; every other rank and shape comes up now and then."""

    ranks: tuple[int, ...] = (1, 2, 3)
    sizes: st.SearchStrategy[int] = field(default_factory=lambda: st.integers(1, 9))
    operands: Callable[[st.DrawFn, TensorType, dict[str, Any]], list[TensorType]] | None = None


def _types(draw: st.DrawFn, shape: list[int]) -> TensorType:
    dtype = draw(st.just("float32") | st.sampled_from(FLOATS))
    return TensorType(tuple(shape), dtype)


def _stretched(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    """Operands that mostly broadcast: axes of size 1, or left out at the front, or, rarely, of another size."""
    found = [first]
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        shape = [draw(st.sampled_from([size, size, size, 1, size, size + 1])) for size in first.shape]
        shape = shape[draw(st.sampled_from([0, 0, 0, 1])) :]
        found.append(_types(draw, shape))
    return draw(st.permutations(found))


def _pair(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    return _stretched(draw, first, given)[:2]


def _joined(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    """Operands that mostly differ on the joined axis only."""
    axis = given.get("axis", -1)
    found = [first]
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        shape = list(first.shape)
        place = axis - 1 if axis > 0 else axis
        if -len(shape) <= place < len(shape):
            shape[place] = draw(st.integers(1, 4))
        spoiled = draw(st.sampled_from(["no", "no", "no", "size", "rank"]))
        if shape and spoiled == "size":
            shape[draw(st.integers(0, len(shape) - 1))] += 1
        found.append(_types(draw, shape[1:] if spoiled == "rank" else shape))
    return found


def _with_state(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    units = given["units"]
    state = draw(st.sampled_from([None, None, (units,), (units,), (units + 1,), (2, units)]))
    return [first] if state is None else [first, _types(draw, list(state))]


_IMAGE = Hint(ranks=(3,))
HINTS: dict[str, Hint] = {
    "Conv1D": Hint(ranks=(2,)),
    **dict.fromkeys(
        [
            "Conv2D",
            "DepthwiseConv2D",
            "MaxPooling2D",
            "AveragePooling2D",
            "GlobalAveragePooling2D",
            "ZeroPadding2D",
            "Cropping2D",
        ],
        _IMAGE,
    ),
    **dict.fromkeys(["Add", "Multiply", "Average", "Maximum", "Minimum"], Hint(operands=_stretched)),
    "Subtract": Hint(operands=_pair),
    "Concatenate": Hint(sizes=st.integers(1, 4), operands=_joined),
    "Reshape": Hint(sizes=st.sampled_from([1, 2, 3, 4, 6])),
    "SimpleRNN": Hint(ranks=(2,), operands=_with_state),
}


@dataclass(frozen=True)
class Case:
    """Attributes as a spec gives them, and the operands' types."""

    given: dict[str, Any]
    operands: list[TensorType]


@st.composite
def cases(draw: st.DrawFn, op: OpDef) -> Case:
    """Attributes that each for itself is legal, and operands that mostly fit them."""
    hint = HINTS.get(op.name, Hint())
    fields = fields_of(op.attributes)
    given: dict[str, Any] = {}
    either = draw(st.sampled_from(op.either)) if op.either else None
    share = draw(st.sampled_from([0, 2, 5]))
    for name, one in fields.items():
        wanted = name == either if name in op.either else one.required or draw(st.integers(0, 9)) < share
        if wanted:
            given[name] = draw(values(one.kind))
    rank = draw(st.sampled_from(hint.ranks * 8 + (0, 1, 2, 3, 4)))
    first = _types(draw, draw(st.lists(hint.sizes, min_size=rank, max_size=rank)))
    if op.name == "Reshape" and draw(st.booleans()):
        given["target_shape"] = draw(_regrouped(first.shape))
    return Case(given, hint.operands(draw, first, given) if hint.operands else [first])


@st.composite
def _regrouped(draw: st.DrawFn, shape: tuple[int, ...]) -> list[int]:
    """A shape of as many elements, perhaps with a -1."""
    target = list(draw(st.permutations(shape)))
    if len(target) > 1 and draw(st.booleans()):
        target = [target[0] * target[1], *target[2:]]
    if target and draw(st.booleans()):
        target[draw(st.integers(0, len(target) - 1))] = -1
    return target


def decode(op: OpDef, plain: dict[str, Any]) -> Any:
    """The attributes as the op has them."""
    return attributes(op, plain)
