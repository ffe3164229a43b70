"""GaussianNoise: adds noise around 0 to every element, in training only."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _dropout
from specc.ops._attributes import Float, attribute
from specc.ops._base import Attributes, OpDef, Operands, guess_same, unary


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussianNoiseAttributes(Attributes):
    stddev: float = attribute(Float(0, 1), doc="Standard deviation of the noise.", positional=True)
    seed: int | None = _dropout.seed("noise")


def infer(attributes: GaussianNoiseAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    return unary(attributes, operands)


OP = OpDef(
    name="GaussianNoise",
    doc="In training, adds Gaussian noise around 0 to every element; nothing otherwise.",
    attributes=GaussianNoiseAttributes,
    infer=infer,
    guess=guess_same,
    inference_identity=True,
)
