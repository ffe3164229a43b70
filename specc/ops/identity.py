"""Identity: gives what it reads."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops._base import Attributes, OpDef, Operands, guess_same, unary


def infer(attributes: Attributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    return unary(attributes, operands)


OP = OpDef(
    name="Identity",
    doc="What it reads, as it is: a place with a name of its own.",
    attributes=Attributes,
    infer=infer,
    guess=guess_same,
    inference_identity=True,
)
