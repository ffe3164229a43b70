"""Conv3DTranspose: a convolution turned round, which makes depth, height and width longer."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _conv, _conv_transpose
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, kw_only=True)
class _Format(_conv_transpose.Window):
    data_format: str | None = _conv.data_format()  # Keras has it before `output_padding` in this one


@dataclass(frozen=True, kw_only=True)
class Conv3DTransposeAttributes(_conv_transpose.ConvTransposeAttributes, _Format):
    kernel_size: tuple[int, ...] = _conv.kernel_size(3)
    strides: tuple[int, ...] = _conv_transpose.strides(3)
    output_padding: tuple[int, ...] | None = _conv_transpose.output_padding(3)
    dilation_rate: tuple[int, ...] = _conv.dilation_rate(3)


def infer(attributes: Conv3DTransposeAttributes, operands: Operands) -> TensorType:
    """`[depth, height, width, channels]` gives `[depth', height', width', filters]`."""
    return _conv_transpose.infer("Conv3DTranspose", attributes, operands)


OP = OpDef(
    name="Conv3DTranspose",
    doc="A convolution turned round: each element adds a window, multiplied by it, to the result.",
    attributes=Conv3DTransposeAttributes,
    infer=infer,
    weights=_conv_transpose.weights,
    macs=_conv_transpose.macs,
    checks=_conv_transpose.checks,
)
