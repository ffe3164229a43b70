"""AveragePooling2D."""

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
    assert shape("AveragePooling2D", [7, 7, 4], **plain) == result


def test_it_has_no_weights_and_no_macs() -> None:
    assert weights("AveragePooling2D", [7, 7, 4], pool_size=2) == {}
    assert macs("AveragePooling2D", [7, 7, 4], pool_size=2) == 0


def test_a_window_longer_than_the_axis() -> None:
    error = refused("AveragePooling2D", [7, 2, 4], pool_size=3)
    assert error.message == "AveragePooling2D's window of 3 is longer than the axis of 2 it slides on"
    assert error.help == "make `pool_size` smaller or use `padding: same`"


def test_a_stride_is_at_least_one() -> None:
    assert bad("AveragePooling2D", pool_size=2, strides=0).code == "bad-value"


def test_integers_are_refused() -> None:
    error = refused("AveragePooling2D", TensorType((7, 7, 4), "int32"), pool_size=2)
    assert error.message == "AveragePooling2D computes on floats, found [7, 7, 4] int32"
