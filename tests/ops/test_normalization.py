"""Normalization."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, check, infer, refused, shape, weights


def test_the_shape_is_kept_without_weights() -> None:
    assert shape("Normalization", [7, 2], mean=[1, 2], variance=[3, 4]) == [7, 2]
    assert weights("Normalization", [7, 2], mean=0.5, variance=2) == {}


def test_integers_become_floats() -> None:
    assert infer("Normalization", TensorType((4,), "uint8"), mean=0, variance=1).dtype == "float32"


def test_mean_and_variance_are_given() -> None:
    text = "Normalization needs `mean` and `variance`, numbers in the spec: nothing adapts it to data later"
    assert check("Normalization") == ("mean", text)
    assert check("Normalization", mean=1) == ("variance", text)
    assert bad("Normalization", mean=0, variance=-1).code == "bad-value"


def test_they_have_one_shape() -> None:
    found = check("Normalization", mean=[1, 2], variance=1)
    assert found == ("variance", "expected numbers in the shape of `mean`, [2], found []")
    found = check("Normalization", mean=[[1], [2, 3]], variance=[[1], [2, 3]], axis=[1, 2])
    assert found == ("mean", "expected inner lists of one length")
    found = check("Normalization", mean=[1], variance=[1], axis=None)
    assert found == ("mean", "expected lists nested no deeper than there are axes in `axis`, 0, found 1")


def test_they_fit_the_axes_the_last_with_the_last() -> None:
    assert shape("Normalization", [7, 2], mean=[1, 2], variance=[3, 4], axis=[1, 2]) == [7, 2]
    error = refused("Normalization", [7, 2], mean=[1, 2, 3], variance=[3, 4, 5])
    assert error.message == "Normalization has 3 means for an axis of 2, found [7, 2]"
    assert error.attribute == "mean"


def test_open_sizes() -> None:
    steps = TensorType((Symbol("T"), 2))
    assert infer("Normalization", steps, mean=0, variance=1).shape == steps.shape
    assert refused("Normalization", steps, mean=0, variance=1, axis=1).code == "unknown-size"
    assert infer("Normalization", steps, mean=0, variance=1, axis=None).shape == steps.shape
