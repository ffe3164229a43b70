"""SeparableConv2D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, check, infer, macs, refused, shape, trainable, weights


def test_shape() -> None:
    assert shape("SeparableConv2D", [28, 28, 4], filters=6, kernel_size=3) == [26, 26, 6]
    assert shape("SeparableConv2D", [28, 28, 4], filters=6, kernel_size=[1, 5], strides=[1, 2]) == [28, 12, 6]
    assert shape("SeparableConv2D", [28, 28, 4], filters=6, kernel_size=3, padding="same", strides=2) == [14, 14, 6]


def test_weights() -> None:
    found = weights("SeparableConv2D", [28, 28, 4], filters=6, kernel_size=[3, 5], depth_multiplier=2)
    assert found == {"depthwise_kernel": [3, 5, 4, 2], "pointwise_kernel": [1, 1, 8, 6], "bias": [6]}
    assert list(found) == ["depthwise_kernel", "pointwise_kernel", "bias"]
    assert trainable("SeparableConv2D", [28, 28, 4], filters=6, kernel_size=3, trainable=False) == []


def test_macs_of_both_steps() -> None:
    found = macs("SeparableConv2D", [28, 28, 4], filters=6, kernel_size=3, depth_multiplier=2)
    assert found == 26 * 26 * 8 * 9 + 26 * 26 * 8 * 6


def test_a_map_without_channels() -> None:
    error = refused("SeparableConv2D", [64, 64], filters=6, kernel_size=3)
    assert error.message == "SeparableConv2D takes [height, width, channels], found [64, 64]"


def test_channels_first_is_not_supported() -> None:
    error = bad("SeparableConv2D", filters=1, kernel_size=1, data_format="channels_first")
    assert error.code == "unsupported-value"


def test_unequal_strides_are_refused_on_every_processor() -> None:
    found = check("SeparableConv2D", filters=6, kernel_size=3, strides=[1, 2])
    assert found is not None and found[0] == "strides" and "a Conv2D with `filters: 6`" in found[-1]
    assert check("SeparableConv2D", filters=6, kernel_size=3, strides=[2, 2]) is None


def test_lengths_may_be_open_and_channels_may_not() -> None:
    height = Symbol("H")
    operand = TensorType((height, 28, 4))
    assert infer("SeparableConv2D", operand, filters=6, kernel_size=3).shape == (height - 2, 26, 6)
    error = refused("SeparableConv2D", TensorType((28, 28, Symbol("C"))), filters=6, kernel_size=3)
    assert error.help == "set it with `--set C=…`, or write a number"
