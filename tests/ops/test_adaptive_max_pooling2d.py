"""AdaptiveMaxPooling2D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import refused, shape


def test_shape() -> None:
    assert shape("AdaptiveMaxPooling2D", [7, 5, 4], output_size=3) == [3, 3, 4]
    assert shape("AdaptiveMaxPooling2D", [7, 5, 4], output_size=[2, 9]) == [2, 9, 4]


def test_a_length_that_is_not_known_cannot_be_divided() -> None:
    error = refused("AdaptiveMaxPooling2D", [Symbol("T"), 5, 4], output_size=3)
    assert error.code == "unknown-size"
    assert (
        error.message == "AdaptiveMaxPooling2D has to know the lengths that it divides of its operand, found [T, 5, 4]"
    )


def test_a_vector_has_nothing_to_pool() -> None:
    assert (
        refused("AdaptiveMaxPooling2D", [10], output_size=3).message
        == "AdaptiveMaxPooling2D takes [height, width, channels], found [10]"
    )


def test_one_part_is_a_global_pool() -> None:
    error = refused("AdaptiveMaxPooling2D", [7, 5, 4], output_size=1)
    assert error.message.startswith("AdaptiveMaxPooling2D cannot divide the width of [7, 5, 4] into 1: ")
    assert error.help == "use GlobalMaxPooling2D for one part of all, or MaxPooling2D with a window of that size"
    assert error.attribute == "output_size"


def test_the_other_axes_may_be_one() -> None:
    assert shape("AdaptiveMaxPooling2D", [1, 4, 2], output_size=[1, 3]) == [1, 3, 2]


def test_an_axis_of_one_cannot_be_divided() -> None:
    assert refused("AdaptiveMaxPooling2D", [1, 1, 4], output_size=2).attribute == "output_size"


def test_dtypes_without_such_pools_in_tensorflow() -> None:
    assert refused("AdaptiveMaxPooling2D", TensorType((7, 5, 4), "uint32"), output_size=3).code == "dtype-mismatch"
