"""Activation."""

from __future__ import annotations

import pytest

from specc.ir.types import TensorType

from .support import bad, infer, refused, shape


def test_the_shape_is_kept() -> None:
    assert shape("Activation", [3, 4], activation="gelu") == [3, 4]


@pytest.mark.parametrize(("name", "dtype"), [("linear", "int8"), ("relu", "int8"), ("tanh", "float32")])
def test_integers(name: str, dtype: str) -> None:
    assert infer("Activation", TensorType((4,), "int8"), activation=name).dtype == dtype


def test_an_activation_that_needs_floats() -> None:
    error = refused("Activation", TensorType((4,), "int8"), activation="sigmoid")
    assert (error.code, error.message) == ("dtype-mismatch", "`sigmoid` computes on floats, found [4] int8")


def test_softmax_needs_an_axis() -> None:
    error = refused("Activation", [], activation="softmax")
    assert error.message == "`softmax` works along the last axis, found []"


def test_a_misspelt_activation() -> None:
    error = bad("Activation", activation="rellu")
    assert (error.code, error.help) == ("bad-value", "did you mean `relu`?")


@pytest.mark.parametrize("name", ["glu", "threshold"])
def test_activations_that_keras_has_and_specc_not(name: str) -> None:
    error = bad("Activation", activation=name)
    assert (error.code, error.message) == ("unsupported-value", f"`{name}` is not supported")
    assert error.help
