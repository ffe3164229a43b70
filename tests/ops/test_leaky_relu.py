"""LeakyReLU."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import bad, infer, refused, shape


def test_the_shape_is_kept() -> None:
    assert shape("LeakyReLU", [3, 4]) == [3, 4]


def test_integers_become_floats() -> None:
    assert infer("LeakyReLU", TensorType((4,), "int8")).dtype == "float32"


def test_booleans_are_refused() -> None:
    error = refused("LeakyReLU", TensorType((4,), "bool"))
    assert error.message == "LeakyReLU cannot compute on bool, found [4] bool"


def test_a_slope_is_not_negative() -> None:
    assert bad("LeakyReLU", negative_slope=-0.1).code == "bad-value"
