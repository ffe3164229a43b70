"""GlobalAveragePooling3D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import infer, refused, shape


def test_shape() -> None:
    assert shape("GlobalAveragePooling3D", [7, 5, 3, 4]) == [4]
    assert shape("GlobalAveragePooling3D", [7, 5, 3, 4], keepdims=True) == [1, 1, 1, 4]


def test_a_length_that_is_not_known_is_gone() -> None:
    assert shape("GlobalAveragePooling3D", [Symbol("T"), 5, 3, 4]) == [4]
    assert shape("GlobalAveragePooling3D", [Symbol("T"), 5, 3, 4], keepdims=True) == [1, 1, 1, 4]


def test_the_mean_of_integers_is_a_float() -> None:
    assert infer("GlobalAveragePooling3D", TensorType((7, 5, 3, 4), "uint8")) == TensorType((4,), "float32")


def test_a_vector_has_nothing_to_pool() -> None:
    assert (
        refused("GlobalAveragePooling3D", [10]).message
        == "GlobalAveragePooling3D takes [depth, height, width, channels], found [10]"
    )
