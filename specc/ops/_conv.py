"""Convolutions of any number of spatial axes: attributes, shape, weights, cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Enum, Int, PerAxis, attribute, optional
from specc.ops._base import Attributes, Mismatch, Operands, Weight, compute_dtype, need_rank
from specc.ops._dtypes import need_floats
from specc.ops._geometry import CHANNELS_LAST, window_shape
from specc.ops._weighted import KernelAttributes, check_weights, kernel_and_bias, kernel_ranks


@dataclass(frozen=True, kw_only=True)  # no slots, so that it can stand beside KernelAttributes
class _Window(Attributes):
    filters: int = attribute(Int(1), doc="How many filters, the channels of the result.", positional=True)
    kernel_size: tuple[int, ...] = attribute(PerAxis(2), doc="Height and width of the window.", positional=True)
    strides: tuple[int, ...] = attribute(PerAxis(2), (1, 1), "Steps of the window.")
    padding: str = attribute(Enum("valid", "same"), "valid", "`same` pads with zeros, so that stride 1 keeps the size.")
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")
    dilation_rate: tuple[int, ...] = attribute(PerAxis(2), (1, 1), "Distance between the window's elements.")
    groups: int = attribute(Int(1), 1, "Into how many groups the channels are split, each with its own filters.")


@dataclass(frozen=True, kw_only=True)
class ConvAttributes(KernelAttributes, _Window):
    """The attributes of Conv2D; other convolutions replace the kinds that depend on the number of axes."""


def infer(op: str, layout: str, attributes: ConvAttributes, operands: Operands) -> TensorType:
    """`[*spatial, channels]` gives `[*windows, filters]`."""
    operand = operands[0]
    need_rank(operand, len(attributes.kernel_size) + 1, op, layout)
    need_floats(op, operand)
    *spatial, channels = operand.shape
    if channels % attributes.groups:
        raise Mismatch(
            f"{op} cannot split the {channels} channels of {operand} into {attributes.groups} groups",
            0,
            help="`groups` has to divide the channels of the operand",
            attribute="groups",
        )
    shape = window_shape(
        op, spatial, attributes.kernel_size, attributes.strides, attributes.dilation_rate, attributes.padding
    )
    return TensorType((*shape, attributes.filters), compute_dtype(attributes))


def weights(attributes: ConvAttributes, operands: Operands) -> tuple[Weight, ...]:
    channels = operands[0].shape[-1] // attributes.groups
    return kernel_and_bias(attributes, (*attributes.kernel_size, channels, attributes.filters), attributes.filters)


def macs(attributes: ConvAttributes, operands: Operands, result: TensorType) -> int:
    return result.elements * math.prod(attributes.kernel_size) * (operands[0].shape[-1] // attributes.groups)


def checks(attributes: ConvAttributes) -> tuple[str, str] | None:
    if attributes.filters % attributes.groups:
        found = f"{attributes.groups} groups do not divide the {attributes.filters} filters evenly"
        return "groups", f"expected a divisor of `filters`: {found}"
    if max(attributes.strides) > 1 and max(attributes.dilation_rate) > 1:
        return "dilation_rate", "a convolution cannot have both `strides` and `dilation_rate` above 1"
    return check_weights(attributes, kernel_ranks(attributes, len(attributes.kernel_size) + 2))
