"""Reshape."""

from __future__ import annotations

import pytest

from .support import bad, refused, shape


@pytest.mark.parametrize(
    ("operand", "target", "result"),
    [
        ([4, 3], [12], [12]),
        ([4, 3], [2, -1], [2, 6]),
        ([4, 3], [-1], [12]),
        ([4, 3], [-1, 3, 2, 2], [1, 3, 2, 2]),
        ([1], [], []),
        ([], [1, -1], [1, 1]),
    ],
)
def test_shape(operand: list[int], target: list[int], result: list[int]) -> None:
    assert shape("Reshape", operand, target_shape=target) == result


def test_another_number_of_elements() -> None:
    error = refused("Reshape", [4, 3], target_shape=[5, 2])
    assert error.message == "Reshape keeps the elements: [4, 3] has 12, [5, 2] holds 10"
    assert (error.operand, error.attribute) == (0, "target_shape")


def test_no_size_for_the_free_axis() -> None:
    error = refused("Reshape", [4, 3], target_shape=[-1, 5])
    assert error.message == "Reshape keeps the elements: [4, 3] has 12, [-1, 5] holds a multiple of 5"


def test_two_free_axes() -> None:
    error = bad("Reshape", target_shape=[-1, 2, -1])
    assert (error.code, error.message) == ("bad-value", "found a second -1")
    assert error.span.start == 8


def test_no_axis_is_empty() -> None:
    assert bad("Reshape", target_shape=[0, 2]).message == "an axis has at least one element, found 0"


def test_a_number_is_no_shape() -> None:
    assert bad("Reshape", target_shape=12).help == "write [12]"
