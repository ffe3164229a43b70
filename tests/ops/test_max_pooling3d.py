"""MaxPooling3D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import check, refused, shape

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({"pool_size": 2}, [3, 3, 3, 4]),
    ({"pool_size": 2, "padding": "same"}, [4, 4, 3, 4]),
    ({"pool_size": [3, 1, 2]}, [2, 7, 3, 4]),
    ({"pool_size": 3, "strides": [1, 2, 3], "padding": "same"}, [7, 4, 2, 4]),
]


@pytest.mark.parametrize(("plain", "result"), CASES, ids=str)
def test_shape(plain: dict[str, Any], result: list[int]) -> None:
    assert shape("MaxPooling3D", [7, 7, 6, 4], **plain) == result


def test_the_window_spans_two_unless_said() -> None:
    assert shape("MaxPooling3D", [7, 7, 6, 4]) == [3, 3, 3, 4]


def test_a_window_longer_than_an_axis() -> None:
    error = refused("MaxPooling3D", [7, 7, 2, 4], pool_size=3)
    assert error.message == "MaxPooling3D's window of 3 is longer than the axis of 2 it slides on"


def test_a_depth_that_is_not_known() -> None:
    found = shape("MaxPooling3D", [Symbol("D"), 7, 6, 4], pool_size=[1, 2, 2])
    assert found == [Symbol("D"), 3, 3, 4]


def test_an_image_is_no_volume() -> None:
    error = refused("MaxPooling3D", [7, 7, 4], pool_size=2)
    assert error.message == "MaxPooling3D takes [depth, height, width, channels], found [7, 7, 4]"
    assert error.help == "if the data has no channels axis, give it one: shape [7, 7, 4, 1]"


def test_integers_are_refused() -> None:
    error = refused("MaxPooling3D", TensorType((7, 7, 6, 4), "int32"), pool_size=2)
    assert error.message == "MaxPooling3D computes on floats, found [7, 7, 6, 4] int32"


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_dtypes_without_such_pools_in_tensorflow(dtype: str) -> None:
    message = f"TensorFlow pools three axes in float32 and bfloat16 only, on a CPU; found {dtype}"
    assert check("MaxPooling3D", pool_size=2, dtype=dtype) == ("dtype", message)
    assert check("MaxPooling3D", pool_size=2, dtype="bfloat16") is None
