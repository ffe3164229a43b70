"""What attention layers share: operands that fit each other, arguments of the call, projections as weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from specc.ir.sizes import is_known, may_equal
from specc.ir.types import TensorType
from specc.ops._attributes import Bool, Float, Int, Null, OneOf, OnlyFalse, attribute, optional
from specc.ops._base import Arity, Mismatch, Operands, Weight, compute_dtype
from specc.ops._dtypes import need_floats

ARITY = Arity(2, 3)
OPERANDS = ("query", "value", "key")
_FLASH = "TensorFlow has no flash attention; the result is the same without"


def dropout() -> Any:
    return attribute(Float(0, 1), 0.0, "The share of the scores that training drops.")


def sliding_window() -> Any:
    return attribute(optional(Int(1)), None, "How far a position sees, itself counted; all positions if null.")


def flash_attention() -> Any:
    return attribute(OneOf(OnlyFalse(_FLASH), Null()), None, "Only null or false: TensorFlow has none.")


def use_gate() -> Any:
    return attribute(Bool(), False, "Whether a learned sigmoid of the query gates the heads.")


def seed() -> Any:
    return attribute(optional(Int(0)), None, "Seed of the dropout.")


def return_attention_scores() -> Any:
    return attribute(Bool(), False, "Whether the scores are a result too: the port `scores`.", call=True)


def use_causal_mask() -> Any:
    return attribute(Bool(), False, "Whether a position sees only those up to its own.", call=True)


def ports(attributes: Any) -> tuple[str, ...]:
    return ("out", "scores") if attributes.return_attention_scores else ("out",)


def results(attributes: Any, out: TensorType, scores: tuple[int, ...]) -> TensorType | dict[str, TensorType]:
    """The type of the result; by port where the scores are one too."""
    return {"out": out, "scores": out.with_shape(scores)} if attributes.return_attention_scores else out


def roles(operands: Operands) -> tuple[TensorType, TensorType, TensorType]:
    """Query, value and key, which is the value where it is left out."""
    query, value = operands[:2]
    return query, value, operands[2] if len(operands) > 2 else value


def need_sequences(op: str, operands: Operands, rank: int | None = None) -> None:
    """Raises unless all are sequences of vectors with as many axes: `rank`, or two and more."""
    first = operands[0]
    layout = "[steps, features]" if rank else "[..., steps, features]"
    for index, operand in enumerate(operands):
        need_floats(op, operand, index)
        if operand.rank != rank if rank else operand.rank < 2:
            help = "give it an axis of steps" if operand.rank < 2 else "bring the surplus axes together with Reshape"
            raise Mismatch(f"{op} takes {layout}, found {operand}", index, help=help)
        if operand.rank != first.rank:
            raise _differing(op, operands, index, 0, "as many axes", "bring them to as many axes with Reshape")


def need_pairs(op: str, operands: Operands) -> None:
    """Raises unless there is a key for each value: all axes but the last are the same to Keras."""
    if len(operands) < 3:
        return
    value, key = operands[1:]
    for one, other in zip(value.shape[:-1], key.shape[:-1], strict=True):
        if not may_equal(one, other) or is_known(one) != is_known(other):
            help = "give both the same number of steps; where one is open, the other has to be"
            raise _differing(op, operands, 2, 1, "a key for each value", help)


def need_same(op: str, operands: Operands, axes: Sequence[int], what: str, pair: tuple[int, int] = (1, 0)) -> None:
    """Raises unless two operands have the same sizes along some axes; `what` names what they have to share."""
    index, other = pair
    for axis in axes:
        if not may_equal(operands[index].shape[axis], operands[other].shape[axis]):
            raise _differing(op, operands, index, other, what, f"bring them to {what} before")


def _differing(op: str, operands: Operands, index: int, other: int, what: str, help: str) -> Mismatch:
    found = f"{operands[other]} as {OPERANDS[other]} and {operands[index]} as {OPERANDS[index]}"
    return Mismatch(f"{op} takes operands with {what}, found {found}", index, other, help=help)


def weighted_mean(op: str, attributes: Any, operands: Operands) -> TensorType | dict[str, TensorType]:
    """The result of attention without heads, and its scores, after a check that the operands fit each other."""
    need_sequences(op, operands)
    rank, last = operands[0].rank, len(operands) - 1
    for index in range(1, last + 1):
        need_same(op, operands, range(rank - 2), "the same axes before the steps", (index, 0))
    need_same(op, operands, [-2], "a key for each value", (last, 1))
    need_same(op, operands, [-1], "the same features in query and key", (last, 0))
    query, value, key = roles(operands)
    out = TensorType((*query.shape[:-1], value.shape[-1]), compute_dtype(attributes))
    return results(attributes, out, (*query.shape[:-1], key.shape[-2]))


def weighted_mean_macs(attributes: Any, operands: Operands, result: TensorType) -> int:
    """`queries * steps * (features + size)`: each pair's score, then each query's mean of the values.

    A score that sums up a tanh counts as one that sums up products: an accumulation for each feature.
    """
    query, value, _ = roles(operands)
    return math.prod(query.shape[:-1]) * value.shape[-2] * (query.shape[-1] + value.shape[-1])


def projections(
    operands: Operands,
    queries: tuple[int, int],
    keys: tuple[int, int],
    values: tuple[int, int],
    last: tuple[int, ...],
    attributes: Any,
) -> tuple[Weight, ...]:
    """The weights of the dense layers inside: heads and length for each kind, and the last axes of the result.

    To Keras they are trainable whatever the layer is.
    """
    query, value, key = roles(operands)
    gate = (queries[0], values[1])
    shapes = {
        "query": ((query.shape[-1], *queries), queries),
        "key": ((key.shape[-1], *keys), keys),
        **({"gate": ((query.shape[-1], *gate), gate)} if attributes.use_gate else {}),
        "value": ((value.shape[-1], *values), values),
        "attention_output": ((*gate, *last), last),
    }
    found: list[Weight] = []
    for part, (kernel, bias) in shapes.items():
        found.append(Weight(f"{part}/kernel", kernel))
        if attributes.use_bias:
            found.append(Weight(f"{part}/bias", bias))
    return tuple(found)


def projection_macs(operands: Operands, weights: Sequence[Weight]) -> int:
    """Each position of what is projected times each kernel."""
    query, value, key = roles(operands)
    rows = {"key": key, "value": value}
    kernels = [(one.name.removesuffix("/kernel"), one) for one in weights if one.name.endswith("/kernel")]
    return sum(math.prod(rows.get(part, query).shape[:-1]) * one.elements for part, one in kernels)
