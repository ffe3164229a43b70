"""UnitNormalization."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import infer, refused, shape, weights


def test_the_shape_is_kept_without_weights() -> None:
    assert shape("UnitNormalization", [7, 4], axis=[1, 2]) == [7, 4]
    assert weights("UnitNormalization", [7, 4]) == {}


def test_sizes_may_be_open() -> None:
    steps = TensorType((Symbol("T"), 4))
    assert infer("UnitNormalization", steps, axis=1).shape == steps.shape


def test_integers_are_refused() -> None:
    assert refused("UnitNormalization", TensorType((4,), "int32")).code == "dtype-mismatch"


def test_an_axis_that_is_not_there() -> None:
    assert refused("UnitNormalization", [4], axis=2).attribute == "axis"
