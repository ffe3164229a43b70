"""Recurrent layers: a cell, which is what they compute at each step, becomes the op that runs it over a sequence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from specc.ir.sizes import may_equal_shapes
from specc.ir.types import TensorType
from specc.ops._attributes import Bool, Enum, Float, Int, OneOf, OnlyFalse, attribute, optional
from specc.ops._base import Arity, Mismatch, OpDef, Operands, Weight, compute_dtype, need_rank, need_sizes
from specc.ops._dtypes import need_floats
from specc.ops._keras_objects import ACTIVATION
from specc.ops._weighted import check_weights

_STATEFUL = "a model's result would depend on earlier calls; carry the state through an input and an output instead"
_CUDNN = "the model would fail without such a GPU; `auto` uses its implementation where there is one"
STEPPING = (
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "GRU",
    "LSTM",
    "RNN",
    "SimpleRNN",
    "TimeDistributed",
)
NO_MASKS = "specc has no masks: every step counts; cut or pad the sequences, or multiply by the mask as an input"


# Attributes that they share


def recurrent_activation() -> Any:
    return attribute(ACTIVATION, "sigmoid", "Activation of the gates.")


def unit_forget_bias() -> Any:
    return attribute(Bool(), True, "Whether the bias of the forget gate starts from ones.")


def dropout() -> Any:
    return attribute(Float(0, 1), 0.0, "The share of a step's features that training drops.")


def recurrent_dropout() -> Any:
    return attribute(Float(0, 1), 0.0, "The share of the state that training drops.")


def seed() -> Any:
    return attribute(optional(Int(0)), None, "Seed of the dropout.")


def return_sequences() -> Any:
    return attribute(Bool(), False, "Whether the result has every step, or the last only.")


def return_state(ports: str) -> Any:
    return attribute(Bool(), False, f"Whether the final state is a result too: {ports}.")


def go_backwards() -> Any:
    return attribute(Bool(), False, "Whether the last step comes first.")


def stateful() -> Any:
    return attribute(OnlyFalse(_STATEFUL), False, "Only false: no state is kept from one call to the next.")


def unroll() -> Any:
    return attribute(Bool(), False, "Whether Keras writes the steps out instead of a loop.")


def use_cudnn() -> Any:
    kind = OneOf(OnlyFalse(_CUDNN), Enum("auto"))
    return attribute(kind, "auto", "`auto` uses the implementation of a GPU where there is one, false never does.")


# Cells


@dataclass(frozen=True, slots=True)
class Cell:
    """What a layer computes at each step.

    `states` are the ports of what it carries, and `layout` names the axes of a sequence of its operands. Of its
    attributes and one step's operand: `state` is the type of each state, the first of which is the result as well;
    `weights` are the stored tensors and `macs` the multiply-accumulates. `checks` is that of the op.
    """

    states: tuple[str, ...]
    layout: str
    state: Callable[[Any, TensorType], TensorType]
    weights: Callable[[Any, TensorType], tuple[Weight, ...]]
    macs: Callable[[Any, TensorType], int]
    checks: Callable[[Any], tuple[str, str] | None]

    @property
    def rank(self) -> int:
        """How many axes a sequence has."""
        return self.layout.count(",") + 1


def dense_cell(states: tuple[str, ...], gates: int, bias: Callable[[Any], tuple[int, ...]] | None = None) -> Cell:
    """A cell of so many gates, each a dense layer of the step's features and of the state.

    `bias` is the shape of the bias, where it is not one number for each unit of each gate.
    """

    def state(attributes: Any, step: TensorType) -> TensorType:
        return TensorType((attributes.units,), compute_dtype(attributes))

    def weights(attributes: Any, step: TensorType) -> tuple[Weight, ...]:
        units = attributes.units
        shape = bias(attributes) if bias else (gates * units,)
        return cell_weights(attributes, (step.shape[-1], gates * units), (units, gates * units), shape)

    def macs(attributes: Any, step: TensorType) -> int:
        return gates * attributes.units * (step.shape[-1] + attributes.units)

    def checks(attributes: Any) -> tuple[str, str] | None:
        return cell_checks(attributes, 2, len(bias(attributes)) if bias else 1)

    return Cell(states, "[steps, features]", state, weights, macs, checks)


def cell_weights(
    attributes: Any, kernel: tuple[int, ...], recurrent: tuple[int, ...], bias: tuple[int, ...]
) -> tuple[Weight, ...]:
    trainable = attributes.trainable
    found = (Weight("kernel", kernel, trainable), Weight("recurrent_kernel", recurrent, trainable))
    return (*found, Weight("bias", bias, trainable)) if attributes.use_bias else found


def cell_checks(attributes: Any, kernel: int, bias: int) -> tuple[str, str] | None:
    """Finds objects that a cell's weights cannot have, by the numbers of their axes."""
    return check_weights(
        attributes, {"kernel": kernel, "recurrent": kernel, **({"bias": bias} if attributes.use_bias else {})}
    )


