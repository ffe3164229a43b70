"""Attention: for each query a mean of the values, weighted by how well their keys match it."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _attention as attention
from specc.ops._attributes import Bool, Enum, attribute
from specc.ops._base import Attributes, OpDef, Operands, Weight


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionAttributes(Attributes):
    use_scale: bool = attribute(Bool(), False, "Whether a learned `scale` multiplies the scores.")
    score_mode: str = attribute(
        Enum("dot", "concat"), "dot", "dot: query times key; concat: the sum of the tanh of query plus key."
    )
    dropout: float = attention.dropout()
    seed: int | None = attention.seed()
    return_attention_scores: bool = attention.return_attention_scores()
    use_causal_mask: bool = attention.use_causal_mask()


def infer(attributes: AttentionAttributes, operands: Operands) -> TensorType | dict[str, TensorType]:
    """`[..., queries, features]` and values of `[..., steps, size]` give `[..., queries, size]`."""
    return attention.weighted_mean("Attention", attributes, operands)


def weights(attributes: AttentionAttributes, operands: Operands) -> tuple[Weight, ...]:
    names = (("scale", attributes.use_scale), ("concat_score_weight", attributes.score_mode == "concat"))
    return tuple(Weight(name, (), attributes.trainable) for name, on in names if on)


OP = OpDef(
    name="Attention",
    doc="For each query a mean of the values, weighted by the softmax of query times key.",
    attributes=AttentionAttributes,
    infer=infer,
    arity=attention.ARITY,
    weights=weights,
    macs=attention.weighted_mean_macs,
    ports=attention.ports,
)
