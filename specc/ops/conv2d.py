"""Conv2D: filters that slide over height and width."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _conv
from specc.ops._base import OpDef, Operands
from specc.ops._conv import ConvAttributes as Conv2DAttributes


def infer(attributes: Conv2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height', width', filters]`."""
    return _conv.infer("Conv2D", attributes, operands)


OP = OpDef(
    name="Conv2D",
    doc="Filters that slide over height and width and see all channels, or those of their group.",
    attributes=Conv2DAttributes,
    infer=infer,
    weights=_conv.weights,
    macs=_conv.macs,
    checks=_conv.checks,
)
