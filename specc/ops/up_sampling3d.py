"""UpSampling3D: each element of a volume repeated."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _resize
from specc.ops._base import OpDef, Operands
from specc.ops._resize import UpSamplingAttributes as UpSampling3DAttributes


def infer(attributes: UpSampling3DAttributes, operands: Operands) -> TensorType:
    """`[depth, height, width, channels]` gives `[depth * size[0], height * size[1], width * size[2], channels]`."""
    return _resize.enlarged("UpSampling3D", attributes.size, attributes, operands[0])


OP = OpDef(
    name="UpSampling3D",
    doc="Each element of a volume repeated along depth, height and width.",
    attributes=UpSampling3DAttributes,
    infer=infer,
)
