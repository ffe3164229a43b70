"""LayerNormalization."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, check, infer, macs, refused, shape, trainable, weights


def test_the_shape_is_kept() -> None:
    assert shape("LayerNormalization", [7, 4]) == [7, 4]
    assert macs("LayerNormalization", [7, 4]) == 0


def test_weights_of_the_normalised_axes() -> None:
    assert weights("LayerNormalization", [7, 5, 4]) == {"gamma": [4], "beta": [4]}
    assert weights("LayerNormalization", [7, 5, 4], axis=[1, 3])["gamma"] == [7, 4]


def test_keras_sorts_the_axes_as_they_are_written() -> None:
    assert weights("LayerNormalization", [7, 5, 4], axis=[2, -1])["gamma"] == [4, 5]


def test_weights_that_are_left_out() -> None:
    assert list(weights("LayerNormalization", [4], scale=False)) == ["beta"]
    assert list(weights("LayerNormalization", [4], center=False, scale=False)) == []
    assert trainable("LayerNormalization", [4], trainable=False) == []


def test_an_axis_that_is_not_there_or_twice() -> None:
    assert refused("LayerNormalization", [4], axis=2).attribute == "axis"
    assert refused("LayerNormalization", [7, 4], axis=[2, -1]).message == "`axis` names an axis of [7, 4] twice"
    assert bad("LayerNormalization", axis=0).code == "bad-value"


def test_integers_are_refused() -> None:
    error = refused("LayerNormalization", TensorType((4,), "int32"))
    assert (error.code, error.message) == (
        "dtype-mismatch",
        "LayerNormalization computes on floats, found [4] int32",
    )


def test_open_sizes() -> None:
    steps = TensorType((Symbol("T"), 4))
    assert infer("LayerNormalization", steps).shape == steps.shape
    error = refused("LayerNormalization", steps, axis=1)
    assert (error.code, error.help) == ("unknown-size", "set it with `--set T=…`, or write a number")
    assert infer("LayerNormalization", steps, axis=1, scale=False, center=False).shape == steps.shape


def test_a_vector_cannot_start_as_a_matrix() -> None:
    found = check("LayerNormalization", gamma_initializer="identity")
    assert found == ("gamma_initializer", "this weight has one axis, and Identity makes a matrix")
    assert check("LayerNormalization", gamma_initializer="identity", axis=[1, 2]) is None
