"""Conv3D: filters that slide over depth, height and width."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _conv
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, kw_only=True)
class Conv3DAttributes(_conv.ConvAttributes):
    kernel_size: tuple[int, ...] = _conv.kernel_size(3)
    strides: tuple[int, ...] = _conv.strides(3)
    dilation_rate: tuple[int, ...] = _conv.dilation_rate(3)


def infer(attributes: Conv3DAttributes, operands: Operands) -> TensorType:
    """`[depth, height, width, channels]` gives `[depth', height', width', filters]`."""
    return _conv.infer("Conv3D", attributes, operands)


OP = OpDef(
    name="Conv3D",
    doc="Filters that slide over depth, height and width of a volume and see all channels, or those of their group.",
    attributes=Conv3DAttributes,
    infer=infer,
    weights=_conv.weights,
    macs=_conv.macs,
    checks=_conv.checks,
)
