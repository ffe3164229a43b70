"""Transposed convolutions over one to three spatial axes: attributes, shape, weights, cost."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from specc.ir.types import TensorType
from specc.ops import _conv
from specc.ops._attributes import Enum, PerAxis, attribute, optional
from specc.ops._base import Attributes, Conflict, Operands, Weight, compute_dtype
from specc.ops._geometry import effective_kernel
from specc.ops._weighted import KernelAttributes, check_weights, kernel_and_bias, kernel_ranks


def strides(axes: int) -> Any:
    return attribute(PerAxis(axes), (1,) * axes, "How far apart the windows of neighbours lie in the result.")


def output_padding(axes: int) -> Any:
    return attribute(
        optional(PerAxis(axes, 0)), None, "How many elements are added at the result's end; `padding` tells if null."
    )


@dataclass(frozen=True, kw_only=True)  # no slots, so that it can stand beside KernelAttributes
class Window(Attributes):
    """What all of them take first, in Keras' order."""

    filters: int = _conv.filters()
    kernel_size: tuple[int, ...] = _conv.kernel_size(2)
    strides: tuple[int, ...] = strides(2)
    padding: str = attribute(
        Enum("valid", "same"),
        "valid",
        "`valid` keeps the windows whole; `same` makes each axis `strides` times as long.",
    )


@dataclass(frozen=True, kw_only=True)
class _Window(Window):
    output_padding: tuple[int, ...] | None = output_padding(2)
    data_format: str | None = _conv.data_format()
    dilation_rate: tuple[int, ...] = _conv.dilation_rate(2)


@dataclass(frozen=True, kw_only=True)
class ConvTransposeAttributes(KernelAttributes, _Window):
    """The attributes of Conv2DTranspose; the others replace the kinds that depend on the number of axes."""


def infer(op: str, attributes: ConvTransposeAttributes, operands: Operands) -> TensorType:
    """`[*spatial, channels]` gives `[*longer, filters]`."""
    operand = operands[0]
    _conv.need_channels(op, len(attributes.kernel_size), operand)
    shape = (_length(attributes, axis, size) for axis, size in enumerate(operand.shape[:-1]))
    return TensorType((*shape, attributes.filters), compute_dtype(attributes))


def _length(attributes: ConvTransposeAttributes, axis: int, size: int) -> int:
    """How long an axis becomes: the last window starts `(size - 1) * stride` after the first."""
    stride, added = attributes.strides[axis], attributes.output_padding
    kernel = effective_kernel(attributes.kernel_size[axis], attributes.dilation_rate[axis])
    if attributes.padding == "valid":
        return (size - 1) * stride + (max(kernel, stride) if added is None else kernel + added[axis])
    return size * stride if added is None else (size - 1) * stride + kernel % 2 + added[axis]


def weights(attributes: ConvTransposeAttributes, operands: Operands) -> tuple[Weight, ...]:
    kernel = (*attributes.kernel_size, attributes.filters, operands[0].shape[-1])
    return kernel_and_bias(attributes, kernel, attributes.filters)


def macs(attributes: ConvTransposeAttributes, operands: Operands, result: TensorType) -> int:
    """Each element of the operand is multiplied by a window for each filter."""
    return operands[0].elements * math.prod(attributes.kernel_size) * attributes.filters


def checks(attributes: ConvTransposeAttributes) -> Conflict | None:
    found = _check_dilation(attributes) or _check_added(attributes)
    return found or check_weights(attributes, kernel_ranks(attributes, len(attributes.kernel_size) + 2))


def _check_dilation(attributes: ConvTransposeAttributes) -> Conflict | None:
    """Refuses dilation everywhere: only oneDNN on some processors has these kernels."""
    if max(attributes.dilation_rate) == 1:
        return None
    conflict = _conv.check_steps(attributes.strides, attributes.dilation_rate)
    if conflict is not None:
        return conflict
    plain = f"Conv{len(attributes.kernel_size)}D"
    return (
        "dilation_rate",
        "TensorFlow computes transposed convolutions with `dilation_rate` above 1 on some processors only",
        "with strides of 1 it is a convolution with the kernel mirrored: "
        f"use {plain} with the same `kernel_size` and `dilation_rate`, {_padded(attributes)}",
    )


def _padded(attributes: ConvTransposeAttributes) -> str:
    """The padding with which a convolution computes what the transposed one does; the strides are 1."""
    axes = len(attributes.kernel_size)
    border = [
        effective_kernel(kernel, dilation) - 1
        for kernel, dilation in zip(attributes.kernel_size, attributes.dilation_rate, strict=True)
    ]
    if attributes.padding == "valid":
        sides: list[Any] = border
    elif any(total % 2 for total in border):
        sides = [[total - total // 2, total // 2] for total in border]
    else:
        return "with `padding: same`"
    return f"after ZeroPadding{axes}D with `padding: {sides[0] if axes == 1 else sides}`"


def _check_added(attributes: ConvTransposeAttributes) -> tuple[str, str] | None:
    for axis, added in enumerate(attributes.output_padding or ()):
        stride, kernel = attributes.strides[axis], attributes.kernel_size[axis]
        if added >= stride:
            return (
                "output_padding",
                f"expected less than `strides` on each axis, found {added} where the step is {stride}",
            )
        if (
            attributes.padding == "same"
            and not added
            and not effective_kernel(kernel, attributes.dilation_rate[axis]) % 2
        ):
            found = f"found 0 where the window is {kernel}"
            return "output_padding", f"expected at least 1 for a window of even length with `padding: same`, {found}"
    return None
