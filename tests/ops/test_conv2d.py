"""Conv2D."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.types import TensorType

from .support import bad, check, macs, refused, shape, trainable, weights

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({"kernel_size": 3}, [26, 26, 8]),
    ({"kernel_size": 3, "padding": "same"}, [28, 28, 8]),
    ({"kernel_size": 3, "strides": 2}, [13, 13, 8]),
    ({"kernel_size": 3, "strides": 2, "padding": "same"}, [14, 14, 8]),
    ({"kernel_size": [1, 5], "strides": [2, 1]}, [14, 24, 8]),
    ({"kernel_size": 3, "dilation_rate": 2}, [24, 24, 8]),
    ({"kernel_size": 28}, [1, 1, 8]),
]


@pytest.mark.parametrize(("plain", "result"), CASES, ids=str)
def test_shape(plain: dict[str, Any], result: list[int]) -> None:
    assert shape("Conv2D", [28, 28, 4], filters=8, **plain) == result


def test_weights() -> None:
    assert weights("Conv2D", [28, 28, 4], filters=8, kernel_size=[3, 5]) == {"kernel": [3, 5, 4, 8], "bias": [8]}
    assert weights("Conv2D", [28, 28, 4], filters=8, kernel_size=3, groups=2)["kernel"] == [3, 3, 2, 8]
    assert trainable("Conv2D", [28, 28, 4], filters=8, kernel_size=3, trainable=False) == []


def test_macs() -> None:
    assert macs("Conv2D", [28, 28, 4], filters=8, kernel_size=3) == 26 * 26 * 8 * 9 * 4
    assert macs("Conv2D", [28, 28, 4], filters=8, kernel_size=3, groups=4) == 26 * 26 * 8 * 9


def test_a_map_without_channels() -> None:
    error = refused("Conv2D", [64, 64], filters=8, kernel_size=3)
    assert error.message == "Conv2D takes [height, width, channels], found [64, 64]"
    assert error.operand == 0
    assert "shape [64, 64, 1]" in error.help


def test_a_window_longer_than_the_axis() -> None:
    error = refused("Conv2D", [28, 4, 1], filters=8, kernel_size=5)
    assert error.message == "Conv2D's window of 5 is longer than the axis of 4 it slides on"
    assert "`padding: same`" in error.help
    error = refused("Conv2D", [4, 4, 1], filters=8, kernel_size=3, dilation_rate=2)
    assert "window of 5 (3, dilated by 2)" in error.message


def test_channels_that_the_groups_do_not_divide() -> None:
    error = refused("Conv2D", [8, 8, 3], filters=8, kernel_size=3, groups=2)
    assert error.message == "Conv2D cannot split the 3 channels of [8, 8, 3] into 2 groups"
    assert error.attribute == "groups"


def test_integers_are_refused() -> None:
    error = refused("Conv2D", TensorType((8, 8, 3), "uint8"), filters=8, kernel_size=3)
    assert (error.code, error.message) == ("dtype-mismatch", "Conv2D computes on floats, found [8, 8, 3] uint8")
    assert "Rescaling" in error.help


def test_attributes_that_do_not_go_together() -> None:
    found = check("Conv2D", filters=3, kernel_size=3, groups=2)
    assert found == ("groups", "expected a divisor of `filters`: 2 groups do not divide the 3 filters evenly")
    found = check("Conv2D", filters=4, kernel_size=3, strides=[1, 2], dilation_rate=2)
    assert found == ("dilation_rate", "a convolution cannot have both `strides` and `dilation_rate` above 1")


def test_channels_first_is_not_supported() -> None:
    error = bad("Conv2D", filters=1, kernel_size=1, data_format="channels_first")
    assert error.code == "unsupported-value"
    assert "channel axis to the end" in error.help


@pytest.mark.parametrize("kernel_size", [[3, 3, 3], [3]])
def test_a_window_has_one_size_for_each_axis(kernel_size: list[int]) -> None:
    error = bad("Conv2D", filters=1, kernel_size=kernel_size)
    assert error.message.startswith("expected an integer of at least 1 or a list of 2 of them")
