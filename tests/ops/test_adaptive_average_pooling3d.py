"""AdaptiveAveragePooling3D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import check, refused, shape


def test_shape() -> None:
    assert shape("AdaptiveAveragePooling3D", [7, 5, 3, 4], output_size=3) == [3, 3, 3, 4]
    assert shape("AdaptiveAveragePooling3D", [7, 5, 3, 4], output_size=[2, 9, 3]) == [2, 9, 3, 4]


def test_a_length_that_is_not_known_cannot_be_divided() -> None:
    error = refused("AdaptiveAveragePooling3D", [Symbol("T"), 5, 3, 4], output_size=3)
    assert error.code == "unknown-size"
    assert (
        error.message
        == "AdaptiveAveragePooling3D has to know the lengths that it divides of its operand, found [T, 5, 3, 4]"
    )


def test_a_vector_has_nothing_to_pool() -> None:
    assert (
        refused("AdaptiveAveragePooling3D", [10], output_size=3).message
        == "AdaptiveAveragePooling3D takes [depth, height, width, channels], found [10]"
    )


def test_one_part_is_the_mean_of_all() -> None:
    assert shape("AdaptiveAveragePooling3D", [7, 5, 3, 4], output_size=1) == [1, 1, 1, 4]


def test_dtypes_without_such_pools_in_tensorflow() -> None:
    assert (
        refused("AdaptiveAveragePooling3D", TensorType((7, 5, 3, 4), "int32"), output_size=3).code == "dtype-mismatch"
    )
    found = check("AdaptiveAveragePooling3D", output_size=3, dtype="float16")
    assert found is not None and found[0] == "dtype"
