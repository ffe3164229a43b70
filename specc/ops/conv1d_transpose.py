"""Conv1DTranspose: a convolution turned round, which makes the steps of a sequence longer."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _conv, _conv_transpose
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, kw_only=True)
class Conv1DTransposeAttributes(_conv_transpose.ConvTransposeAttributes):
    kernel_size: tuple[int, ...] = _conv.kernel_size(1)
    strides: tuple[int, ...] = _conv_transpose.strides(1)
    output_padding: tuple[int, ...] | None = _conv_transpose.output_padding(1)
    dilation_rate: tuple[int, ...] = _conv.dilation_rate(1)


def infer(attributes: Conv1DTransposeAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[steps', filters]`."""
    return _conv_transpose.infer("Conv1DTranspose", attributes, operands)


OP = OpDef(
    name="Conv1DTranspose",
    doc="A convolution turned round: each element adds a window, multiplied by it, to the result.",
    attributes=Conv1DTransposeAttributes,
    infer=infer,
    weights=_conv_transpose.weights,
    macs=_conv_transpose.macs,
    checks=_conv_transpose.checks,
)
