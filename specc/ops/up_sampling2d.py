"""UpSampling2D: a map with height and width multiplied."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _resize
from specc.ops._base import OpDef, Operands
from specc.ops._dtypes import need_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class UpSampling2DAttributes(_resize.UpSamplingAttributes):
    size: tuple[int, ...] = _resize.size(2)
    interpolation: str = _resize.interpolation("nearest")


def infer(attributes: UpSampling2DAttributes, operands: Operands) -> TensorType:
    """`[height, width, channels]` gives `[height * size[0], width * size[1], channels]`."""
    if attributes.interpolation != "nearest":
        need_numbers("UpSampling2D", operands[0], but=("uint32", "uint64"))
    return _resize.enlarged("UpSampling2D", attributes.size, attributes, operands[0])


OP = OpDef(
    name="UpSampling2D",
    doc="A map with height and width multiplied: each element repeated, or others interpolated between them.",
    attributes=UpSampling2DAttributes,
    infer=infer,
)
