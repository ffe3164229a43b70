"""ZeroPadding3D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol

from .support import bad, refused, shape


@pytest.mark.parametrize(
    ("padding", "result"),
    [(1, [9, 8, 7, 4]), ([1, 2, 0], [9, 10, 5, 4]), ([[0, 1], [2, 3], 1], [8, 11, 7, 4])],
)
def test_shape(padding: Any, result: list[int]) -> None:
    assert shape("ZeroPadding3D", [7, 6, 5, 4], padding=padding) == result


def test_one_zero_at_each_edge_unless_said() -> None:
    assert shape("ZeroPadding3D", [7, 6, 5, 4]) == [9, 8, 7, 4]


def test_sizes_that_are_not_known() -> None:
    found = shape("ZeroPadding3D", [Symbol("D"), 6, Symbol("W"), 4], padding=[0, 1, 1])
    assert found == [Symbol("D"), 8, Symbol("W", 1, 2), 4]


def test_an_image_is_no_volume() -> None:
    error = refused("ZeroPadding3D", [7, 7, 4])
    assert error.message == "ZeroPadding3D takes [depth, height, width, channels], found [7, 7, 4]"


@pytest.mark.parametrize("padding", [-1, [1, 1], [1, 2, -1], [[1, 2, 3], 1, 1]])
def test_what_is_no_padding(padding: Any) -> None:
    assert bad("ZeroPadding3D", padding=padding).code == "bad-value"


def test_a_word_is_no_padding() -> None:
    edges = "[[front, back], [top, bottom], [left, right]]"
    assert bad("ZeroPadding3D", padding="same").message == (
        f'expected an integer of at least 0, [depth, height, width] or {edges}, found the string "same"'
    )
