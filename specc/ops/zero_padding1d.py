"""ZeroPadding1D: zeros around a sequence."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import PerAxis, attribute, optional
from specc.ops._base import Attributes, OpDef, Operands
from specc.ops._borders import Pair, padded
from specc.ops._geometry import CHANNELS_LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroPadding1DAttributes(Attributes):
    padding: Pair = attribute(
        PerAxis(2, 0),
        (1, 1),
        "Zeros at each end: one number, or [start, end].",
        positional=True,
    )
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


def infer(attributes: ZeroPadding1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[start + steps + end, channels]`."""
    return padded("ZeroPadding1D", (attributes.padding,), attributes, operands[0])


OP = OpDef(
    name="ZeroPadding1D",
    doc="Zeros added at both ends.",
    attributes=ZeroPadding1DAttributes,
    infer=infer,
)
