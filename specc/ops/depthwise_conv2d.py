"""DepthwiseConv2D: each channel has filters of its own."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _depthwise
from specc.ops._base import OpDef, Operands
from specc.ops._depthwise import DepthwiseAttributes as DepthwiseConv2DAttributes


def infer(attributes: DepthwiseConv2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height', width', channels * depth_multiplier]`."""
    return _depthwise.depthwise("DepthwiseConv2D", attributes, operands)


OP = OpDef(
    name="DepthwiseConv2D",
    doc="Filters that slide over height and width, each on one channel.",
    attributes=DepthwiseConv2DAttributes,
    infer=infer,
    weights=_depthwise.depthwise_weights,
    macs=_depthwise.depthwise_macs,
    checks=_depthwise.depthwise_checks,
)
