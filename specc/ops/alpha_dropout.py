"""AlphaDropout: sets a share of the elements to SELU's lowest value, in training only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from specc.ir.types import TensorType
from specc.ops import _dropout
from specc.ops._base import Attributes, OpDef, Operands, guess_same


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaDropoutAttributes(Attributes):
    rate: float = _dropout.rate("The share of elements that are dropped.")
    keep_prob: float | None = _dropout.keep_prob()
    noise_shape: tuple[int | None, ...] | None = _dropout.noise_shape()
    seed: int | None = _dropout.seed("mask")


def infer(attributes: AlphaDropoutAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    return _dropout.masked(attributes, operands)


OP = OpDef(
    name="AlphaDropout",
    doc="In training, drops a random share of the elements so that mean and variance stay, as `selu` needs it; "
    "nothing otherwise.",
    attributes=AlphaDropoutAttributes,
    infer=infer,
    guess=guess_same,
    inference_identity=True,
    normalize=partial(_dropout.normalize, "AlphaDropout"),
    checks=_dropout.not_all,
    either=_dropout.EITHER,
)
