"""Dropout: zeroes a share of the elements, in training only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from specc.ir.types import TensorType
from specc.ops import _dropout
from specc.ops._base import Attributes, OpDef, Operands, guess_same


@dataclass(frozen=True, slots=True, kw_only=True)
class DropoutAttributes(Attributes):
    rate: float = _dropout.rate("The share of elements that are zeroed.")
    keep_prob: float | None = _dropout.keep_prob()
    noise_shape: tuple[int | None, ...] | None = _dropout.noise_shape()
    seed: int | None = _dropout.seed("mask")


def infer(attributes: DropoutAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    return _dropout.masked(attributes, operands)


OP = OpDef(
    name="Dropout",
    doc="In training, zeroes a random share of the elements and scales up the others; nothing otherwise.",
    attributes=DropoutAttributes,
    infer=infer,
    guess=guess_same,
    inference_identity=True,
    normalize=partial(_dropout.normalize, "Dropout"),
    either=_dropout.EITHER,
)
