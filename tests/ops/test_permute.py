"""Permute."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, infer, refused, shape


def test_axes_in_another_order() -> None:
    assert shape("Permute", [7, 4], dims=[2, 1]) == [4, 7]
    assert shape("Permute", [7, 4, 3], dims=[3, 1, 2]) == [3, 7, 4]
    assert shape("Permute", [7], dims=[1]) == [7]


def test_integers_stay_integers() -> None:
    assert infer("Permute", TensorType((7, 4), "int32"), dims=[2, 1]) == TensorType((4, 7), "int32")


def test_as_many_axes_as_the_operand_has() -> None:
    error = refused("Permute", [7, 4, 3], dims=[2, 1])
    assert (error.message, error.attribute) == ("Permute orders 2 axes, found [7, 4, 3]", "dims")


def test_each_axis_once() -> None:
    error = bad("Permute", dims=[1, 3])
    assert (error.code, error.message) == ("bad-value", "found axis 3 in a list of 2")
    assert error.help == "name each axis once: 1 and 2; the batch is not counted"
    assert bad("Permute", dims=[2, 1, 2]).message == "axis 2 stands twice"
    assert bad("Permute", dims=[0, 1]).code == "bad-value"
    assert bad("Permute", dims=[]).code == "bad-value"
    assert bad("Permute", dims=2).code == "wrong-type"


def test_open_sizes() -> None:
    assert infer("Permute", TensorType((Symbol("T"), 4)), dims=[2, 1]).shape == (4, Symbol("T"))
