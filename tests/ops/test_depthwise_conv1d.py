"""DepthwiseConv1D."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import bad, check, macs, refused, shape, weights


def test_each_channel_has_its_own_filters() -> None:
    assert shape("DepthwiseConv1D", [10, 4], kernel_size=3) == [8, 4]
    assert shape("DepthwiseConv1D", [10, 4], kernel_size=3, depth_multiplier=2, strides=2) == [4, 8]
    assert shape("DepthwiseConv1D", [10, 4], kernel_size=3, dilation_rate=4, strides=2) == [1, 4]
    assert shape("DepthwiseConv1D", [10, 4], kernel_size=3, padding="same", strides=3) == [4, 4]


def test_weights_and_macs() -> None:
    found = weights("DepthwiseConv1D", [10, 4], kernel_size=3, depth_multiplier=2)
    assert found == {"kernel": [3, 4, 2], "bias": [8]}
    assert weights("DepthwiseConv1D", [10, 4], kernel_size=3, use_bias=False) == {"kernel": [3, 4, 1]}
    assert macs("DepthwiseConv1D", [10, 4], kernel_size=3, depth_multiplier=2) == 8 * 8 * 3


def test_a_sequence_without_channels() -> None:
    error = refused("DepthwiseConv1D", [10], kernel_size=3)
    assert error.message == "DepthwiseConv1D takes [steps, channels], found [10]"


def test_integers_are_refused() -> None:
    assert refused("DepthwiseConv1D", TensorType((10, 4), "int32"), kernel_size=3).code == "dtype-mismatch"


def test_there_is_no_causal_padding() -> None:
    assert bad("DepthwiseConv1D", kernel_size=3, padding="causal").code == "bad-value"


def test_a_kernel_of_three_axes_cannot_start_as_the_identity() -> None:
    found = check("DepthwiseConv1D", kernel_size=3, depthwise_initializer="identity")
    assert found == ("depthwise_initializer", "this weight has 3 axes, and Identity makes a matrix")
