"""AveragePooling1D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import refused, shape

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({"pool_size": 2}, [3, 4]),
    ({"pool_size": [2], "padding": "same"}, [4, 4]),
    ({"pool_size": 3, "strides": 1}, [5, 4]),
    ({"pool_size": 3, "strides": 2, "padding": "same"}, [4, 4]),
]


@pytest.mark.parametrize(("plain", "result"), CASES, ids=str)
def test_shape(plain: dict[str, Any], result: list[int]) -> None:
    assert shape("AveragePooling1D", [7, 4], **plain) == result


def test_a_window_longer_than_the_sequence() -> None:
    error = refused("AveragePooling1D", [2, 4], pool_size=3)
    assert error.message == "AveragePooling1D's window of 3 is longer than the axis of 2 it slides on"
    assert error.help == "make `pool_size` smaller or use `padding: same`"


def test_a_length_that_is_not_known() -> None:
    assert shape("AveragePooling1D", [Symbol("T"), 4], pool_size=3, strides=1) == [Symbol("T", 1, -2), 4]
    assert shape("AveragePooling1D", [Symbol("T"), 4], pool_size=3, strides=1, padding="same") == [Symbol("T"), 4]
    assert str(shape("AveragePooling1D", [Symbol("T"), 4], pool_size=2)[0]) == "(T - 2) // 2 + 1"


def test_an_image_is_no_sequence() -> None:
    assert (
        refused("AveragePooling1D", [7, 7, 4], pool_size=2).message
        == "AveragePooling1D takes [steps, channels], found [7, 7, 4]"
    )


def test_integers_are_refused() -> None:
    error = refused("AveragePooling1D", TensorType((7, 4), "int32"), pool_size=2)
    assert error.message == "AveragePooling1D computes on floats, found [7, 4] int32"
