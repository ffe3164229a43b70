"""Embedding: each integer becomes a learned vector."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import FLOATS, TensorType
from specc.ops._attributes import Int, OnlyFalse, attribute, optional
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, Weight, compute_dtype
from specc.ops._keras_objects import KerasObject
from specc.ops._weighted import check_weights, constraint, initializer, regularizer

_MASKS = (
    "a mask would travel beside the values, unseen in the spec; give the padding as an input of zeros and ones, "
    "and multiply with it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingAttributes(Attributes):
    input_dim: int = attribute(Int(1), doc="How many integers there are: 0 to `input_dim` - 1.", positional=True)
    output_dim: int = attribute(Int(1), doc="The length of the vectors.", positional=True)
    embeddings_initializer: KerasObject = initializer("vectors", KerasObject("initializers", "RandomUniform"))
    embeddings_regularizer: KerasObject | None = regularizer("vectors")
    embeddings_constraint: KerasObject | None = constraint("vectors")
    mask_zero: bool = attribute(OnlyFalse(_MASKS), False, "Only false: specc passes no masks on.")
    lora_rank: int | None = attribute(optional(Int(1)), None, "Rank of a LoRA update that freezes the vectors.")
    lora_alpha: int | None = attribute(optional(Int(1)), None, "Scale of the LoRA update; its rank if null.")


def infer(attributes: EmbeddingAttributes, operands: Operands) -> TensorType:
    """`[...]` gives `[..., output_dim]`."""
    operand = operands[0]
    if operand.dtype in FLOATS:
        raise Mismatch(
            f"Embedding takes integers, found {operand}",
            0,
            help="declare the input with an integer dtype: `{shape: …, dtype: int32}`",
            code="dtype-mismatch",
        )
    return TensorType((*operand.shape, attributes.output_dim), compute_dtype(attributes))


def weights(attributes: EmbeddingAttributes, operands: Operands) -> tuple[Weight, ...]:
    size, length, rank = attributes.input_dim, attributes.output_dim, attributes.lora_rank
    found = (Weight("embeddings", (size, length), attributes.trainable and rank is None),)
    if rank is None:
        return found
    return (
        *found,
        Weight("lora_embeddings_a", (size, rank), attributes.trainable),
        Weight("lora_embeddings_b", (rank, length), attributes.trainable),
    )


def checks(attributes: EmbeddingAttributes) -> tuple[str, str] | None:
    if attributes.lora_rank is not None and attributes.embeddings_constraint is not None:
        return "embeddings_constraint", "a constraint cannot hold with `lora_rank`, which adds to the vectors"
    return check_weights(attributes, {"embeddings": 2})


OP = OpDef(
    name="Embedding",
    doc="Each integer becomes a learned vector: a look-up, which multiplies nothing.",
    attributes=EmbeddingAttributes,
    infer=infer,
    weights=weights,
    checks=checks,
)
