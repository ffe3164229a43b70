"""Conv2DTranspose."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, check, infer, macs, refused, shape, trainable, weights

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({"kernel_size": 3}, [7, 8, 2]),
    ({"kernel_size": 3, "strides": 2}, [11, 13, 2]),
    ({"kernel_size": 1, "strides": 3}, [15, 18, 2]),
    ({"kernel_size": 3, "strides": 2, "padding": "same"}, [10, 12, 2]),
    ({"kernel_size": 3, "dilation_rate": 2}, [9, 10, 2]),
]


@pytest.mark.parametrize(("plain", "result"), CASES, ids=str)
def test_shape(plain: dict[str, Any], result: list[int]) -> None:
    assert shape("Conv2DTranspose", [5, 6, 4], filters=2, **plain) == result


def test_each_axis_has_steps_and_an_end_of_its_own() -> None:
    plain = {"filters": 2, "kernel_size": [3, 4], "strides": [3, 2], "padding": "same"}
    assert shape("Conv2DTranspose", [5, 6, 4], **plain) == [15, 12, 2]
    assert shape("Conv2DTranspose", [5, 6, 4], **plain, output_padding=[2, 1]) == [15, 11, 2]


def test_a_window_has_one_size_for_each_axis() -> None:
    error = bad("Conv2DTranspose", filters=1, kernel_size=[3, 3, 3])
    assert error.message == "expected an integer of at least 1 or a list of 2 of them, found a list of 3"


def test_the_kernel_has_the_filters_before_the_channels() -> None:
    found = weights("Conv2DTranspose", [5, 6, 4], filters=2, kernel_size=3)
    assert found == {"kernel": [3, 3, 2, 4], "bias": [2]}
    assert list(found) == ["kernel", "bias"]
    assert trainable("Conv2DTranspose", [5, 6, 4], filters=2, kernel_size=3, trainable=False) == []


def test_each_element_is_multiplied_by_a_window_for_each_filter() -> None:
    assert macs("Conv2DTranspose", [5, 6, 4], filters=2, kernel_size=3) == 5 * 6 * 4 * 9 * 2
    assert macs("Conv2DTranspose", [5, 6, 4], filters=2, kernel_size=3, strides=2, padding="same") == 5 * 6 * 4 * 9 * 2


def test_an_operand_without_channels() -> None:
    error = refused("Conv2DTranspose", [5, 6], filters=2, kernel_size=3)
    assert error.message == "Conv2DTranspose takes [height, width, channels], found [5, 6]"
    assert "shape [5, 6, 1]" in error.help


def test_an_end_as_long_as_a_step_is_refused() -> None:
    found = check("Conv2DTranspose", filters=2, kernel_size=3, strides=2, output_padding=2)
    assert found == ("output_padding", "expected less than `strides` on each axis, found 2 where the step is 2")


def test_an_even_window_needs_an_end_under_same() -> None:
    plain = {"filters": 2, "kernel_size": 4, "strides": 2, "padding": "same"}
    found = check("Conv2DTranspose", **plain, output_padding=0)
    assert found is not None and found[0] == "output_padding"
    assert found[1].startswith("expected at least 1 for a window of even length")
    assert check("Conv2DTranspose", **plain, output_padding=1) is None
    assert check("Conv2DTranspose", **plain) is None


def test_a_dilated_window_is_refused_on_every_processor() -> None:
    found = check("Conv2DTranspose", filters=2, kernel_size=3, dilation_rate=2)
    assert found is not None and found[0] == "dilation_rate"
    assert "on some processors only" in found[1] and "use Conv2D" in found[-1]


def test_lengths_may_be_open_and_channels_may_not() -> None:
    size = Symbol("T")
    operand = TensorType((size, 6, 4))
    found = infer("Conv2DTranspose", operand, filters=2, kernel_size=3, strides=2)
    assert found.shape == (2 * size + 1, 13, 2)
    assert refused("Conv2DTranspose", TensorType((5, 6, size)), filters=2, kernel_size=3).code == "unknown-size"
