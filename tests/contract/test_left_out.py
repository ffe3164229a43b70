"""Every class that Keras exports among its layers: an op, another name of one, or left out with a reason."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

from specc.diagnostics import Diagnostics
from specc.ops import _registry
from specc.ops._left_out import LEFT_OUT, SECOND_NAMES
from specc.source import Scalar
from specc.spec.nodes import decode_node

from ..ops.support import node

OPS = {op.name for op in _registry.all_ops()}


def layers() -> Any:
    return importlib.import_module("keras").layers


@pytest.mark.keras
def test_every_layer_of_keras_has_its_place() -> None:
    exported = {name for name, one in vars(layers()).items() if inspect.isclass(one)}
    assert exported - {*OPS, *LEFT_OUT, *SECOND_NAMES} == set()
    assert {*LEFT_OUT, *SECOND_NAMES} - exported == set()


def test_none_has_two() -> None:
    assert not OPS & LEFT_OUT.keys()
    assert not OPS & SECOND_NAMES.keys()
    assert not LEFT_OUT.keys() & SECOND_NAMES.keys()
    assert set(SECOND_NAMES.values()) <= OPS


@pytest.mark.keras
@pytest.mark.parametrize(("second", "name"), SECOND_NAMES.items())
def test_a_second_name_is_of_the_same_class(second: str, name: str) -> None:
    assert getattr(layers(), second) is getattr(layers(), name)


@pytest.mark.parametrize("name", LEFT_OUT)
def test_the_reason_is_given_where_it_is_used(name: str) -> None:
    diagnostics = Diagnostics()
    key = node("first")
    assert isinstance(key, Scalar)
    decode_node(key, node({"op": name}), diagnostics)
    found = diagnostics.finish()
    assert [one.code for one in found] == ["unknown-op"]
    assert found[0].help
    if name != "InputLayer":
        assert (found[0].message, found[0].help) == (f"`{name}` is not an op of specc", LEFT_OUT[name])
