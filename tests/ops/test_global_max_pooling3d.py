"""GlobalMaxPooling3D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import infer, refused, shape


def test_shape() -> None:
    assert shape("GlobalMaxPooling3D", [7, 5, 3, 4]) == [4]
    assert shape("GlobalMaxPooling3D", [7, 5, 3, 4], keepdims=True) == [1, 1, 1, 4]


def test_a_length_that_is_not_known_is_gone() -> None:
    assert shape("GlobalMaxPooling3D", [Symbol("T"), 5, 3, 4]) == [4]
    assert shape("GlobalMaxPooling3D", [Symbol("T"), 5, 3, 4], keepdims=True) == [1, 1, 1, 4]


def test_the_largest_integer_is_an_integer() -> None:
    assert infer("GlobalMaxPooling3D", TensorType((7, 5, 3, 4), "uint8")) == TensorType((4,), "uint8")


def test_a_vector_has_nothing_to_pool() -> None:
    assert (
        refused("GlobalMaxPooling3D", [10]).message
        == "GlobalMaxPooling3D takes [depth, height, width, channels], found [10]"
    )
