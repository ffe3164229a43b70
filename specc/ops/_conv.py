"""Convolutions over one to three spatial axes: attributes, shape, weights, cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from specc.ir.types import TensorType
from specc.ops._attributes import Enum, Int, PerAxis, attribute, optional
from specc.ops._base import Attributes, Mismatch, Operands, Weight, compute_dtype, need_rank, need_sizes
from specc.ops._dtypes import need_floats
from specc.ops._geometry import CHANNELS_LAST, layout, lengths, window_shape
from specc.ops._weighted import KernelAttributes, check_weights, kernel_and_bias, kernel_ranks


def filters() -> Any:
    return attribute(Int(1), doc="How many filters, the channels of the result.", positional=True)


def kernel_size(axes: int) -> Any:
    return attribute(PerAxis(axes), doc=f"{lengths(axes)} of the window.", positional=True)


def strides(axes: int) -> Any:
    return attribute(PerAxis(axes), (1,) * axes, "Step of the window." if axes == 1 else "Steps of the window.")


def padding() -> Any:
    return attribute(Enum("valid", "same"), "valid", "`same` pads with zeros, so that stride 1 keeps the size.")


def data_format() -> Any:
    return attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


def dilation_rate(axes: int) -> Any:
    return attribute(PerAxis(axes), (1,) * axes, "Distance between the window's elements.")


@dataclass(frozen=True, kw_only=True)  # no slots, so that it can stand beside KernelAttributes
class _Window(Attributes):
    filters: int = filters()
    kernel_size: tuple[int, ...] = kernel_size(2)
    strides: tuple[int, ...] = strides(2)
    padding: str = padding()
    data_format: str | None = data_format()
    dilation_rate: tuple[int, ...] = dilation_rate(2)
    groups: int = attribute(Int(1), 1, "Into how many groups the channels are split, each with its own filters.")


@dataclass(frozen=True, kw_only=True)
class ConvAttributes(KernelAttributes, _Window):
    """The attributes of Conv2D; other convolutions replace the kinds that depend on the number of axes."""


def need_channels(op: str, axes: int, operand: TensorType) -> None:
    """Raises for what no kernel over so many axes can slide on."""
    need_rank(operand, axes + 1, op, layout(axes))
    need_floats(op, operand)
    need_sizes(operand, [-1], op, "the channels")


def infer(op: str, attributes: ConvAttributes, operands: Operands) -> TensorType:
    """`[*spatial, channels]` gives `[*windows, filters]`."""
    operand = operands[0]
    need_channels(op, len(attributes.kernel_size), operand)
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
    found = check_steps(attributes.strides, attributes.dilation_rate)
    return found or check_weights(attributes, kernel_ranks(attributes, len(attributes.kernel_size) + 2))


def check_steps(strides: tuple[int, ...], dilation_rate: tuple[int, ...]) -> tuple[str, str] | None:
    if max(strides) > 1 and max(dilation_rate) > 1:
        return "dilation_rate", "a convolution cannot have both `strides` and `dilation_rate` above 1"
    return None
