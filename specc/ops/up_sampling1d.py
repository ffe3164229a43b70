"""UpSampling1D: each step of a sequence repeated."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _resize
from specc.ops._attributes import Int, attribute
from specc.ops._base import Attributes, OpDef, Operands


@dataclass(frozen=True, slots=True, kw_only=True)
class UpSampling1DAttributes(Attributes):
    size: int = attribute(Int(1), 2, "How many steps each becomes.", positional=True)


def infer(attributes: UpSampling1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[steps * size, channels]`."""
    return _resize.enlarged("UpSampling1D", (attributes.size,), attributes, operands[0])


OP = OpDef(
    name="UpSampling1D",
    doc="Each step of a sequence repeated.",
    attributes=UpSampling1DAttributes,
    infer=infer,
)
