"""DepthwiseConv2D: each channel has filters of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Enum, Int, PerAxis, attribute, optional
from specc.ops._base import Attributes, OpDef, Operands, Weight, compute_dtype, need_rank
from specc.ops._dtypes import need_floats
from specc.ops._geometry import CHANNELS_LAST, window_shape
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthwiseConv2DAttributes(Attributes):
    kernel_size: tuple[int, ...] = attribute(PerAxis(2), doc="Height and width of the window.", positional=True)
    strides: tuple[int, ...] = attribute(PerAxis(2), (1, 1), "Steps of the window.")
    padding: str = attribute(Enum("valid", "same"), "valid", "`same` pads with zeros, so that stride 1 keeps the size.")
    depth_multiplier: int = attribute(Int(1), 1, "How many filters each channel has.")
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")
    dilation_rate: tuple[int, ...] = attribute(PerAxis(2), (1, 1), "Distance between the window's elements.")
    activation: str = activation()
    use_bias: bool = use_bias()
    depthwise_initializer: KerasObject = initializer("kernel", GLOROT_UNIFORM)
    bias_initializer: KerasObject = initializer("bias", ZEROS)
    depthwise_regularizer: KerasObject | None = regularizer("kernel")
    bias_regularizer: KerasObject | None = regularizer("bias")
    activity_regularizer: KerasObject | None = activity_regularizer()
    depthwise_constraint: KerasObject | None = constraint("kernel")
    bias_constraint: KerasObject | None = constraint("bias")


def infer(attributes: DepthwiseConv2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height', width', channels * depth_multiplier]`."""
    operand = operands[0]
    need_rank(operand, 3, "DepthwiseConv2D", "[height, width, channels]")
    need_floats("DepthwiseConv2D", operand)
    *spatial, channels = operand.shape
    shape = window_shape(
        "DepthwiseConv2D",
        spatial,
        attributes.kernel_size,
        attributes.strides,
        attributes.dilation_rate,
        attributes.padding,
    )
    return TensorType((*shape, channels * attributes.depth_multiplier), compute_dtype(attributes))


def weights(attributes: DepthwiseConv2DAttributes, operands: Operands) -> tuple[Weight, ...]:
    channels, multiplier = operands[0].shape[-1], attributes.depth_multiplier
    kernel = Weight("kernel", (*attributes.kernel_size, channels, multiplier), attributes.trainable)
    return (
        (kernel, Weight("bias", (channels * multiplier,), attributes.trainable)) if attributes.use_bias else (kernel,)
    )


def macs(attributes: DepthwiseConv2DAttributes, operands: Operands, result: TensorType) -> int:
    return result.elements * math.prod(attributes.kernel_size)


def checks(attributes: DepthwiseConv2DAttributes) -> tuple[str, str] | None:
    return check_weights(attributes, {"depthwise": 4, **({"bias": 1} if attributes.use_bias else {})})


OP = OpDef(
    name="DepthwiseConv2D",
    doc="Filters that slide over height and width, each on one channel.",
    attributes=DepthwiseConv2DAttributes,
    infer=infer,
    weights=weights,
    macs=macs,
    checks=checks,
)
