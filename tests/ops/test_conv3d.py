"""Conv3D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, check, infer, macs, refused, shape, trainable, weights

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({"kernel_size": 3}, [8, 10, 12, 5]),
    ({"kernel_size": 3, "padding": "same"}, [10, 12, 14, 5]),
    ({"kernel_size": 3, "strides": 2}, [4, 5, 6, 5]),
    ({"kernel_size": [1, 3, 5], "strides": [1, 2, 3]}, [10, 5, 4, 5]),
    ({"kernel_size": 3, "dilation_rate": [1, 2, 3]}, [8, 8, 8, 5]),
]


@pytest.mark.parametrize(("plain", "result"), CASES, ids=str)
def test_shape(plain: dict[str, Any], result: list[int]) -> None:
    assert shape("Conv3D", [10, 12, 14, 4], filters=5, **plain) == result


def test_weights() -> None:
    found = weights("Conv3D", [10, 12, 14, 4], filters=6, kernel_size=[1, 2, 3], groups=2)
    assert found == {"kernel": [1, 2, 3, 2, 6], "bias": [6]}
    assert trainable("Conv3D", [4, 4, 4, 1], filters=1, kernel_size=3, use_bias=False) == ["kernel"]


def test_macs() -> None:
    assert macs("Conv3D", [10, 12, 14, 4], filters=5, kernel_size=3) == 8 * 10 * 12 * 5 * 27 * 4
    assert macs("Conv3D", [10, 12, 14, 4], filters=4, kernel_size=3, groups=4) == 8 * 10 * 12 * 4 * 27


def test_a_map_is_no_volume() -> None:
    error = refused("Conv3D", [64, 64, 3], filters=8, kernel_size=3)
    assert error.message == "Conv3D takes [depth, height, width, channels], found [64, 64, 3]"


def test_a_window_longer_than_the_axis() -> None:
    error = refused("Conv3D", [2, 8, 8, 1], filters=8, kernel_size=3)
    assert error.message == "Conv3D's window of 3 is longer than the axis of 2 it slides on"


def test_a_window_has_one_size_for_each_axis() -> None:
    error = bad("Conv3D", filters=1, kernel_size=[3, 3])
    assert error.message == "expected an integer of at least 1 or a list of 3 of them, found a list of 2"


def test_attributes_that_do_not_go_together() -> None:
    assert check("Conv3D", filters=4, kernel_size=3, groups=3) is not None
    found = check("Conv3D", filters=4, kernel_size=3, strides=[1, 1, 2], dilation_rate=[2, 1, 1])
    assert found == ("dilation_rate", "a convolution cannot have both `strides` and `dilation_rate` above 1")
    found = check("Conv3D", filters=4, kernel_size=3, kernel_initializer="identity")
    assert found == ("kernel_initializer", "this weight has 5 axes, and Identity makes a matrix")


def test_lengths_may_be_open_and_channels_may_not() -> None:
    depth = Symbol("D")
    found = infer("Conv3D", TensorType((depth, 8, 8, 2)), filters=3, kernel_size=3)
    assert found.shape == (depth - 2, 6, 6, 3)
    error = refused("Conv3D", TensorType((8, 8, 8, Symbol("C"))), filters=3, kernel_size=3)
    assert (error.code, error.message) == (
        "unknown-size",
        "Conv3D has to know the channels of its operand, found [8, 8, 8, C]",
    )
