"""Pools over height and width: attributes and shape."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ops._attributes import Enum, PerAxis, attribute, optional
from specc.ops._base import Attributes, Operands, need_rank
from specc.ops._geometry import CHANNELS_LAST, window_shape


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolAttributes(Attributes):
    pool_size: tuple[int, ...] = attribute(PerAxis(2), doc="Height and width of the window.", positional=True)
    strides: tuple[int, ...] | None = attribute(optional(PerAxis(2)), None, "Steps of the window; its size if null.")
    padding: str = attribute(Enum("valid", "same"), "valid", "`same` lets windows reach over the edge.")
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


def pooled_shape(op: str, attributes: PoolAttributes, operands: Operands) -> tuple[int, ...]:
    """`[height, width, channels]` gives `[height', width', channels]`."""
    operand = operands[0]
    need_rank(operand, 3, op, "[height, width, channels]")
    *spatial, channels = operand.shape
    size = attributes.pool_size
    shape = window_shape(op, spatial, size, attributes.strides or size, (1, 1), attributes.padding, "pool_size")
    return (*shape, channels)
