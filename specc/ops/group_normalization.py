"""GroupNormalization: the channels in groups, each group shifted and scaled to mean 0 and deviation 1."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Int, OneOf, attribute
from specc.ops._axes import Axis, axis_index
from specc.ops._base import Mismatch, OpDef, Operands, Weight, compute_dtype, guess_same, need_sizes
from specc.ops._dtypes import need_floats
from specc.ops._normalization import LearnedAttributes, learned_checks, learned_weights

_NAME = "GroupNormalization"


class Groups(OneOf):
    """A number of groups, or -1."""

    def __init__(self) -> None:
        super().__init__(Int(1), Int(-1, -1))

    @property
    def expects(self) -> str:
        return "an integer of at least 1, or -1 for as many groups as channels"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNormalizationAttributes(LearnedAttributes):
    groups: int = attribute(Groups(), 32, "How many groups; -1 makes each channel its own.", positional=True)
    axis: int = attribute(Axis(), -1, "The channel axis, the batch counted: 1 is the first axis, -1 the last.")


def infer(attributes: GroupNormalizationAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    operand = operands[0]
    place = axis_index(_NAME, attributes.axis, operand)
    need_floats(_NAME, operand)
    need_sizes(operand, [place], _NAME, "the channels")
    channels, groups = operand.shape[place], attributes.groups
    if groups > 0 and channels % groups != 0:
        divisors = [n for n in range(1, min(channels, groups) + 1) if channels % n == 0]
        raise Mismatch(
            f"{_NAME} cannot make {groups} groups of {channels} channels, found {operand}",
            0,
            help=f"the groups are of one size: {divisors[-1]} would go",
            attribute="groups",
        )
    return TensorType(operand.shape, compute_dtype(attributes))


def weights(attributes: GroupNormalizationAttributes, operands: Operands) -> tuple[Weight, ...]:
    return learned_weights(attributes, (operands[0].shape[axis_index(_NAME, attributes.axis, operands[0])],))


OP = OpDef(
    name=_NAME,
    doc="Each example normalised over its groups of channels, and over all positions.",
    attributes=GroupNormalizationAttributes,
    infer=infer,
    weights=weights,
    guess=guess_same,
    checks=learned_checks,
)
