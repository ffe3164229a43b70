"""DepthwiseConv2D."""

from __future__ import annotations

from .support import check, macs, refused, shape, weights


def test_each_channel_has_its_own_filters() -> None:
    assert shape("DepthwiseConv2D", [28, 28, 4], kernel_size=3) == [26, 26, 4]
    assert shape("DepthwiseConv2D", [28, 28, 4], kernel_size=3, depth_multiplier=2, strides=2) == [13, 13, 8]
    assert shape("DepthwiseConv2D", [28, 28, 4], kernel_size=3, strides=[1, 2], padding="same") == [28, 14, 4]


def test_weights_and_macs() -> None:
    found = weights("DepthwiseConv2D", [28, 28, 4], kernel_size=[3, 5], depth_multiplier=2)
    assert found == {"kernel": [3, 5, 4, 2], "bias": [8]}
    assert macs("DepthwiseConv2D", [28, 28, 4], kernel_size=3, depth_multiplier=2) == 26 * 26 * 8 * 9


def test_a_map_without_channels() -> None:
    error = refused("DepthwiseConv2D", [64, 64], kernel_size=3)
    assert error.message == "DepthwiseConv2D takes [height, width, channels], found [64, 64]"


def test_strides_may_stand_with_a_dilation() -> None:
    assert check("DepthwiseConv2D", kernel_size=3, strides=2, dilation_rate=2) is None


def test_a_kernel_of_four_axes_cannot_start_as_the_identity() -> None:
    found = check("DepthwiseConv2D", kernel_size=3, depthwise_initializer="identity")
    assert found == ("depthwise_initializer", "this weight has 4 axes, and Identity makes a matrix")


def test_unequal_strides_are_refused_on_every_processor() -> None:
    found = check("DepthwiseConv2D", kernel_size=3, strides=[1, 2], depth_multiplier=2)
    assert found is not None and found[0] == "strides" and "on some processors only" in found[1]
    assert "`groups` equal to the number of channels and as many `filters` times 2" in found[-1]
    assert check("DepthwiseConv2D", kernel_size=3, strides=[1, 2], dilation_rate=2, dtype="float16") is None
    assert check("DepthwiseConv2D", kernel_size=3, strides=2, dtype="float16") is None
