"""SpatialDropout3D: zeroes a share of the channels of a volume, in training only."""

from __future__ import annotations

from functools import partial

from specc.ir.types import TensorType
from specc.ops import _dropout
from specc.ops._base import OpDef, Operands, guess_same


def infer(attributes: _dropout.SpatialDropoutAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    return _dropout.channels_masked("SpatialDropout3D", 3, attributes, operands)


OP = OpDef(
    name="SpatialDropout3D",
    doc="In training, zeroes a random share of the channels, whole, and scales up the others; nothing otherwise.",
    attributes=_dropout.SpatialDropoutAttributes,
    infer=infer,
    guess=guess_same,
    inference_identity=True,
    normalize=partial(_dropout.normalize, "SpatialDropout3D"),
    either=_dropout.EITHER,
)
