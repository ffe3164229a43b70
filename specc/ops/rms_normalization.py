"""RMSNormalization: the features of each position divided by the root of their mean square, times learned numbers."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Float, attribute
from specc.ops._axes import AXES, axis_indexes
from specc.ops._base import Attributes, OpDef, Operands, Weight, compute_dtype, guess_same, need_sizes
from specc.ops._dtypes import need_floats

_NAME = "RMSNormalization"


@dataclass(frozen=True, slots=True, kw_only=True)
class RMSNormalizationAttributes(Attributes):
    axis: int | tuple[int, ...] = attribute(
        AXES, -1, "The axis, or a list of axes, whose elements are normalised together, the batch counted."
    )
    epsilon: float = attribute(Float(0), 1e-6, "Added to the mean square, so that nothing is divided by 0.")


def infer(attributes: RMSNormalizationAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    places = axis_indexes(_NAME, attributes.axis, operands[0])
    need_floats(_NAME, operands[0])
    need_sizes(operands[0], places, _NAME, "the normalised axes")
    return TensorType(operands[0].shape, compute_dtype(attributes))


def weights(attributes: RMSNormalizationAttributes, operands: Operands) -> tuple[Weight, ...]:
    """`scale` has the normalised axes, which Keras sorts as they are written: -1 before 1."""
    axis = attributes.axis
    ordered = tuple(sorted(axis)) if isinstance(axis, tuple) else axis
    shape = tuple(operands[0].shape[place] for place in axis_indexes(_NAME, ordered, operands[0]))
    return (Weight("scale", shape, attributes.trainable),)


OP = OpDef(
    name=_NAME,
    doc="Each example divided by the root of the mean square of its features, then multiplied by a learned `scale`.",
    attributes=RMSNormalizationAttributes,
    infer=infer,
    weights=weights,
    guess=guess_same,
)
