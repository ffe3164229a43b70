"""Conv2DTranspose: a convolution turned round, which makes height and width longer."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _conv_transpose
from specc.ops._base import OpDef, Operands
from specc.ops._conv_transpose import ConvTransposeAttributes as Conv2DTransposeAttributes


def infer(attributes: Conv2DTransposeAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height', width', filters]`."""
    return _conv_transpose.infer("Conv2DTranspose", attributes, operands)


OP = OpDef(
    name="Conv2DTranspose",
    doc="A convolution turned round: each element adds a window, multiplied by it, to the result.",
    attributes=Conv2DTransposeAttributes,
    infer=infer,
    weights=_conv_transpose.weights,
    macs=_conv_transpose.macs,
    checks=_conv_transpose.checks,
)
