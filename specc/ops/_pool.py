"""Pools over one to three spatial axes: attributes, shapes and what each kind of pool computes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from specc.ir.types import TensorType
from specc.ops._attributes import REQUIRED, Bool, Enum, PerAxis, attribute, optional
from specc.ops._base import Attributes, Mismatch, Operands, compute_dtype, need_rank, need_sizes
from specc.ops._dtypes import fractions, kept, need_floats, need_numbers
from specc.ops._geometry import CHANNELS_LAST, SPATIAL, layout, lengths, window_shape

_VOLUME_DTYPES = ("float32", "bfloat16")  # what TensorFlow has pools over three axes for, on a CPU


def window(axes: int, *default: int) -> Any:
    """The attribute `pool_size`; required unless a default is given."""
    return attribute(PerAxis(axes), default or REQUIRED, f"{lengths(axes)} of the window.", positional=True)


def steps(axes: int) -> Any:
    """The attribute `strides`."""
    return attribute(optional(PerAxis(axes)), None, "Steps of the window; its size if null.")


def pieces(axes: int) -> Any:
    """The attribute `output_size` of adaptive pools."""
    return attribute(PerAxis(axes), doc=f"{lengths(axes)} of the result.", positional=True)


def data_format() -> Any:
    return attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAttributes(Attributes):
    """The attributes of a pool over height and width; others replace the kinds that depend on the number of axes."""

    pool_size: tuple[int, ...] = window(2)
    strides: tuple[int, ...] | None = steps(2)
    padding: str = attribute(Enum("valid", "same"), "valid", "`same` lets windows reach over the edge.")
    data_format: str | None = data_format()


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalPoolAttributes(Attributes):
    data_format: str | None = data_format()
    keepdims: bool = attribute(Bool(), False, "Whether the pooled axes stay, with size 1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptivePoolAttributes(Attributes):
    """The attributes of an adaptive pool over height and width."""

    output_size: tuple[int, ...] = pieces(2)
    data_format: str | None = data_format()


def largest(op: str, attributes: PoolAttributes, operands: Operands) -> TensorType:
    """The result of a pool that takes the largest element of each window."""
    return _largest(op, attributes, operands[0], _pooled(op, attributes, operands[0]))


def mean(op: str, attributes: PoolAttributes, operands: Operands) -> TensorType:
    """The result of a pool that takes the mean of each window."""
    return _mean(op, attributes, operands[0], _pooled(op, attributes, operands[0]))


def global_largest(op: str, axes: int, attributes: GlobalPoolAttributes, operands: Operands) -> TensorType:
    """The result of taking the largest element of each channel."""
    shape = _reduced(op, axes, attributes, operands[0])
    return TensorType(shape, kept(attributes, operands[0]))


def global_mean(op: str, axes: int, attributes: GlobalPoolAttributes, operands: Operands) -> TensorType:
    """The result of taking the mean of each channel."""
    shape = _reduced(op, axes, attributes, operands[0])
    return TensorType(shape, fractions(attributes, operands[0]))


def adaptive_largest(op: str, attributes: AdaptivePoolAttributes, operands: Operands) -> TensorType:
    """The result of taking the largest element of each of so many parts."""
    operand = operands[0]
    shape = _divided(op, attributes, operand)
    axes = len(attributes.output_size)
    size, count = operand.shape[axes - 1], attributes.output_size[-1]
    if 1 in (size, count):
        # Keras also pools with a window of one more than it needs; where that is longer than the last of the axes,
        # TensorFlow's kernel divides by zero, which nothing can catch: some processors trap, others return
        raise Mismatch(
            f"{op} cannot divide the {SPATIAL[axes][-1]} of {operand} into {count}: "
            "on some processors that ends the process",
            0,
            help=f"use GlobalMaxPooling{axes}D for one part of all, or MaxPooling{axes}D with a window of that size",
            attribute="output_size",
        )
    return _largest(op, attributes, operand, shape)


def adaptive_mean(op: str, attributes: AdaptivePoolAttributes, operands: Operands) -> TensorType:
    """The result of taking the mean of each of so many parts."""
    return _mean(op, attributes, operands[0], _divided(op, attributes, operands[0]))


def volume_checks(attributes: Attributes) -> tuple[str, str] | None:
    """Finds compute dtypes that TensorFlow has no pools over three axes for."""
    dtype = compute_dtype(attributes)
    if dtype in _VOLUME_DTYPES:
        return None
    return "dtype", f"TensorFlow pools three axes in {' and '.join(_VOLUME_DTYPES)} only, on a CPU; found {dtype}"


def _pooled(op: str, attributes: PoolAttributes, operand: TensorType) -> tuple[int, ...]:
    size = attributes.pool_size
    need_rank(operand, len(size) + 1, op, layout(len(size)))
    *spatial, channels = operand.shape
    strides, undilated = attributes.strides or size, (1,) * len(size)
    return (*window_shape(op, spatial, size, strides, undilated, attributes.padding, "pool_size"), channels)


def _reduced(op: str, axes: int, attributes: GlobalPoolAttributes, operand: TensorType) -> tuple[int, ...]:
    need_rank(operand, axes + 1, op, layout(axes))
    return (*((1,) * axes if attributes.keepdims else ()), operand.shape[-1])


def _divided(op: str, attributes: AdaptivePoolAttributes, operand: TensorType) -> tuple[int, ...]:
    axes = len(attributes.output_size)
    need_rank(operand, axes + 1, op, layout(axes))
    need_sizes(operand, range(axes), op, "the lengths that it divides")
    return (*attributes.output_size, operand.shape[-1])


def _largest(op: str, attributes: Attributes, operand: TensorType, shape: tuple[int, ...]) -> TensorType:
    if len(shape) > 3:
        need_floats(op, operand)
    need_numbers(op, operand, but=("uint32", "uint64"))
    return TensorType(shape, kept(attributes, operand))


def _mean(op: str, attributes: Attributes, operand: TensorType, shape: tuple[int, ...]) -> TensorType:
    need_floats(op, operand)
    return TensorType(shape, kept(attributes, operand))
