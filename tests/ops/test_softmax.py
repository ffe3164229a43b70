"""Softmax."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.types import TensorType

from .support import bad, refused, shape


@pytest.mark.parametrize("axis", [-1, 1, 2, [1, 2], [-1, -2]])
def test_the_shape_is_kept(axis: Any) -> None:
    assert shape("Softmax", [3, 4], axis=axis) == [3, 4]


def test_an_axis_that_is_not_there() -> None:
    error = refused("Softmax", [4], axis=2)
    assert error.message == "Softmax works along axis 2, which [4] does not have"
    assert error.help.startswith("`axis` may be 1 or -1")
    assert error.attribute == "axis"


def test_an_axis_named_twice() -> None:
    error = refused("Softmax", [3, 4], axis=[2, -1])
    assert error.message == "`axis` names an axis of [3, 4] twice"


def test_the_batch_axis() -> None:
    assert bad("Softmax", axis=0).message == "axis 0 is the batch axis, which a layer keeps"
    assert bad("Softmax", axis=[1, 0]).message == "axis 0 is the batch axis, which a layer keeps"
    assert refused("Softmax", []).help == "Softmax needs an operand with at least one axis"


def test_integers_are_refused() -> None:
    assert refused("Softmax", TensorType((4,), "int8")).code == "dtype-mismatch"
