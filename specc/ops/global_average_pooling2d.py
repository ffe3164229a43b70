"""GlobalAveragePooling2D: the mean of each channel."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Bool, attribute, optional
from specc.ops._base import Attributes, OpDef, Operands, need_rank
from specc.ops._dtypes import fractions
from specc.ops._geometry import CHANNELS_LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalAveragePooling2DAttributes(Attributes):
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")
    keepdims: bool = attribute(Bool(), False, "Whether height and width stay, as axes of size 1.")


def infer(attributes: GlobalAveragePooling2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[channels]`, or `[1, 1, channels]` with `keepdims`."""
    operand = operands[0]
    need_rank(operand, 3, "GlobalAveragePooling2D", "[height, width, channels]")
    channels = operand.shape[-1]
    return TensorType((1, 1, channels) if attributes.keepdims else (channels,), fractions(attributes, operand))


OP = OpDef(
    name="GlobalAveragePooling2D",
    doc="The mean of each channel over height and width.",
    attributes=GlobalAveragePooling2DAttributes,
    infer=infer,
)
