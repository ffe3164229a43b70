"""PReLU."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, refused, shape, trainable, weights


@pytest.mark.parametrize(
    ("shared", "slopes"),
    [(None, [4, 5, 3]), (1, [1, 5, 3]), ([1, 2], [1, 1, 3]), ([3, 1], [1, 5, 1]), ([], [4, 5, 3])],
)
def test_axes_share_slopes(shared: Any, slopes: list[int]) -> None:
    assert shape("PReLU", [4, 5, 3], shared_axes=shared) == [4, 5, 3]
    assert weights("PReLU", [4, 5, 3], shared_axes=shared) == {"alpha": slopes}


def test_the_slopes_are_learned() -> None:
    assert trainable("PReLU", [4]) == ["alpha"]
    assert trainable("PReLU", [4], trainable=False) == []


def test_an_axis_that_is_not_there() -> None:
    error = refused("PReLU", [4, 3], shared_axes=[1, 3])
    assert error.message == "PReLU shares slopes along axis 3, which [4, 3] does not have"
    assert error.help == "`shared_axes` may name 1 to 2"
    assert refused("PReLU", [], shared_axes=1).help == "leave `shared_axes` out"


@pytest.mark.parametrize("axes", [-1, 0, [1, -1]])
def test_axes_are_counted_from_the_first(axes: Any) -> None:
    assert bad("PReLU", shared_axes=axes).code == "bad-value"


def test_a_size_that_is_not_known_has_to_be_shared() -> None:
    assert shape("PReLU", [Symbol("T"), 3], shared_axes=1) == [Symbol("T"), 3]
    assert weights("PReLU", [Symbol("T"), 3], shared_axes=1) == {"alpha": [1, 3]}
    error = refused("PReLU", [Symbol("T"), 3])
    assert error.code == "unknown-size"
    assert error.message == "PReLU has to know the axes with slopes of their own of its operand, found [T, 3]"


def test_an_initializer_that_cannot_make_the_slopes() -> None:
    assert shape("PReLU", [4, 4], alpha_initializer="Identity") == [4, 4]
    error = refused("PReLU", [4], alpha_initializer="Identity")
    assert (error.code, error.attribute) == ("bad-value", "alpha_initializer")
    assert error.message == "this weight has one axis, and Identity makes a matrix"


def test_integers_are_refused() -> None:
    assert refused("PReLU", TensorType((4,), "int8")).code == "dtype-mismatch"
