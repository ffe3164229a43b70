"""AdditiveAttention: for each query a mean of the values, weighted by a learned sum of query and key."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _attention as attention
from specc.ops._attributes import Bool, attribute
from specc.ops._base import Attributes, OpDef, Operands, Weight, need_sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditiveAttentionAttributes(Attributes):
    use_scale: bool = attribute(Bool(), True, "Whether a learned `scale` weighs the features of the scores.")
    dropout: float = attention.dropout()
    return_attention_scores: bool = attention.return_attention_scores()
    use_causal_mask: bool = attention.use_causal_mask()


def infer(attributes: AdditiveAttentionAttributes, operands: Operands) -> TensorType | dict[str, TensorType]:
    """`[..., queries, features]` and values of `[..., steps, size]` give `[..., queries, size]`."""
    found = attention.weighted_mean("AdditiveAttention", attributes, operands)
    if attributes.use_scale:
        need_sizes(operands[0], [-1], "AdditiveAttention", "the features")
    return found


def weights(attributes: AdditiveAttentionAttributes, operands: Operands) -> tuple[Weight, ...]:
    return (Weight("scale", operands[0].shape[-1:], attributes.trainable),) if attributes.use_scale else ()


OP = OpDef(
    name="AdditiveAttention",
    doc="For each query a mean of the values, weighted by the softmax of the sum of `scale * tanh(query + key)`.",
    attributes=AdditiveAttentionAttributes,
    infer=infer,
    arity=attention.ARITY,
    weights=weights,
    macs=attention.weighted_mean_macs,
    ports=attention.ports,
)
