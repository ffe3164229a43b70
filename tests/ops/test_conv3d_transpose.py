"""Conv3DTranspose."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import check, infer, macs, refused, shape, trainable, weights

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({"kernel_size": 3}, [5, 7, 8, 2]),
    ({"kernel_size": 3, "strides": 2}, [7, 11, 13, 2]),
    ({"kernel_size": 1, "strides": 3}, [9, 15, 18, 2]),
    ({"kernel_size": 3, "strides": 2, "padding": "same"}, [6, 10, 12, 2]),
    ({"kernel_size": 3, "dilation_rate": 2}, [7, 9, 10, 2]),
]


@pytest.mark.parametrize(("plain", "result"), CASES, ids=str)
def test_shape(plain: dict[str, Any], result: list[int]) -> None:
    assert shape("Conv3DTranspose", [3, 5, 6, 4], filters=2, **plain) == result


def test_each_axis_has_steps_of_its_own() -> None:
    plain = {"filters": 2, "kernel_size": [1, 2, 3], "strides": [1, 2, 3]}
    assert shape("Conv3DTranspose", [3, 5, 6, 4], **plain) == [3, 10, 18, 2]
    assert shape("Conv3DTranspose", [3, 5, 6, 4], **plain, output_padding=[0, 1, 2]) == [3, 11, 20, 2]


def test_the_kernel_has_the_filters_before_the_channels() -> None:
    found = weights("Conv3DTranspose", [3, 5, 6, 4], filters=2, kernel_size=3)
    assert found == {"kernel": [3, 3, 3, 2, 4], "bias": [2]}
    assert list(found) == ["kernel", "bias"]
    assert trainable("Conv3DTranspose", [3, 5, 6, 4], filters=2, kernel_size=3, trainable=False) == []


def test_each_element_is_multiplied_by_a_window_for_each_filter() -> None:
    assert macs("Conv3DTranspose", [3, 5, 6, 4], filters=2, kernel_size=3) == 3 * 5 * 6 * 4 * 27 * 2
    assert (
        macs("Conv3DTranspose", [3, 5, 6, 4], filters=2, kernel_size=3, strides=2, padding="same")
        == 3 * 5 * 6 * 4 * 27 * 2
    )


def test_an_operand_without_channels() -> None:
    error = refused("Conv3DTranspose", [3, 5, 6], filters=2, kernel_size=3)
    assert error.message == "Conv3DTranspose takes [depth, height, width, channels], found [3, 5, 6]"
    assert "shape [3, 5, 6, 1]" in error.help


def test_an_end_as_long_as_a_step_is_refused() -> None:
    found = check("Conv3DTranspose", filters=2, kernel_size=3, strides=2, output_padding=2)
    assert found == ("output_padding", "expected less than `strides` on each axis, found 2 where the step is 2")


def test_an_even_window_needs_an_end_under_same() -> None:
    plain = {"filters": 2, "kernel_size": 4, "strides": 2, "padding": "same"}
    found = check("Conv3DTranspose", **plain, output_padding=0)
    assert found is not None and found[0] == "output_padding"
    assert found[1].startswith("expected at least 1 for a window of even length")
    assert check("Conv3DTranspose", **plain, output_padding=1) is None
    assert check("Conv3DTranspose", **plain) is None


def test_a_dilated_window_is_refused_on_every_processor() -> None:
    found = check("Conv3DTranspose", filters=2, kernel_size=3, dilation_rate=2)
    assert found is not None and found[0] == "dilation_rate"
    assert "on some processors only" in found[1] and "use Conv3D" in found[-1]


def test_lengths_may_be_open_and_channels_may_not() -> None:
    size = Symbol("T")
    operand = TensorType((size, 5, 6, 4))
    found = infer("Conv3DTranspose", operand, filters=2, kernel_size=3, strides=2)
    assert found.shape == (2 * size + 1, 11, 13, 2)
    assert refused("Conv3DTranspose", TensorType((3, 5, 6, size)), filters=2, kernel_size=3).code == "unknown-size"
