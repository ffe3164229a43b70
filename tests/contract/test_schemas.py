"""Each kind's JSON Schema is valid and takes the very values that the kind decodes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from specc.ops import _registry
from specc.ops._attributes import BadValue, Kind, fields_of
from specc.ops._keras_objects import CONSTRAINT, INITIALIZER, REGULARIZER

from ..ops.support import node
from .kinds import JUNK, values
from .strategies import examples

FIELDS = {f"{op.name}.{name}": one.kind for op in _registry.all_ops() for name, one in fields_of(op.attributes).items()}
ARGUMENTS = {
    f"{name}.{argument}": kind
    for objects in (INITIALIZER, REGULARIZER, CONSTRAINT)
    for name, arguments in objects.classes.items()
    for argument, (kind, _) in arguments.items()
}
DISTINCT = {repr(kind.schema()): place for place, kind in reversed(({**FIELDS, **ARGUMENTS}).items())}
KINDS: dict[str, Kind] = {place: {**FIELDS, **ARGUMENTS}[place] for place in reversed(DISTINCT.values())}

# YAML tells 1 from 1.0 and so do the kinds; JSON Schema has one number type.
_CHECKER = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
Validator = extend(Draft202012Validator, type_checker=_CHECKER)


def takes(kind: Kind, value: Any) -> bool:
    try:
        kind.decode(node(value))
    except BadValue:
        return False
    return True


@pytest.mark.parametrize("place", KINDS)
def test_the_schema_is_valid(place: str) -> None:
    Validator.check_schema(KINDS[place].schema())


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS)
@examples(60)
@given(data=st.data())
def test_a_legal_value_is_taken_by_both(place: str, data: st.DataObject) -> None:
    kind = KINDS[place]
    value = data.draw(values(kind))
    assert takes(kind, value)
    assert Validator(kind.schema()).is_valid(value)


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS)
@examples(150)
@given(value=JUNK)
def test_schema_and_kind_agree_on_junk(place: str, value: Any) -> None:
    kind = KINDS[place]
    assert takes(kind, value) == Validator(kind.schema()).is_valid(value)


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS)
@examples(60)
@given(data=st.data())
def test_schema_and_kind_agree_on_a_spoiled_value(place: str, data: st.DataObject) -> None:
    kind = KINDS[place]
    value = data.draw(
        values(kind).map(lambda one: [one, one]) | values(kind).map(lambda one: {"op": one}) | _spoiled(kind)
    )
    assert takes(kind, value) == Validator(kind.schema()).is_valid(value)


def _spoiled(kind: Kind) -> st.SearchStrategy[Any]:
    def spoil(pair: tuple[Any, Any]) -> Any:
        value, junk = pair
        if isinstance(value, dict):
            return {**value, "extra": junk}
        if isinstance(value, list):
            return [*value[1:], junk]
        return junk

    return st.tuples(values(kind), JUNK).map(spoil)


@pytest.mark.parametrize("place", KINDS)
def test_a_kind_says_what_it_expects(place: str) -> None:
    with pytest.raises(BadValue) as caught:
        KINDS[place].decode(node({"no": {"such": "value"}}))
    assert caught.value.message


def test_every_default_is_a_value_of_its_kind() -> None:
    """Null stands for Keras' own default; any other default decodes from its plain form."""
    for op in _registry.all_ops():
        for name, one in fields_of(op.attributes).items():
            plain = list(one.default) if isinstance(one.default, tuple) else one.default
            if one.required or one.spec_only or not isinstance(plain, (str, int, float, bool, list)):
                continue
            assert one.kind.decode(node(plain)) == one.default, f"{op.name}.{name}"
