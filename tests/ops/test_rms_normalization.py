"""RMSNormalization."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import infer, refused, shape, trainable, weights


def test_the_shape_is_kept() -> None:
    assert shape("RMSNormalization", [7, 4]) == [7, 4]


def test_one_weight_of_the_normalised_axes() -> None:
    assert weights("RMSNormalization", [7, 4]) == {"scale": [4]}
    assert weights("RMSNormalization", [7, 4], axis=[2, 1]) == {"scale": [7, 4]}
    assert trainable("RMSNormalization", [7, 4], trainable=False) == []


def test_the_last_axes_only() -> None:
    assert weights("RMSNormalization", [7, 5, 4], axis=[-1, -2]) == {"scale": [5, 4]}
    for axis in (1, [1, 2], [-1, 2], [1, 3]):
        error = refused("RMSNormalization", [7, 5, 4], axis=axis)
        assert "scales the last axes only" in error.message and error.attribute == "axis"


def test_open_sizes() -> None:
    steps = TensorType((Symbol("T"), 4))
    assert infer("RMSNormalization", steps).shape == steps.shape
    assert refused("RMSNormalization", steps, axis=[1, 2]).code == "unknown-size"


def test_an_axis_twice() -> None:
    assert refused("RMSNormalization", [7, 4], axis=[2, 2]).attribute == "axis"
