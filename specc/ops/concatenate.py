"""Concatenate: operands joined along one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specc.ir.sizes import is_known, may_equal
from specc.ir.types import TensorType
from specc.ops._attributes import attribute
from specc.ops._axes import Axis, axis_index
from specc.ops._base import Attributes, Mismatch, OpDef, Operands
from specc.ops._dtypes import promoted
from specc.ops._merge import SEVERAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcatenateAttributes(Attributes):
    axis: int = attribute(Axis(), -1, "The axis to join along, the batch counted: 1 is the first axis, -1 the last.")


def infer(attributes: ConcatenateAttributes, operands: Operands) -> TensorType:
    """`[a, c]` and `[b, c]` give `[a + b, c]` along axis 1; the other axes have to be equal."""
    first = operands[0]
    axis = axis_index("Concatenate", attributes.axis, first)
    for index, operand in enumerate(operands):
        if operand.rank != first.rank:
            raise Mismatch(
                f"Concatenate takes operands with the same number of axes, found {first} and {operand}",
                index,
                0,
                help="Reshape one of them first",
            )
        for place, (wanted, size) in enumerate(zip(first.shape, operand.shape, strict=True)):
            if place != axis and not may_equal(size, wanted):
                raise Mismatch(
                    f"Concatenate along axis {attributes.axis} takes operands that are equal on the other axes, "
                    f"found {first} and {operand}",
                    index,
                    0,
                    help=_help(first, operand, place, wanted, size),
                )
    dtype = promoted(attributes, operands)
    if dtype is None:
        index = next(index for index, operand in enumerate(operands) if operand.dtype == "uint64")
        raise Mismatch(
            "Concatenate cannot join uint64 with another integer dtype: Keras would change its values",
            index,
            help="give all operands one dtype",
            code="dtype-mismatch",
        )
    joined = sum(operand.shape[axis] for operand in operands)
    shape = [_common([operand.shape[place] for operand in operands]) for place in range(first.rank)]
    return TensorType((*shape[:axis], joined, *shape[axis + 1 :]), dtype)


def guess(attributes: ConcatenateAttributes, operands: Sequence[TensorType | None]) -> TensorType | None:
    """What the known operands give: right but for the size of the axis, which a layer that follows mostly replaces."""
    known = [operand for operand in operands if operand is not None]
    return infer(attributes, known) if known else None


def _common(sizes: list[int]) -> int:
    """The size of an axis that all operands share: a number where one of them has it."""
    return next((size for size in sizes if is_known(size)), sizes[0])


def _help(first: TensorType, operand: TensorType, place: int, wanted: int, size: int) -> str:
    others = [n for n, (a, b) in enumerate(zip(first.shape, operand.shape, strict=True)) if n != place and a != b]
    found = f"axis {place + 1} is {wanted} in one and {size} in the other"
    return found if others else f"{found}; set `axis: {place + 1}` to join along it"


OP = OpDef(
    name="Concatenate",
    doc="The operands joined along one axis.",
    attributes=ConcatenateAttributes,
    infer=infer,
    arity=SEVERAL,
    guess=guess,
)
