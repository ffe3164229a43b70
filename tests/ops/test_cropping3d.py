"""Cropping3D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol

from .support import refused, shape


@pytest.mark.parametrize(
    ("cropping", "result"), [(1, [5, 4, 3, 4]), ([1, 2, 0], [5, 2, 5, 4]), ([[0, 1], [2, 3], 1], [6, 1, 3, 4])]
)
def test_shape(cropping: Any, result: list[int]) -> None:
    assert shape("Cropping3D", [7, 6, 5, 4], cropping=cropping) == result


def test_one_at_each_edge_unless_said() -> None:
    assert shape("Cropping3D", [7, 6, 5, 4]) == [5, 4, 3, 4]


def test_something_has_to_be_left() -> None:
    error = refused("Cropping3D", [4, 4, 4, 2], cropping=[1, 1, [3, 1]])
    assert error.message == "Cropping3D cuts 3 + 1 from the width of [4, 4, 4, 2], which leaves nothing of 4"


def test_sizes_that_are_not_known() -> None:
    found = shape("Cropping3D", [Symbol("D"), 6, Symbol("W"), 4], cropping=[0, 1, 1])
    assert found == [Symbol("D"), 4, Symbol("W", 1, -2), 4]
