"""Cropping2D."""

from __future__ import annotations

from typing import Any

import pytest

from .support import refused, shape


@pytest.mark.parametrize(
    ("cropping", "result"), [(1, [5, 5, 4]), ([1, 2], [5, 3, 4]), ([[0, 1], [2, 3]], [6, 2, 4]), (0, [7, 7, 4])]
)
def test_shape(cropping: Any, result: list[int]) -> None:
    assert shape("Cropping2D", [7, 7, 4], cropping=cropping) == result


def test_nothing_is_cut_unless_said() -> None:
    assert shape("Cropping2D", [7, 7, 4]) == [7, 7, 4]


def test_something_has_to_be_left() -> None:
    error = refused("Cropping2D", [7, 4, 4], cropping=[1, [3, 1]])
    assert error.message == "Cropping2D cuts 3 + 1 from the width of [7, 4, 4], which leaves nothing of 4"
    assert error.help == "cut less than 4 in all"