# Layers


def recurrent(name: str, doc: str, attributes: type[Any], cell: Cell) -> OpDef:
    """The op that runs a cell over a sequence."""

    def infer(attributes: Any, operands: Operands) -> TensorType | dict[str, TensorType]:
        """One result for each sequence, or for each of its steps with `return_sequences`; then the final states."""
        sequence = operands[0]
        need_rank(sequence, cell.rank, name, cell.layout)
        what = "the features" if cell.rank == 2 else "all but the steps"
        need_sizes(sequence, range(1, sequence.rank), name, what)
        need_steps(attributes, sequence, name)
        if cell.rank > 2:
            need_floats(name, sequence)  # convolutions do, where products of matrices take integers
        state = cell.state(attributes, step_of(sequence))
        check_states(name, operands, [state] * len(cell.states), cell.states)
        return results(attributes, sequence, state, cell.states, [state] * len(cell.states))

    def weights(attributes: Any, operands: Operands) -> tuple[Weight, ...]:
        return cell.weights(attributes, step_of(operands[0]))

    def macs(attributes: Any, operands: Operands, result: TensorType) -> int:
        return operands[0].shape[0] * cell.macs(attributes, step_of(operands[0]))

    def guess(attributes: Any, operands: Sequence[TensorType | None]) -> TensorType | None:
        if attributes.return_sequences or cell.rank > 2:
            return None
        return cell.state(attributes, TensorType((1,)))

    return OpDef(
        name=name,
        doc=doc,
        attributes=attributes,
        infer=infer,
        arity=Arity(1, 1 + len(cell.states)),
        weights=weights,
        macs=macs,
        guess=guess,
        ports=lambda attributes: ports(attributes, cell.states),
        checks=cell.checks,
        keywords=("initial_state",),
    )


def step_of(sequence: TensorType) -> TensorType:
    """One step of a sequence."""
    return sequence.with_shape(sequence.shape[1:])


def need_steps(attributes: Any, sequence: TensorType, name: str) -> None:
    """Raises where Keras would have to write out a number of steps that is not known."""
    if getattr(attributes, "unroll", False):
        need_sizes(sequence, [0], name, "the number of steps, as `unroll` writes them out,")


def ports(attributes: Any, states: tuple[str, ...]) -> tuple[str, ...]:
    """`out`; or, with the final states, `sequence` or `out` and those."""
    if not attributes.return_state:
        return ("out",)
    return ("sequence" if attributes.return_sequences else "out", *states)


def results(
    attributes: Any, sequence: TensorType, last: TensorType, names: tuple[str, ...], states: Sequence[TensorType]
) -> TensorType | dict[str, TensorType]:
    """What comes out of a sequence whose last step gives `last` and leaves `states`."""
    result = last.with_shape((sequence.shape[0], *last.shape)) if attributes.return_sequences else last
    if not attributes.return_state:
        return result
    return dict(zip(ports(attributes, names), (result, *states), strict=True))


def check_states(op: str, operands: Operands, states: Sequence[TensorType], names: tuple[str, ...]) -> None:
    """Raises unless the operands after the first are the initial states, or there are none."""
    given = operands[1:]
    if given and len(given) != len(states):
        listed = ", ".join(f"`{name}` of {state}" for name, state in zip(names, states, strict=True))
        raise Mismatch(
            f"{op} takes {len(states)} initial states or none, found {len(given)}",
            len(given),
            help=f"read them after the sequence, in this order: {listed}",
        )
    for index, (found, state) in enumerate(zip(given, states, strict=False), start=1):
        if not may_equal_shapes(found.shape, state.shape):
            which = "an initial state" if len(states) == 1 else f"an initial `{names[index - 1]}`"
            each = "unit" if state.rank == 1 else "position and filter"
            raise Mismatch(
                f"{op} takes {which} of {state}, found {found}",
                index,
                help=f"the initial state has one number for each {each}",
            )
