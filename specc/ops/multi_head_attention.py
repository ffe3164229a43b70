"""MultiHeadAttention: projections of queries, keys and values, attention in each head, and a projection back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from specc.ir.sizes import is_known, may_equal
from specc.ir.types import TensorType
from specc.ops import _attention as attention
from specc.ops._attributes import Int, ListOf, OneOf, attribute, optional
from specc.ops._axes import AXES
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, Weight, compute_dtype, need_sizes
from specc.ops._keras_objects import GLOROT_UNIFORM, ZEROS, KerasObject
from specc.ops._weighted import activity_regularizer, check_weights, constraint, initializer, regularizer, use_bias

_NAME = "MultiHeadAttention"


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiHeadAttentionAttributes(Attributes):
    num_heads: int = attribute(Int(1), doc="How many heads.")
    key_dim: int = attribute(Int(1), doc="The length of a head's queries and keys.")
    value_dim: int | None = attribute(optional(Int(1)), None, "The length of a head's values; `key_dim` if null.")
    dropout: float = attention.dropout()
    use_bias: bool = use_bias()
    output_shape: int | tuple[int, ...] | None = attribute(
        optional(OneOf(Int(1), ListOf(Int(1), 1))), None, "The last axes of the result; the query's features if null."
    )
    attention_axes: int | tuple[int, ...] | None = attribute(
        optional(AXES), None, "The axes of steps that are attended over, the batch counted; all of them if null."
    )
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

    @property
    def size(self) -> int:
        """The length of a head's values."""
        return self.value_dim or self.key_dim

    def last(self, query: TensorType) -> tuple[int, ...]:
        """The last axes of the result."""
        wanted = self.output_shape
        return query.shape[-1:] if wanted is None else wanted if isinstance(wanted, tuple) else (wanted,)


def attended(attributes: MultiHeadAttentionAttributes, query: TensorType) -> tuple[int, ...]:
    """The places of the axes that are attended over; Keras counts them with the axis of heads before the last."""
    steps = query.rank - 1
    given = attributes.attention_axes
    if given is None:
        return tuple(range(steps))
    axes = given if isinstance(given, tuple) else (given,)
    places = tuple(axis - 1 if axis > 0 else steps + 1 + axis for axis in axes)
    outside = next((axis for axis, place in zip(axes, places, strict=True) if not 0 <= place < steps), None)
    if outside is None and len(set(places)) == len(places):
        return places
    wrong = f"axis {outside}, which is none of steps" if outside is not None else "an axis twice"
    raise Mismatch(
        f"`attention_axes` names {wrong}, of {query}",
        0,
        help=f"it may hold each of 1 to {steps}; from the end, -2 is the last axis of steps, before the features",
        attribute="attention_axes",
    )


def infer(attributes: MultiHeadAttentionAttributes, operands: Operands) -> TensorType | dict[str, TensorType]:
    """`[..., steps, features]` gives `[..., steps, features]`, or ends with `output_shape`."""
    attention.need_sequences(_NAME, operands)
    for index, operand in enumerate(operands):
        need_sizes(operand, [-1], _NAME, "the features", index)
    attention.need_pairs(_NAME, operands)
    query, value, _ = attention.roles(operands)
    places = attended(attributes, query)
    free = [axis for axis in range(query.rank - 1) if axis not in places]
    attention.need_same(_NAME, operands, free, "the same size on the axes that are not attended over")
    _need_one_axis(attributes, query, places)
    if attributes.return_attention_scores:
        _need_square(query, value)
    out = TensorType((*query.shape[:-1], *attributes.last(query)), compute_dtype(attributes))
    return attention.results(attributes, out, (attributes.num_heads, query.shape[0], value.shape[0]))


def _need_one_axis(attributes: MultiHeadAttentionAttributes, query: TensorType, places: tuple[int, ...]) -> None:
    """A mask has one axis of queries and one of keys, which Keras takes from the first."""
    masks = ("sliding_window", attributes.sliding_window), ("use_causal_mask", attributes.use_causal_mask)
    for name, on in masks:
        if on and places != (0,):
            raise Mismatch(
                f"`{name}` masks the first axis of steps, found {query} and attention over {len(places)} of its axes",
                0,
                help="attend over the first axis only, `attention_axes: 1`, or bring the axes together with Reshape",
                attribute=name,
            )


def _need_square(query: TensorType, value: TensorType) -> None:
    """Keras declares scores of as many keys as queries, and layers that read them are built for that."""
    steps, keys = query.shape[0], value.shape[0]
    if query.rank != 2 or not may_equal(steps, keys) or is_known(steps) != is_known(keys):
        raise Mismatch(
            f"Keras declares a wrong shape of the scores, found {query} as query and {value} as value",
            1,
            0,
            help="it is right for [steps, features] and as many keys as queries only; "
            "GroupQueryAttention with as many heads for both gives scores of any",
            attribute="return_attention_scores",
        )


def weights(attributes: MultiHeadAttentionAttributes, operands: Operands) -> tuple[Weight, ...]:
    by_key, by_value = (attributes.num_heads, attributes.key_dim), (attributes.num_heads, attributes.size)
    return attention.projections(operands, by_key, by_key, by_value, attributes.last(operands[0]), attributes)


def macs(attributes: MultiHeadAttentionAttributes, operands: Operands, result: TensorType) -> int:
    """The projections: each position times each kernel. The attention: for each pair of positions and each head,
    `key_dim` for the score and `value_dim` for the mean.
    """
    query, value, _ = attention.roles(operands)
    pairs = math.prod(query.shape[:-1]) * math.prod(value.shape[place] for place in attended(attributes, query))
    attending = pairs * attributes.num_heads * (attributes.key_dim + attributes.size)
    return attention.projection_macs(operands, weights(attributes, operands)) + attending


def checks(attributes: MultiHeadAttentionAttributes) -> tuple[str, str] | None:
    found = check_weights(attributes, {"kernel": 3})
    last = len(attributes.output_shape) if isinstance(attributes.output_shape, tuple) else 1
    for rank in (2, last) if attributes.use_bias else ():
        found = found or check_weights(attributes, {"bias": rank})
    return found


OP = OpDef(
    name=_NAME,
    doc="Each head's queries, keys and values by learned projections, attention, and a projection of all heads.",
    attributes=MultiHeadAttentionAttributes,
    infer=infer,
    arity=attention.ARITY,
    weights=weights,
    macs=macs,
    ports=attention.ports,
    checks=checks,
    keywords=attention.OPERANDS[1:],
)
