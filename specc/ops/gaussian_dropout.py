"""GaussianDropout: multiplies every element by noise around 1, in training only."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _dropout
from specc.ops._base import Attributes, OpDef, Operands, guess_same, unary


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussianDropoutAttributes(Attributes):
    rate: float = _dropout.rate("How strong the noise is: its deviation is `sqrt(rate / (1 - rate))`.")
    seed: int | None = _dropout.seed("noise")


def infer(attributes: GaussianDropoutAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    return unary(attributes, operands)


OP = OpDef(
    name="GaussianDropout",
    doc="In training, multiplies every element by Gaussian noise around 1; nothing otherwise.",
    attributes=GaussianDropoutAttributes,
    infer=infer,
    guess=guess_same,
    inference_identity=True,
    checks=_dropout.not_all,
)
