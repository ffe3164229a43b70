"""GlobalAveragePooling1D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import infer, refused, shape


def test_shape() -> None:
    assert shape("GlobalAveragePooling1D", [7, 4]) == [4]
    assert shape("GlobalAveragePooling1D", [7, 4], keepdims=True) == [1, 4]


def test_a_length_that_is_not_known_is_gone() -> None:
    assert shape("GlobalAveragePooling1D", [Symbol("T"), 4]) == [4]
    assert shape("GlobalAveragePooling1D", [Symbol("T"), 4], keepdims=True) == [1, 4]


def test_the_mean_of_integers_is_a_float() -> None:
    assert infer("GlobalAveragePooling1D", TensorType((7, 4), "uint8")) == TensorType((4,), "float32")


def test_a_vector_has_nothing_to_pool() -> None:
    assert (
        refused("GlobalAveragePooling1D", [10]).message == "GlobalAveragePooling1D takes [steps, channels], found [10]"
    )
