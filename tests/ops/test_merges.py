"""The merges that combine element by element: what Add, Subtract, Multiply, Average, Maximum and Minimum share."""

from __future__ import annotations

import pytest

from specc.ir.types import TensorType

from .support import guess, infer, macs, refused, shape, weights

MERGES = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]
ALL = pytest.mark.parametrize("name", MERGES)


@ALL
@pytest.mark.parametrize(
    ("one", "two", "result"),
    [
        ([4], [4], [4]),
        ([3, 4], [3, 4], [3, 4]),
        ([3, 1], [1, 4], [3, 4]),
        ([4], [3, 4], [3, 4]),
        ([2, 3, 4], [1], [2, 3, 4]),
        ([], [3, 4], [3, 4]),
        ([], [], []),
    ],
)
def test_axes_of_size_one_are_stretched(name: str, one: list[int], two: list[int], result: list[int]) -> None:
    assert shape(name, one, two) == result
    assert shape(name, two, one) == result


@ALL
def test_shapes_that_differ(name: str) -> None:
    error = refused(name, [8, 8, 16], [8, 8, 32])
    assert error.message == f"{name} takes operands of one shape, found [8, 8, 16] and [8, 8, 32]"
    assert (error.operand, error.other) == (1, 0)
    assert error.help.startswith("the last axis is 16 in one and 32 in the other")


@ALL
def test_ranks_are_aligned_at_the_last_axis(name: str) -> None:
    error = refused(name, [3], [3, 4])
    assert error.help.startswith("the last axis is 3 in one and 4 in the other")


@ALL
def test_it_has_no_weights_and_no_macs(name: str) -> None:
    assert weights(name, [4], [4]) == {}
    assert macs(name, [4], [4]) == 0


@ALL
def test_floats_come_out_in_the_compute_dtype(name: str) -> None:
    operands = [TensorType((4,), "float64"), TensorType((4,), "float16")]
    assert infer(name, *operands).dtype == "float32"
    assert infer(name, *operands, dtype="float16").dtype == "float16"


@ALL
def test_booleans_are_refused(name: str) -> None:
    error = refused(name, TensorType((4,), "bool"), TensorType((4,), "bool"))
    assert (error.code, error.operand) == ("dtype-mismatch", 0)


@ALL
def test_a_state_of_unknown_shape_takes_the_other_operands(name: str) -> None:
    assert guess(name, None, [3, 4]) == [3, 4]
    assert guess(name, None, None) is None
