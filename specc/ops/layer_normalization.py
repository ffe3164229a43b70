"""LayerNormalization: the features of each position shifted and scaled to mean 0 and deviation 1."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops._axes import axis_indexes
from specc.ops._base import OpDef, Operands, Weight, compute_dtype, guess_same, need_sizes
from specc.ops._dtypes import need_floats
from specc.ops._normalization import LearnedAttributes, learned_checks, learned_weights

_NAME = "LayerNormalization"


def infer(attributes: LearnedAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    places = axis_indexes(_NAME, attributes.axis, operands[0])
    need_floats(_NAME, operands[0])
    if attributes.learned:
        need_sizes(operands[0], places, _NAME, "the normalised axes")
    return TensorType(operands[0].shape, compute_dtype(attributes))


def weights(attributes: LearnedAttributes, operands: Operands) -> tuple[Weight, ...]:
    """`gamma` and `beta` have the normalised axes, which Keras sorts as they are written: -1 before 1."""
    axis = attributes.axis
    ordered = tuple(sorted(axis)) if isinstance(axis, tuple) else axis
    shape = tuple(operands[0].shape[place] for place in axis_indexes(_NAME, ordered, operands[0]))
    return learned_weights(attributes, shape)


OP = OpDef(
    name=_NAME,
    doc="Each example normalised over its features, or over the axes given; the same in training as otherwise.",
    attributes=LearnedAttributes,
    infer=infer,
    weights=weights,
    guess=guess_same,
    checks=learned_checks,
)
