"""SpatialDropout1D: zeroes a share of the channels of a sequence, in training only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from specc.ir.types import TensorType
from specc.ops import _dropout
from specc.ops._base import Attributes, OpDef, Operands, guess_same


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialDropout1DAttributes(Attributes):
    rate: float = _dropout.rate("The share of channels that are zeroed.")
    keep_prob: float | None = _dropout.keep_prob()
    seed: int | None = _dropout.seed("mask")
    trainable: bool = _dropout.untrained()


def infer(attributes: SpatialDropout1DAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    return _dropout.channels_masked("SpatialDropout1D", 1, attributes, operands)


OP = OpDef(
    name="SpatialDropout1D",
    doc="In training, zeroes a random share of the channels, whole, and scales up the others; nothing otherwise.",
    attributes=SpatialDropout1DAttributes,
    infer=infer,
    guess=guess_same,
    inference_identity=True,
    normalize=partial(_dropout.normalize, "SpatialDropout1D"),
    either=_dropout.EITHER,
)
