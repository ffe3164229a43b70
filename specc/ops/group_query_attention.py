"""GroupQueryAttention: attention in heads, several heads of queries sharing one of keys and values."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _attention as attention
from specc.ops._attributes import Int, attribute
from specc.ops._base import Attributes, OpDef, Operands, Weight, compute_dtype, need_sizes
from specc.ops._keras_objects import GLOROT_UNIFORM, ZEROS, KerasObject
from specc.ops._weighted import activity_regularizer, check_weights, constraint, initializer, regularizer, use_bias

_NAME = "GroupQueryAttention"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupQueryAttentionAttributes(Attributes):
    head_dim: int = attribute(Int(1), doc="The length of a head's queries, keys and values.")
    num_query_heads: int = attribute(Int(1), doc="How many heads of queries.")
    num_key_value_heads: int = attribute(Int(1), doc="How many heads of keys and values; divides those of queries.")
    dropout: float = attention.dropout()
    use_bias: bool = use_bias()
    sliding_window: int | None = attention.sliding_window()
    flash_attention: bool | None = attention.flash_attention()
    kernel_initializer: KerasObject = initializer("kernels", GLOROT_UNIFORM)
    bias_initializer: KerasObject = initializer("biases", ZEROS)
    kernel_regularizer: KerasObject | None = regularizer("kernels")
    bias_regularizer: KerasObject | None = regularizer("biases")
    activity_regularizer: KerasObject | None = activity_regularizer()
    kernel_constraint: KerasObject | None = constraint("kernels")
    bias_constraint: KerasObject | None = constraint("biases")
    use_gate: bool = attention.use_gate()
    seed: int | None = attention.seed()
    return_attention_scores: bool = attention.return_attention_scores()
    use_causal_mask: bool = attention.use_causal_mask()


def infer(attributes: GroupQueryAttentionAttributes, operands: Operands) -> TensorType | dict[str, TensorType]:
    """`[steps, features]` gives `[steps, features]`."""
    attention.need_sequences(_NAME, operands, rank=2)
    for index, operand in enumerate(operands):
        need_sizes(operand, [-1], _NAME, "the features", index)
    attention.need_same(_NAME, operands, [-1], "the same features in query and value")
    attention.need_pairs(_NAME, operands)
    query, _, key = attention.roles(operands)
    out = TensorType(query.shape, compute_dtype(attributes))
    return attention.results(attributes, out, (attributes.num_query_heads, query.shape[0], key.shape[0]))


def weights(attributes: GroupQueryAttentionAttributes, operands: Operands) -> tuple[Weight, ...]:
    many = (attributes.num_query_heads, attributes.head_dim)
    few = (attributes.num_key_value_heads, attributes.head_dim)
    return attention.projections(operands, many, few, few, operands[0].shape[-1:], attributes)


def macs(attributes: GroupQueryAttentionAttributes, operands: Operands, result: TensorType) -> int:
    """The projections: each step times each kernel. The attention: for each pair of steps and each head of queries,
    `head_dim` for the score and as many for the mean.
    """
    query, _, key = attention.roles(operands)
    attending = query.shape[0] * key.shape[0] * attributes.num_query_heads * 2 * attributes.head_dim
    return attention.projection_macs(operands, weights(attributes, operands)) + attending


def checks(attributes: GroupQueryAttentionAttributes) -> tuple[str, str] | None:
    many, few = attributes.num_query_heads, attributes.num_key_value_heads
    if many % few != 0:
        return "num_key_value_heads", f"expected a divisor of `num_query_heads`, {many}, found {few}"
    found = check_weights(attributes, {"kernel": 3})
    for rank in (2, 1) if attributes.use_bias else ():
        found = found or check_weights(attributes, {"bias": rank})
    return found


OP = OpDef(
    name=_NAME,
    doc="Multi-head attention in which groups of query heads share a head of keys and values.",
    attributes=GroupQueryAttentionAttributes,
    infer=infer,
    arity=attention.ARITY,
    weights=weights,
    macs=macs,
    ports=attention.ports,
    checks=checks,
    keywords=attention.OPERANDS[1:],
)
