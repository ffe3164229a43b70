"""SeparableConv1D: filters for each channel of a sequence, then their mixtures."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _conv, _depthwise
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparableConv1DAttributes(_depthwise.SeparableAttributes):
    kernel_size: tuple[int, ...] = _conv.kernel_size(1)
    strides: tuple[int, ...] = _conv.strides(1)
    dilation_rate: tuple[int, ...] = _conv.dilation_rate(1)


def infer(attributes: SeparableConv1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[steps', filters]`."""
    return _depthwise.separable("SeparableConv1D", attributes, operands)


OP = OpDef(
    name="SeparableConv1D",
    doc="Filters that slide over the steps of a sequence, each on one channel, and are then mixed.",
    attributes=SeparableConv1DAttributes,
    infer=infer,
    weights=_depthwise.separable_weights,
    macs=_depthwise.separable_macs,
    checks=_depthwise.separable_checks,
)
