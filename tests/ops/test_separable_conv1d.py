"""SeparableConv1D."""

from __future__ import annotations

from .support import check, macs, refused, shape, weights


def test_shape() -> None:
    assert shape("SeparableConv1D", [10, 4], filters=6, kernel_size=3) == [8, 6]
    assert shape("SeparableConv1D", [10, 4], filters=6, kernel_size=3, strides=3, padding="same") == [4, 6]
    assert shape("SeparableConv1D", [10, 4], filters=6, kernel_size=3, strides=2, dilation_rate=2) == [3, 6]


def test_weights() -> None:
    found = weights("SeparableConv1D", [10, 4], filters=6, kernel_size=3, depth_multiplier=2)
    assert found == {"depthwise_kernel": [3, 4, 2], "pointwise_kernel": [1, 8, 6], "bias": [6]}
    assert list(found) == ["depthwise_kernel", "pointwise_kernel", "bias"]


def test_macs_of_both_steps() -> None:
    assert macs("SeparableConv1D", [10, 4], filters=6, kernel_size=3) == 8 * 4 * 3 + 8 * 4 * 6
    found = macs("SeparableConv1D", [10, 4], filters=6, kernel_size=3, depth_multiplier=2)
    assert found == 8 * 8 * 3 + 8 * 8 * 6


def test_a_sequence_without_channels() -> None:
    error = refused("SeparableConv1D", [10], filters=6, kernel_size=3)
    assert error.message == "SeparableConv1D takes [steps, channels], found [10]"


def test_kernels_of_three_axes_cannot_start_as_the_identity() -> None:
    message = "this weight has 3 axes, and Identity makes a matrix"
    for part in ("depthwise", "pointwise"):
        given = {"filters": 6, "kernel_size": 3, f"{part}_initializer": "identity"}
        assert check("SeparableConv1D", **given) == (f"{part}_initializer", message)
