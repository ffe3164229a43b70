"""ZeroPadding1D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol

from .support import bad, refused, shape


@pytest.mark.parametrize(("padding", "result"), [(1, [9, 4]), (0, [7, 4]), ([0, 3], [10, 4])])
def test_shape(padding: Any, result: list[int]) -> None:
    assert shape("ZeroPadding1D", [7, 4], padding=padding) == result


def test_one_zero_at_each_end_unless_said() -> None:
    assert shape("ZeroPadding1D", [7, 4]) == [9, 4]


def test_a_length_that_is_not_known() -> None:
    assert shape("ZeroPadding1D", [Symbol("T"), 4], padding=[0, 3]) == [Symbol("T", 1, 3), 4]


def test_an_image_is_no_sequence() -> None:
    assert refused("ZeroPadding1D", [7, 7, 4]).message == "ZeroPadding1D takes [steps, channels], found [7, 7, 4]"


@pytest.mark.parametrize("padding", [-1, [1, -1], [1, 2, 3], [1]])
def test_what_is_no_padding(padding: Any) -> None:
    assert bad("ZeroPadding1D", padding=padding).code == "bad-value"
