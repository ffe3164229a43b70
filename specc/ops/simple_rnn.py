"""SimpleRNN: a dense layer fed back from step to step of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Bool, Float, Int, OnlyFalse, attribute, optional
from specc.ops._base import Arity, Attributes, Mismatch, OpDef, Operands, Weight, compute_dtype, need_rank
from specc.ops._keras_objects import GLOROT_UNIFORM, ORTHOGONAL, ZEROS, KerasObject
from specc.ops._weighted import (
    activation,
    activity_regularizer,
    check_weights,
    constraint,
    initializer,
    regularizer,
    use_bias,
)

_STATEFUL = "a model's result would depend on earlier calls; carry the state through an input and an output instead"


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
    dropout: float = attribute(Float(0, 1), 0.0, "The share of a step's features that training drops.")
    recurrent_dropout: float = attribute(Float(0, 1), 0.0, "The share of the state that training drops.")
    return_sequences: bool = attribute(Bool(), False, "Whether the result has every step, or the last only.")
    return_state: bool = attribute(Bool(), False, "Whether the final state is a result too: the port `state_h`.")
    go_backwards: bool = attribute(Bool(), False, "Whether the last step comes first.")
    stateful: bool = attribute(OnlyFalse(_STATEFUL), False, "Only false: no state is kept from one call to the next.")
    unroll: bool = attribute(Bool(), False, "Whether Keras writes the steps out instead of a loop.")
    seed: int | None = attribute(optional(Int(0)), None, "Seed of the dropout.")


def ports(attributes: SimpleRNNAttributes) -> tuple[str, ...]:
    if not attributes.return_state:
        return ("out",)
    return ("sequence" if attributes.return_sequences else "out", "state_h")


def infer(attributes: SimpleRNNAttributes, operands: Operands) -> TensorType | dict[str, TensorType]:
    """`[steps, features]` gives `[units]`, or `[steps, units]` with `return_sequences`; the state is `[units]`."""
    operand, dtype = operands[0], compute_dtype(attributes)
    need_rank(operand, 2, "SimpleRNN", "[steps, features]")
    state = TensorType((attributes.units,), dtype)
    if len(operands) > 1 and operands[1].shape != state.shape:
        raise Mismatch(
            f"SimpleRNN with {attributes.units} units takes an initial state of {state}, found {operands[1]}",
            1,
            help="the initial state has one number for each unit",
        )
    result = TensorType((operand.shape[0], attributes.units), dtype) if attributes.return_sequences else state
    names = ports(attributes)
    return {names[0]: result, names[1]: state} if attributes.return_state else result


def weights(attributes: SimpleRNNAttributes, operands: Operands) -> tuple[Weight, ...]:
    units, trainable = attributes.units, attributes.trainable
    kernel = Weight("kernel", (operands[0].shape[-1], units), trainable)
    recurrent = Weight("recurrent_kernel", (units, units), trainable)
    return (kernel, recurrent, Weight("bias", (units,), trainable)) if attributes.use_bias else (kernel, recurrent)


def macs(attributes: SimpleRNNAttributes, operands: Operands, result: TensorType) -> int:
    steps, features = operands[0].shape
    return steps * attributes.units * (features + attributes.units)


def checks(attributes: SimpleRNNAttributes) -> tuple[str, str] | None:
    return check_weights(attributes, {"kernel": 2, "recurrent": 2, **({"bias": 1} if attributes.use_bias else {})})


def guess(attributes: SimpleRNNAttributes, operands: Sequence[TensorType | None]) -> TensorType | None:
    return None if attributes.return_sequences else TensorType((attributes.units,), compute_dtype(attributes))


OP = OpDef(
    name="SimpleRNN",
    doc="A dense layer fed back: `h = activation(x @ kernel + h @ recurrent_kernel + bias)`, step by step.",
    attributes=SimpleRNNAttributes,
    infer=infer,
    arity=Arity(1, 2),
    weights=weights,
    macs=macs,
    guess=guess,
    ports=ports,
    checks=checks,
    keywords=("initial_state",),
)
