"""Cropping1D: a sequence without its ends."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import PerAxis, attribute
from specc.ops._base import Attributes, OpDef, Operands
from specc.ops._borders import Pair, cropped


@dataclass(frozen=True, slots=True, kw_only=True)
class Cropping1DAttributes(Attributes):
    cropping: Pair = attribute(
        PerAxis(2, 0),
        (1, 1),
        "Cut from each end: one number, or [start, end].",
        positional=True,
    )


def infer(attributes: Cropping1DAttributes, operands: Operands) -> TensorType:
    """`[steps, channels]` gives `[steps - start - end, channels]`."""
    return cropped("Cropping1D", (attributes.cropping,), attributes, operands[0])


OP = OpDef(
    name="Cropping1D",
    doc="The steps without the first and the last ones.",
    attributes=Cropping1DAttributes,
    infer=infer,
)
