"""Depthwise and separable convolutions over one or two spatial axes: attributes, shapes, weights, costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from specc.ir.types import TensorType
from specc.ops import _conv
from specc.ops._attributes import Int, attribute
from specc.ops._base import Attributes, Conflict, Operands, Weight, compute_dtype
from specc.ops._geometry import window_shape
from specc.ops._keras_objects import GLOROT_UNIFORM, ZEROS, KerasObject
from specc.ops._weighted import (
    activation,
    activity_regularizer,
    check_weights,
    constraint,
    initializer,
    regularizer,
    use_bias,
)


def depth_multiplier() -> Any:
    return attribute(Int(1), 1, "How many filters each channel has.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthwiseAttributes(Attributes):
    """The attributes of DepthwiseConv2D; DepthwiseConv1D replaces the kinds that depend on the number of axes."""

    kernel_size: tuple[int, ...] = _conv.kernel_size(2)
    strides: tuple[int, ...] = _conv.strides(2)
    padding: str = _conv.padding()
    depth_multiplier: int = depth_multiplier()
    data_format: str | None = _conv.data_format()
    dilation_rate: tuple[int, ...] = _conv.dilation_rate(2)
    activation: str = activation()
    use_bias: bool = use_bias()
    depthwise_initializer: KerasObject = initializer("kernel", GLOROT_UNIFORM)
    bias_initializer: KerasObject = initializer("bias", ZEROS)
    depthwise_regularizer: KerasObject | None = regularizer("kernel")
    bias_regularizer: KerasObject | None = regularizer("bias")
    activity_regularizer: KerasObject | None = activity_regularizer()
    depthwise_constraint: KerasObject | None = constraint("kernel")
    bias_constraint: KerasObject | None = constraint("bias")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparableAttributes(Attributes):
    """The attributes of SeparableConv2D; SeparableConv1D replaces the kinds that depend on the number of axes."""

    filters: int = _conv.filters()
    kernel_size: tuple[int, ...] = _conv.kernel_size(2)
    strides: tuple[int, ...] = _conv.strides(2)
    padding: str = _conv.padding()
    data_format: str | None = _conv.data_format()
    dilation_rate: tuple[int, ...] = _conv.dilation_rate(2)
    depth_multiplier: int = depth_multiplier()
    activation: str = activation()
    use_bias: bool = use_bias()
    depthwise_initializer: KerasObject = initializer("depthwise kernel", GLOROT_UNIFORM)
    pointwise_initializer: KerasObject = initializer("pointwise kernel", GLOROT_UNIFORM)
    bias_initializer: KerasObject = initializer("bias", ZEROS)
    depthwise_regularizer: KerasObject | None = regularizer("depthwise kernel")
    pointwise_regularizer: KerasObject | None = regularizer("pointwise kernel")
    bias_regularizer: KerasObject | None = regularizer("bias")
    activity_regularizer: KerasObject | None = activity_regularizer()
    depthwise_constraint: KerasObject | None = constraint("depthwise kernel")
    pointwise_constraint: KerasObject | None = constraint("pointwise kernel")
    bias_constraint: KerasObject | None = constraint("bias")


def depthwise(op: str, attributes: DepthwiseAttributes, operands: Operands) -> TensorType:
    """`[*spatial, channels]` gives `[*windows, channels * depth_multiplier]`."""
    shape = _windows(op, attributes, operands[0])
    return TensorType((*shape, operands[0].shape[-1] * attributes.depth_multiplier), compute_dtype(attributes))


def separable(op: str, attributes: SeparableAttributes, operands: Operands) -> TensorType:
    """`[*spatial, channels]` gives `[*windows, filters]`."""
    return TensorType((*_windows(op, attributes, operands[0]), attributes.filters), compute_dtype(attributes))


def _windows(op: str, given: DepthwiseAttributes | SeparableAttributes, operand: TensorType) -> tuple[int, ...]:
    _conv.need_channels(op, len(given.kernel_size), operand)
    return window_shape(op, operand.shape[:-1], given.kernel_size, given.strides, given.dilation_rate, given.padding)


def depthwise_weights(attributes: DepthwiseAttributes, operands: Operands) -> tuple[Weight, ...]:
    channels, multiplier = operands[0].shape[-1], attributes.depth_multiplier
    kernel = Weight("kernel", (*attributes.kernel_size, channels, multiplier), attributes.trainable)
    return (kernel, *_bias(attributes, channels * multiplier))


def separable_weights(attributes: SeparableAttributes, operands: Operands) -> tuple[Weight, ...]:
    window, channels, multiplier = attributes.kernel_size, operands[0].shape[-1], attributes.depth_multiplier
    point = (1,) * len(window)
    return (
        Weight("depthwise_kernel", (*window, channels, multiplier), attributes.trainable),
        Weight("pointwise_kernel", (*point, channels * multiplier, attributes.filters), attributes.trainable),
        *_bias(attributes, attributes.filters),
    )


def _bias(attributes: DepthwiseAttributes | SeparableAttributes, size: int) -> tuple[Weight, ...]:
    return (Weight("bias", (size,), attributes.trainable),) if attributes.use_bias else ()


def depthwise_macs(attributes: DepthwiseAttributes, operands: Operands, result: TensorType) -> int:
    return result.elements * math.prod(attributes.kernel_size)


def separable_macs(attributes: SeparableAttributes, operands: Operands, result: TensorType) -> int:
    """At each position a window for each channel's filters, then all of those for each filter."""
    between = operands[0].shape[-1] * attributes.depth_multiplier
    return math.prod(result.shape[:-1]) * between * (math.prod(attributes.kernel_size) + attributes.filters)


def depthwise_checks(attributes: DepthwiseAttributes) -> Conflict | None:
    filters = f"as many `filters`{'' if attributes.depth_multiplier == 1 else f' times {attributes.depth_multiplier}'}"
    grouped = f"use Conv2D with `groups` equal to the number of channels and {filters}: it computes the same"
    return _check_strides(attributes, grouped) or check_weights(attributes, _ranks(attributes, "depthwise"))


def separable_checks(attributes: SeparableAttributes) -> Conflict | None:
    split = (
        "write two nodes that compute the same: a Conv2D with these strides, `groups` equal to the number of channels "
        f"and `depth_multiplier` times as many `filters`, then a Conv2D with `filters: {attributes.filters}` and "
        "`kernel_size: 1`"
    )
    return _check_strides(attributes, split) or check_weights(attributes, _ranks(attributes, "depthwise", "pointwise"))


def _ranks(attributes: DepthwiseAttributes | SeparableAttributes, *kernels: str) -> dict[str, int]:
    ranks = dict.fromkeys(kernels, len(attributes.kernel_size) + 2)
    return {**ranks, "bias": 1} if attributes.use_bias else ranks


def _check_strides(attributes: DepthwiseAttributes | SeparableAttributes, help: str) -> Conflict | None:
    """Refuses unequal strides everywhere: only oneDNN on some processors has these kernels.

    With dilation Keras computes every position and drops some afterwards, which runs anywhere.
    """
    if len(set(attributes.strides)) == 1 or max(attributes.dilation_rate) > 1:
        return None
    message = "TensorFlow computes depthwise convolutions with unequal `strides` on some processors only"
    return "strides", message, help
