"""MaxPooling1D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import infer, refused, shape

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({"pool_size": 2}, [3, 4]),
    ({"pool_size": [2], "padding": "same"}, [4, 4]),
    ({"pool_size": 3, "strides": 1}, [5, 4]),
    ({"pool_size": 3, "strides": 2, "padding": "same"}, [4, 4]),
]


@pytest.mark.parametrize(("plain", "result"), CASES, ids=str)
def test_shape(plain: dict[str, Any], result: list[int]) -> None:
    assert shape("MaxPooling1D", [7, 4], **plain) == result


def test_the_window_spans_two_unless_said() -> None:
    assert shape("MaxPooling1D", [7, 4]) == [3, 4]


def test_a_window_longer_than_the_sequence() -> None:
    error = refused("MaxPooling1D", [2, 4], pool_size=3)
    assert error.message == "MaxPooling1D's window of 3 is longer than the axis of 2 it slides on"
    assert error.help == "make `pool_size` smaller or use `padding: same`"


def test_a_length_that_is_not_known() -> None:
    assert shape("MaxPooling1D", [Symbol("T"), 4], pool_size=3, strides=1) == [Symbol("T", 1, -2), 4]
    assert shape("MaxPooling1D", [Symbol("T"), 4], pool_size=3, strides=1, padding="same") == [Symbol("T"), 4]
    assert str(shape("MaxPooling1D", [Symbol("T"), 4], pool_size=2)[0]) == "(T - 2) // 2 + 1"


def test_an_image_is_no_sequence() -> None:
    assert (
        refused("MaxPooling1D", [7, 7, 4], pool_size=2).message
        == "MaxPooling1D takes [steps, channels], found [7, 7, 4]"
    )


def test_the_result_of_integers() -> None:
    assert infer("MaxPooling1D", TensorType((7, 4), "int8")) == TensorType((3, 4), "int8")
    assert refused("MaxPooling1D", TensorType((7, 4), "uint32")).code == "dtype-mismatch"
