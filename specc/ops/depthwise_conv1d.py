"""DepthwiseConv1D: each channel of a sequence has filters of its own."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _conv, _depthwise
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthwiseConv1DAttributes(_depthwise.DepthwiseAttributes):
    kernel_size: tuple[int, ...] = _conv.kernel_size(1)
    strides: tuple[int, ...] = _conv.strides(1)
    dilation_rate: tuple[int, ...] = _conv.dilation_rate(1)


def infer(attributes: DepthwiseConv1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[steps', channels * depth_multiplier]`."""
    return _depthwise.depthwise("DepthwiseConv1D", attributes, operands)


OP = OpDef(
    name="DepthwiseConv1D",
    doc="Filters that slide over the steps of a sequence, each on one channel.",
    attributes=DepthwiseConv1DAttributes,
    infer=infer,
    weights=_depthwise.depthwise_weights,
    macs=_depthwise.depthwise_macs,
    checks=_depthwise.depthwise_checks,
)
