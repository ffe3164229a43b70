"""Cropping1D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol

from .support import refused, shape


@pytest.mark.parametrize(("cropping", "result"), [(1, [5, 4]), ([0, 3], [4, 4]), (0, [7, 4])])
def test_shape(cropping: Any, result: list[int]) -> None:
    assert shape("Cropping1D", [7, 4], cropping=cropping) == result


def test_one_step_at_each_end_unless_said() -> None:
    assert shape("Cropping1D", [7, 4]) == [5, 4]


def test_something_has_to_be_left() -> None:
    error = refused("Cropping1D", [4, 2], cropping=[3, 1])
    assert error.message == "Cropping1D cuts 3 + 1 from the steps of [4, 2], which leaves nothing of 4"
    assert error.help == "cut less than 4 in all"


def test_a_length_that_is_not_known() -> None:
    assert shape("Cropping1D", [Symbol("T"), 4], cropping=[0, 3]) == [Symbol("T", 1, -3), 4]
