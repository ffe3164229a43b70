"""AdaptiveAveragePooling1D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import refused, shape


def test_shape() -> None:
    assert shape("AdaptiveAveragePooling1D", [7, 4], output_size=3) == [3, 4]
    assert shape("AdaptiveAveragePooling1D", [7, 4], output_size=[2]) == [2, 4]


def test_a_length_that_is_not_known_cannot_be_divided() -> None:
    error = refused("AdaptiveAveragePooling1D", [Symbol("T"), 4], output_size=3)
    assert error.code == "unknown-size"
    assert (
        error.message == "AdaptiveAveragePooling1D has to know the lengths that it divides of its operand, found [T, 4]"
    )


def test_a_vector_has_nothing_to_pool() -> None:
    assert (
        refused("AdaptiveAveragePooling1D", [10], output_size=3).message
        == "AdaptiveAveragePooling1D takes [steps, channels], found [10]"
    )


def test_one_part_is_the_mean_of_all() -> None:
    assert shape("AdaptiveAveragePooling1D", [7, 4], output_size=1) == [1, 4]


def test_dtypes_without_such_pools_in_tensorflow() -> None:
    assert refused("AdaptiveAveragePooling1D", TensorType((7, 4), "int32"), output_size=3).code == "dtype-mismatch"
