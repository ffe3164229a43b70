"""ActivityRegularization: a penalty on the size of what it reads, in training only."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Float, attribute
from specc.ops._base import Attributes, OpDef, Operands, guess_same, unary
from specc.ops._dtypes import need_floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRegularizationAttributes(Attributes):
    l1: float = attribute(Float(0), 0.0, "Factor of the sum of absolute values.")
    l2: float = attribute(Float(0), 0.0, "Factor of the sum of squares.")


def infer(attributes: ActivityRegularizationAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    if attributes.l1 or attributes.l2:
        need_floats("ActivityRegularization", operands[0])
    return unary(attributes, operands)


OP = OpDef(
    name="ActivityRegularization",
    doc="What it reads, as it is; its size adds to the loss.",
    attributes=ActivityRegularizationAttributes,
    infer=infer,
    guess=guess_same,
    inference_identity=True,
)
