"""Conv1D: filters that slide over the steps of a sequence."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _conv
from specc.ops._attributes import Enum, attribute
from specc.ops._base import OpDef, Operands


@dataclass(frozen=True, kw_only=True)
class Conv1DAttributes(_conv.ConvAttributes):
    kernel_size: tuple[int, ...] = _conv.kernel_size(1)
    strides: tuple[int, ...] = _conv.strides(1)
    padding: str = attribute(
        Enum("valid", "same", "causal"),
        "valid",
        "`same` pads both ends with zeros; `causal` the start, so no step sees a later one.",
    )
    dilation_rate: tuple[int, ...] = _conv.dilation_rate(1)


def infer(attributes: Conv1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[steps', filters]`."""
    return _conv.infer("Conv1D", attributes, operands)


OP = OpDef(
    name="Conv1D",
    doc="Filters that slide over the steps of a sequence.",
    attributes=Conv1DAttributes,
    infer=infer,
    weights=_conv.weights,
    macs=_conv.macs,
    checks=_conv.checks,
)
