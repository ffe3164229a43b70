"""LSTM: gates that decide at each step of a sequence what is kept, added and shown of a carried state."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ops import _recurrent as recurrent
from specc.ops._attributes import Int, attribute
from specc.ops._base import Attributes
from specc.ops._keras_objects import GLOROT_UNIFORM, ORTHOGONAL, ZEROS, KerasObject
from specc.ops._weighted import activation, activity_regularizer, constraint, initializer, regularizer, use_bias


@dataclass(frozen=True, slots=True, kw_only=True)
class LSTMAttributes(Attributes):
    units: int = attribute(Int(1), doc="How many units, the features of the result.", positional=True)
    activation: str = activation("tanh")
    recurrent_activation: str = recurrent.recurrent_activation()
    use_bias: bool = use_bias()
    kernel_initializer: KerasObject = initializer("kernel", GLOROT_UNIFORM)
    recurrent_initializer: KerasObject = initializer("recurrent kernel", ORTHOGONAL)
    bias_initializer: KerasObject = initializer("bias", ZEROS)
    unit_forget_bias: bool = recurrent.unit_forget_bias()
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
    return_state: bool = recurrent.return_state("the ports `state_h` and `state_c`")
    go_backwards: bool = recurrent.go_backwards()
    stateful: bool = recurrent.stateful()
    unroll: bool = recurrent.unroll()
    use_cudnn: bool | str = recurrent.use_cudnn()


CELL = recurrent.dense_cell(("state_h", "state_c"), gates=4)
OP = recurrent.recurrent(
    "LSTM",
    "Long short-term memory: input, forget and output gates around a carried state, step by step.",
    LSTMAttributes,
    CELL,
)
