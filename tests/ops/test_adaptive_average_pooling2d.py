"""AdaptiveAveragePooling2D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import refused, shape


def test_shape() -> None:
    assert shape("AdaptiveAveragePooling2D", [7, 5, 4], output_size=3) == [3, 3, 4]
    assert shape("AdaptiveAveragePooling2D", [7, 5, 4], output_size=[2, 9]) == [2, 9, 4]


def test_a_length_that_is_not_known_cannot_be_divided() -> None:
    error = refused("AdaptiveAveragePooling2D", [Symbol("T"), 5, 4], output_size=3)
    assert error.code == "unknown-size"
    assert (
        error.message
        == "AdaptiveAveragePooling2D has to know the lengths that it divides of its operand, found [T, 5, 4]"
    )


def test_a_vector_has_nothing_to_pool() -> None:
    assert (
        refused("AdaptiveAveragePooling2D", [10], output_size=3).message
        == "AdaptiveAveragePooling2D takes [height, width, channels], found [10]"
    )


def test_one_part_is_the_mean_of_all() -> None:
    assert shape("AdaptiveAveragePooling2D", [7, 5, 4], output_size=1) == [1, 1, 4]


def test_dtypes_without_such_pools_in_tensorflow() -> None:
    assert refused("AdaptiveAveragePooling2D", TensorType((7, 5, 4), "int32"), output_size=3).code == "dtype-mismatch"
