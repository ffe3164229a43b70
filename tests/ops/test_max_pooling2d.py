"""MaxPooling2D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.types import TensorType

from .support import bad, macs, refused, shape, weights

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({"pool_size": 2}, [3, 3, 4]),
    ({"pool_size": 2, "padding": "same"}, [4, 4, 4]),
    ({"pool_size": [3, 1]}, [2, 7, 4]),
    ({"pool_size": 3, "strides": 1}, [5, 5, 4]),
    ({"pool_size": 3, "strides": [1, 2], "padding": "same"}, [7, 4, 4]),
]


@pytest.mark.parametrize(("plain", "result"), CASES, ids=str)
def test_shape(plain: dict[str, Any], result: list[int]) -> None:
    assert shape("MaxPooling2D", [7, 7, 4], **plain) == result


def test_it_has_no_weights_and_no_macs() -> None:
    assert weights("MaxPooling2D", [7, 7, 4], pool_size=2) == {}
    assert macs("MaxPooling2D", [7, 7, 4], pool_size=2) == 0


def test_a_window_longer_than_the_axis() -> None:
    error = refused("MaxPooling2D", [7, 2, 4], pool_size=3)
    assert error.message == "MaxPooling2D's window of 3 is longer than the axis of 2 it slides on"
    assert error.help == "make `pool_size` smaller or use `padding: same`"


def test_a_stride_is_at_least_one() -> None:
    assert bad("MaxPooling2D", pool_size=2, strides=0).code == "bad-value"


def test_the_window_is_two_by_two_unless_said() -> None:
    assert shape("MaxPooling2D", [7, 7, 4]) == [3, 3, 4]


@pytest.mark.parametrize("dtype", ["bool", "uint32"])
def test_dtypes_without_an_order_in_keras(dtype: str) -> None:
    error = refused("MaxPooling2D", TensorType((7, 7, 4), dtype))
    assert (error.code, error.message) == (
        "dtype-mismatch",
        f"MaxPooling2D cannot compute on {dtype}, found [7, 7, 4] {dtype}",
    )
