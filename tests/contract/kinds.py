"""Hypothesis strategies made from the kinds of attributes: values that a kind takes, and junk of no kind.

Values are plain ones, as YAML gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from hypothesis import strategies as st

from specc.ops._attributes import (
    BadValue,
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
)
from specc.ops._axes import Axis
from specc.ops._borders import Borders
from specc.ops._keras_objects import ActivationName, ObjectOf
from specc.ops._layers import LayerOf
from specc.ops._settings import SettingsOf
from specc.ops.permute import AxisOrder
from specc.ops.reshape import TargetShape

from ..ops.support import node

Values: TypeAlias = st.SearchStrategy[Any]


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

    @cache
    def mapping(name: str) -> Values:
        arguments = kind.classes[kind.names[name]]
        required = {key: values(one) for key, (one, default) in arguments.items() if default is ...}
        optional = {key: values(one) for key, (one, default) in arguments.items() if default is not ...}
        return st.fixed_dictionaries({"op": st.just(name), **required}, optional=optional)

    return st.sampled_from(bare) | st.sampled_from(sorted(kind.names)).flatmap(mapping)


def _layers(kind: LayerOf) -> Values:
    """Inner layers that go together with themselves, with few of their attributes."""

    @cache
    def mapping(name: str) -> Values:
        fields = kind.fields(name)
        either = kind.choices[name].either
        required = {key: values(one.kind) for key, one in fields.items() if one.required and key not in either}
        if either:
            required[either[0]] = values(fields[either[0]].kind)
        free = sorted(key for key in fields if key not in required and key not in either)
        some = st.lists(st.sampled_from(free), max_size=3, unique=True) if free else st.just(list[str]())
        return some.flatmap(
            lambda keys: st.fixed_dictionaries(
                {"op": st.just(name), **required, **{key: values(fields[key].kind) for key in keys}}
            )
        )

    return st.sampled_from(sorted(kind.choices)).flatmap(mapping).filter(lambda value: _is_taken(kind, value))


def _is_taken(kind: Kind, value: Any) -> bool:
    try:
        kind.decode(node(value))
    except BadValue:
        return False
    return True


def _target_shapes(_: TargetShape) -> Values:
    def with_free(case: tuple[list[int], int | None]) -> list[int]:
        shape, place = case
        return shape if place is None else [*shape[:place], -1, *shape[place + 1 :]]

    sizes = st.lists(st.integers(1, 6), max_size=4)
    return st.tuples(sizes, st.none() | st.integers(0, 3)).map(with_free)


def _borders(kind: Borders) -> Values:
    amount = st.integers(0, 3)
    side = amount | st.lists(amount, min_size=2, max_size=2)
    return amount | st.lists(side, min_size=kind.axes, max_size=kind.axes)


def orders(count: int) -> Values:
    return st.permutations(range(1, count + 1)).map(list)


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
    AxisOrder: lambda _: st.integers(1, 4).flatmap(orders),
    LayerOf: _layers,
    SettingsOf: lambda kind: st.fixed_dictionaries({}, optional={key: values(one) for key, one in kind.known.items()}),
}


_MADE: dict[
    int, tuple[Kind, Values]
] = {}  # by the kind's id, as some cannot be hashed; Hypothesis is slow at first uses


def values(kind: Kind) -> Values:
    """Values that the kind takes. A new kind needs a line in the table above, unless it refines one that has."""
    if id(kind) not in _MADE:
        maker = next(_MAKERS[base] for base in type(kind).__mro__ if base in _MAKERS)
        _MADE[id(kind)] = (kind, maker(kind))
    return _MADE[id(kind)][1]


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
