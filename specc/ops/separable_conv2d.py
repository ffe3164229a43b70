"""SeparableConv2D: filters for each channel, then their mixtures."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _depthwise
from specc.ops._base import OpDef, Operands
from specc.ops._depthwise import SeparableAttributes as SeparableConv2DAttributes


def infer(attributes: SeparableConv2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height', width', filters]`."""
    return _depthwise.separable("SeparableConv2D", attributes, operands)


OP = OpDef(
    name="SeparableConv2D",
    doc="Filters that slide over height and width, each on one channel, and are then mixed.",
    attributes=SeparableConv2DAttributes,
    infer=infer,
    weights=_depthwise.separable_weights,
    macs=_depthwise.separable_macs,
    checks=_depthwise.separable_checks,
)
