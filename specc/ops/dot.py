"""Dot: the sums of products of two operands along an axis of each."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.sizes import is_known, may_equal
from specc.ir.types import TensorType
from specc.ops._attributes import Bool, ListOf, OneOf, attribute
from specc.ops._axes import Axis, axis_index
from specc.ops._base import Arity, Attributes, Mismatch, OpDef, Operands, compute_dtype, need_sizes
from specc.ops._dtypes import need_floats


@dataclass(frozen=True, slots=True, kw_only=True)
class DotAttributes(Attributes):
    axes: int | tuple[int, ...] = attribute(
        OneOf(Axis(), ListOf(Axis(), 2, 2)),
        doc="The axis of both to sum along, or a list of one for each; 1 is the first axis, -1 the last.",
        positional=True,
    )
    normalize: bool = attribute(Bool(), False, "Whether each is divided by its length first, which gives cosines.")


def _places(attributes: DotAttributes, operands: Operands) -> tuple[int, int]:
    """The axis of each operand in its shape."""
    axes = attributes.axes if isinstance(attributes.axes, tuple) else (attributes.axes, attributes.axes)
    return (
        axis_index("Dot", axes[0], operands[0], "axes"),
        axis_index("Dot", axes[1], operands[1], "axes", 1),
    )


def infer(attributes: DotAttributes, operands: Operands) -> TensorType:
    """`[a, n]` and `[b, n]` give `[a, b]` along the last axis of both; two vectors give `[1]`."""
    one, other = operands
    for index, operand in enumerate(operands):
        need_floats("Dot", operand, index)
    at_one, at_other = _places(attributes, operands)
    size, wanted = other.shape[at_other], one.shape[at_one]
    if not may_equal(size, wanted):
        raise Mismatch(
            f"Dot sums along axes of one length, found {wanted} in {one} and {size} in {other}",
            1,
            0,
            help="choose other `axes`: a list of two names one of each operand",
            attribute="axes",
        )
    if is_known(size) != is_known(wanted):
        index = int(is_known(wanted))  # Keras takes no length for another that it does not know
        need_sizes(operands[index], [(at_one, at_other)[index]], "Dot", "the length that it sums along", index)
    left = (*one.shape[:at_one], *one.shape[at_one + 1 :], *other.shape[:at_other], *other.shape[at_other + 1 :])
    return TensorType(left or (1,), compute_dtype(attributes))


def macs(attributes: DotAttributes, operands: Operands, result: TensorType) -> int:
    return result.elements * operands[0].shape[_places(attributes, operands)[0]]


OP = OpDef(
    name="Dot",
    doc="The sums of products of two operands along an axis of each: of vectors their dot product.",
    attributes=DotAttributes,
    infer=infer,
    arity=Arity(2, 2),
    macs=macs,
)
