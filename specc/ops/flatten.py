"""Flatten: all axes become one."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import attribute, optional
from specc.ops._base import Attributes, OpDef, Operands
from specc.ops._dtypes import kept
from specc.ops._geometry import CHANNELS_LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenAttributes(Attributes):
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


def infer(attributes: FlattenAttributes, operands: Operands) -> TensorType:
    """`[a, b, c]` gives `[a * b * c]`, row by row; `[]` gives `[1]`."""
    return TensorType((operands[0].elements,), kept(attributes, operands[0]))


OP = OpDef(
    name="Flatten",
    doc="All axes become one, the last axis varying fastest.",
    attributes=FlattenAttributes,
    infer=infer,
)
