"""ZeroPadding2D."""

from __future__ import annotations

from typing import Any

import pytest

from .support import bad, refused, shape


@pytest.mark.parametrize(
    ("padding", "result"),
    [(1, [9, 9, 4]), (0, [7, 7, 4]), ([1, 2], [9, 11, 4]), ([[0, 1], [2, 3]], [8, 12, 4]), ([1, [0, 1]], [9, 8, 4])],
)
def test_shape(padding: Any, result: list[int]) -> None:
    assert shape("ZeroPadding2D", [7, 7, 4], padding=padding) == result


def test_one_zero_at_each_edge_unless_said() -> None:
    assert shape("ZeroPadding2D", [7, 7, 4]) == [9, 9, 4]


def test_a_sequence_is_no_image() -> None:
    error = refused("ZeroPadding2D", [7, 4])
    assert error.message == "ZeroPadding2D takes [height, width, channels], found [7, 4]"


@pytest.mark.parametrize("padding", [-1, [1, -1], [1, 2, 3], [[1, 2, 3], 1]])
def test_what_is_no_padding(padding: Any) -> None:
    assert bad("ZeroPadding2D", padding=padding).code == "bad-value"


def test_a_word_is_no_padding() -> None:
    error = bad("ZeroPadding2D", padding="same")
    assert error.message == (
        'expected an integer of at least 0, [height, width] or [[top, bottom], [left, right]], found the string "same"'
    )
