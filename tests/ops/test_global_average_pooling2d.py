"""GlobalAveragePooling2D."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import infer, refused, shape


def test_shape() -> None:
    assert shape("GlobalAveragePooling2D", [7, 5, 4]) == [4]
    assert shape("GlobalAveragePooling2D", [7, 5, 4], keepdims=True) == [1, 1, 4]


def test_the_mean_of_integers_is_a_float() -> None:
    assert infer("GlobalAveragePooling2D", TensorType((7, 5, 4), "uint8")) == TensorType((4,), "float32")


def test_a_vector_has_nothing_to_pool() -> None:
    error = refused("GlobalAveragePooling2D", [10])
    assert error.message == "GlobalAveragePooling2D takes [height, width, channels], found [10]"
