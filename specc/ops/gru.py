"""GRU: gates that decide at each step of a sequence how much of the state is reset and how much is updated."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ops import _recurrent as recurrent
from specc.ops._attributes import Bool, Int, attribute
from specc.ops._base import Attributes
from specc.ops._keras_objects import GLOROT_UNIFORM, ORTHOGONAL, ZEROS, KerasObject
from specc.ops._weighted import activation, activity_regularizer, constraint, initializer, regularizer, use_bias

_RESET_AFTER = "Whether the reset gate acts after the product with the recurrent kernel, which then has its own bias."


@dataclass(frozen=True, slots=True, kw_only=True)
class GRUAttributes(Attributes):
    units: int = attribute(Int(1), doc="How many units, the features of the result.", positional=True)
    activation: str = activation("tanh")
    recurrent_activation: str = recurrent.recurrent_activation()
    use_bias: bool = use_bias()
    kernel_initializer: KerasObject = initializer("kernel", GLOROT_UNIFORM)
    recurrent_initializer: KerasObject = initializer("recurrent kernel", ORTHOGONAL)
    bias_initializer: KerasObject = initializer("bias", ZEROS)
    kernel_regularizer: KerasObject | None = regularizer("kernel")
    recurrent_regularizer: KerasObject | None = regularizer("recurrent kernel")
    bias_regularizer: KerasObject | None = regularizer("bias")
    activity_regularizer: KerasObject | None = activity_regularizer()
    kernel_constraint: KerasObject | None = constraint("kernel")
    recurrent_constraint: KerasObject | None = constraint("recurrent kernel")
    bias_constraint: KerasObject | None = constraint("bias")
    dropout: float = recurrent.dropout()
    recurrent_dropout: float = recurrent.recurrent_dropout()
    seed: int | None = recurrent.seed()
    return_sequences: bool = recurrent.return_sequences()
    return_state: bool = recurrent.return_state("the port `state_h`")
    go_backwards: bool = recurrent.go_backwards()
    stateful: bool = recurrent.stateful()
    unroll: bool = recurrent.unroll()
    reset_after: bool = attribute(Bool(), True, _RESET_AFTER)
    use_cudnn: bool | str = recurrent.use_cudnn()


def bias_shape(attributes: GRUAttributes) -> tuple[int, ...]:
    """One bias for each product; a single one where the reset gate acts before the second."""
    return (2, 3 * attributes.units) if attributes.reset_after else (3 * attributes.units,)


CELL = recurrent.dense_cell(("state_h",), gates=3, bias=bias_shape)
OP = recurrent.recurrent(
    "GRU",
    "Gated recurrent unit: an update and a reset gate around one state, step by step.",
    GRUAttributes,
    CELL,
)
