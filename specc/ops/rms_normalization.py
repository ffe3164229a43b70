"""RMSNormalization: the features of each position divided by the root of their mean square, times learned numbers."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Float, attribute
from specc.ops._axes import AXES, axis_indexes
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, Weight, compute_dtype, guess_same, need_sizes
from specc.ops._dtypes import need_floats

_NAME = "RMSNormalization"


@dataclass(frozen=True, slots=True, kw_only=True)
class RMSNormalizationAttributes(Attributes):
    axis: int | tuple[int, ...] = attribute(
        AXES, -1, "The last axis, or a list of the last axes, whose elements are normalised together."
    )
    epsilon: float = attribute(Float(0), 1e-6, "Added to the mean square, so that nothing is divided by 0.")


def infer(attributes: RMSNormalizationAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    operand = operands[0]
    places = _places(attributes, operand)
    need_floats(_NAME, operand)
    if places != tuple(range(operand.rank - len(places), operand.rank)):
        raise Mismatch(
            f"{_NAME} scales the last axes only, found `axis` {attributes.axis} for {operand}",
            0,
            help="name the last axis, -1, or the last ones in their order, [-2, -1]; bring others there with Permute",
            attribute="axis",
        )
    need_sizes(operand, places, _NAME, "the normalised axes")
    return TensorType(operand.shape, compute_dtype(attributes))


def _places(attributes: RMSNormalizationAttributes, operand: TensorType) -> tuple[int, ...]:
    """The normalised axes as Keras sorts them, as they are written: -1 before 1."""
    axis = attributes.axis
    return axis_indexes(_NAME, tuple(sorted(axis)) if isinstance(axis, tuple) else axis, operand)


def weights(attributes: RMSNormalizationAttributes, operands: Operands) -> tuple[Weight, ...]:
    shape = tuple(operands[0].shape[place] for place in _places(attributes, operands[0]))
    return (Weight("scale", shape, attributes.trainable),)


OP = OpDef(
    name=_NAME,
    doc="Each example divided by the root of the mean square of its features, then multiplied by a learned `scale`.",
    attributes=RMSNormalizationAttributes,
    infer=infer,
    weights=weights,
    guess=guess_same,
)
