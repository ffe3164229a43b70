"""ReLU."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import bad, infer, refused, shape


def test_the_shape_is_kept() -> None:
    assert shape("ReLU", [3, 4], max_value=6, negative_slope=0.1, threshold=0.5) == [3, 4]


def test_integers_stay_unless_a_slope_makes_fractions() -> None:
    assert infer("ReLU", TensorType((4,), "int8"), max_value=6).dtype == "int8"
    assert infer("ReLU", TensorType((4,), "int8"), negative_slope=0.5).dtype == "float32"


def test_integers_with_a_slope_and_a_limit() -> None:
    error = refused("ReLU", TensorType((4,), "int8"), negative_slope=0.5, max_value=6)
    assert error.message == "ReLU with a slope and a limit computes on floats, found [4] int8"


def test_a_negative_limit() -> None:
    error = bad("ReLU", max_value=-1)
    assert (error.code, error.message) == ("bad-value", "expected a number of at least 0, found -1")
