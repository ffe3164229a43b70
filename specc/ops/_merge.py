"""Merges: ops that combine operands element by element, with Keras' broadcasting."""

from __future__ import annotations

from collections.abc import Sequence

from specc.ir.sizes import UNNAMED, Symbol, is_known, may_equal
from specc.ir.types import FLOATS, TensorType
from specc.ops._base import Arity, Attributes, Mismatch, OpDef, Operands
from specc.ops._dtypes import need_floats, need_numbers, promoted

SEVERAL = Arity(2, None)


def merged_shape(op: str, operands: Operands) -> tuple[int, ...]:
    """The shapes aligned at their last axes, each axis of one size or 1; raises `Mismatch` for two that differ."""
    rank = max(operand.rank for operand in operands)
    result = [1] * rank
    source = [0] * rank  # the operand that gave each axis its size
    for index, operand in enumerate(operands):
        for axis, size in enumerate(operand.shape, start=rank - operand.rank):
            if result[axis] == 1 or not is_known(result[axis]):
                if size != 1 and not may_equal(result[axis], size) and result[axis] != 1:
                    raise _differing(op, operands, source[axis], index, axis - rank)
                if is_known(result[axis]):
                    result[axis], source[axis] = size, index
                elif size != result[axis]:
                    result[axis] = Symbol(UNNAMED)  # as Keras: one of the two, which only the data tell
            elif size != 1 and not is_known(size):
                result[axis] = Symbol(UNNAMED)
            elif size not in (1, result[axis]):
                raise _differing(op, operands, source[axis], index, axis - rank)
    return tuple(result)


def _differing(op: str, operands: Operands, first: int, second: int, axis: int) -> Mismatch:
    one, two = operands[first], operands[second]
    last = "the last axis" if axis == -1 else f"axis {axis}, counted from the end,"
    return Mismatch(
        f"{op} takes operands of one shape, found {one} and {two}",
        second,
        first,
        help=f"{last} is {one.shape[axis]} in one and {two.shape[axis]} in the other: make them equal or one of them 1",
    )


def merged_dtype(op: str, attributes: Attributes, operands: Operands, floats_only: bool = False) -> str:
    """The dtype the operands are brought to; raises `Mismatch` where Keras has none to compute in."""
    dtype = promoted(attributes, operands)
    if floats_only and dtype not in FLOATS:
        need_floats(op, operands[0])
    if dtype == "bool":
        need_numbers(op, operands[0])
    if dtype is None or dtype == "uint64":
        index = next(index for index, operand in enumerate(operands) if operand.dtype == "uint64")
        raise Mismatch(
            f"{op} cannot compute on uint64: Keras would narrow it to uint32",
            index,
            help="use int64 or a float dtype",
            code="dtype-mismatch",
        )
    return dtype


def merge(name: str, doc: str, arity: Arity = SEVERAL, *, floats_only: bool = False) -> OpDef:
    """An op that combines its operands element by element."""

    def infer(attributes: Attributes, operands: Operands) -> TensorType:
        """The operands' common shape."""
        shape = merged_shape(name, operands)
        return TensorType(shape, merged_dtype(name, attributes, operands, floats_only))

    def guess(attributes: Attributes, operands: Sequence[TensorType | None]) -> TensorType | None:
        known = [operand for operand in operands if operand is not None]
        try:
            return infer(attributes, known) if known else None
        except Mismatch:
            return known[0]

    commutative = arity.is_list
    return OpDef(
        name=name, doc=doc, attributes=Attributes, infer=infer, arity=arity, guess=guess, commutative=commutative
    )
