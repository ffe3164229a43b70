"""RNN: a recurrent cell run over a sequence, or a stack of cells of which each reads the one before at every step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _layers as layers
from specc.ops import _recurrent as recurrent
from specc.ops import gru, lstm, simple_rnn
from specc.ops._attributes import ListOf, OneOf, OnlyFalse, attribute
from specc.ops._base import Arity, Attributes, OpDef, Operands, Weight, need_rank, need_sizes
from specc.ops._layers import Choice, Inner, LayerOf
from specc.ops._recurrent import Cell, step_of

_CELLS = {"GRUCell": gru.CELL, "LSTMCell": lstm.CELL, "SimpleRNNCell": simple_rnn.CELL}
_OF_LAYERS = ("activity_regularizer", "return_sequences", "return_state", "go_backwards", "stateful", "unroll")
_STACK = "write a list of cells: `cell: [{op: LSTMCell, units: 4}, {op: LSTMCell, units: 4}]`"


def _cells() -> dict[str, Choice]:
    return {name: Choice(name.removesuffix("Cell"), (*_OF_LAYERS, "use_cudnn")) for name in _CELLS}


CELL = LayerOf("a recurrent cell", _cells, {"StackedRNNCells": _STACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class RNNAttributes(Attributes):
    cell: Inner | tuple[Inner, ...] = attribute(
        OneOf(CELL, ListOf(CELL, 2)), doc="What is computed at each step: a cell, or a stack of them.", positional=True
    )
    return_sequences: bool = recurrent.return_sequences()
    return_state: bool = recurrent.return_state("`state_h`, or `cell_0_state_h` of a stack, and so on")
    go_backwards: bool = recurrent.go_backwards()
    stateful: bool = recurrent.stateful()
    unroll: bool = recurrent.unroll()
    zero_output_for_mask: bool = attribute(OnlyFalse(recurrent.NO_MASKS), False, "Only false: there are no masks.")


def stack(attributes: RNNAttributes) -> tuple[Inner, ...]:
    """The cells, the one that reads the operand first."""
    return (attributes.cell,) if isinstance(attributes.cell, Inner) else attributes.cell


def _run(attributes: RNNAttributes, step: TensorType) -> list[tuple[Inner, Cell, TensorType, TensorType]]:
    """Each cell with what it reads at one step and what it gives."""
    found: list[tuple[Inner, Cell, TensorType, TensorType]] = []
    for inner in stack(attributes):
        cell = _CELLS[inner.name]
        result = cell.state(inner.attributes, step)
        found.append((inner, cell, step, result))
        step = result
    return found


def _states(attributes: RNNAttributes) -> tuple[str, ...]:
    if isinstance(attributes.cell, Inner):
        return _CELLS[attributes.cell.name].states
    cells = enumerate(attributes.cell)
    return tuple(f"cell_{index}_{name}" for index, inner in cells for name in _CELLS[inner.name].states)


def nesting(attributes: RNNAttributes) -> tuple[int, ...]:
    """The states of a stack come and go cell by cell."""
    if isinstance(attributes.cell, Inner):
        return ()
    return tuple(len(_CELLS[inner.name].states) for inner in attributes.cell)


def ports(attributes: RNNAttributes) -> tuple[str, ...]:
    return recurrent.ports(attributes, _states(attributes))


def infer(attributes: RNNAttributes, operands: Operands) -> TensorType | dict[str, TensorType]:
    """`[steps, features]` gives what the last cell makes of the last step, or of each; then the final states."""
    sequence = operands[0]
    need_rank(sequence, 2, "RNN", "[steps, features]")
    need_sizes(sequence, [1], "RNN", "the features")
    recurrent.need_steps(attributes, sequence, "RNN")
    ran = _run(attributes, step_of(sequence))
    states = [result for _, cell, _, result in ran for _ in cell.states]
    recurrent.check_states("RNN", operands, states, _states(attributes))
    return recurrent.results(attributes, sequence, ran[-1][-1], _states(attributes), states)


def weights(attributes: RNNAttributes, operands: Operands) -> tuple[Weight, ...]:
    found: list[Weight] = []
    single = isinstance(attributes.cell, Inner)
    for index, (inner, cell, step, _) in enumerate(_run(attributes, step_of(operands[0]))):
        own = cell.weights(inner.attributes, step)
        found += own if single else layers.inside(f"cell_{index}", own)
    return tuple(found)


def macs(attributes: RNNAttributes, operands: Operands, result: TensorType) -> int:
    ran = _run(attributes, step_of(operands[0]))
    return operands[0].shape[0] * sum(cell.macs(inner.attributes, step) for inner, cell, step, _ in ran)


def checks(attributes: RNNAttributes) -> tuple[str, str] | None:
    for inner in stack(attributes):
        problem = _CELLS[inner.name].checks(inner.attributes)
        if problem is not None:
            return "cell", f"{inner.name}: {problem[1]}"
    return None


def guess(attributes: RNNAttributes, operands: Sequence[TensorType | None]) -> TensorType | None:
    return None if attributes.return_sequences else _run(attributes, TensorType((1,)))[-1][-1]


OP = OpDef(
    name="RNN",
    doc="A recurrent cell run over a sequence, or a stack of cells.",
    attributes=RNNAttributes,
    infer=infer,
    arity=Arity(1, None),
    weights=weights,
    macs=macs,
    guess=guess,
    ports=ports,
    normalize=layers.like_the_node,
    checks=checks,
    keywords=("initial_state",),
    nesting=nesting,
)
