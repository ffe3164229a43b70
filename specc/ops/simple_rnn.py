"""SimpleRNN: a dense layer fed back from step to step of a sequence."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ops import _recurrent as recurrent
from specc.ops._attributes import Int, attribute
from specc.ops._base import Attributes
from specc.ops._keras_objects import GLOROT_UNIFORM, ORTHOGONAL, ZEROS, KerasObject
from specc.ops._weighted import activation, activity_regularizer, constraint, initializer, regularizer, use_bias


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleRNNAttributes(Attributes):
    units: int = attribute(Int(1), doc="How many units, the features of the result.", positional=True)
    activation: str = activation("tanh")
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
    return_sequences: bool = recurrent.return_sequences()
    return_state: bool = recurrent.return_state("the port `state_h`")
    go_backwards: bool = recurrent.go_backwards()
    stateful: bool = recurrent.stateful()
    unroll: bool = recurrent.unroll()
    seed: int | None = recurrent.seed()


CELL = recurrent.dense_cell(("state_h",), gates=1)
OP = recurrent.recurrent(
    "SimpleRNN",
    "A dense layer fed back: `h = activation(x @ kernel + h @ recurrent_kernel + bias)`, step by step.",
    SimpleRNNAttributes,
    CELL,
)
