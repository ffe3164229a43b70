"""RNN: cells, and stacks of them."""

from __future__ import annotations

from typing import Any

from specc.ir.types import TensorType
from specc.ops import _registry

from .support import attributes, bad, check, guess, infer, macs, refused, shape, trainable, weights

OP = _registry.get("RNN")
LSTM: dict[str, Any] = {"op": "LSTMCell", "units": 4}
STACK: list[dict[str, Any]] = [LSTM, {"op": "GRUCell", "units": 2}]


def test_a_cell_is_run_as_its_layer_is() -> None:
    assert infer("RNN", [5, 3], cell=LSTM, return_state=True) == infer("LSTM", [5, 3], units=4, return_state=True)
    assert weights("RNN", [5, 3], cell=LSTM) == weights("LSTM", [5, 3], units=4)
    assert macs("RNN", [5, 3], cell=LSTM) == macs("LSTM", [5, 3], units=4)
    assert OP.nesting(attributes(OP, {"cell": LSTM})) == ()


def test_each_cell_of_a_stack_reads_the_one_before() -> None:
    assert shape("RNN", [5, 3], cell=STACK, return_sequences=True) == [5, 2]
    found = weights("RNN", [5, 3], cell=STACK)
    assert (found["cell_0/kernel"], found["cell_1/kernel"]) == ([3, 16], [4, 6])
    assert macs("RNN", [5, 3], cell=STACK) == 5 * (4 * 4 * (3 + 4) + 3 * 2 * (4 + 2))
    assert guess("RNN", None, cell=STACK) == [2]


def test_the_states_of_a_stack_come_cell_by_cell() -> None:
    one, other = TensorType((4,)), TensorType((2,))
    found = infer("RNN", [5, 3], cell=STACK, return_state=True)
    assert found == {"out": other, "cell_0_state_h": one, "cell_0_state_c": one, "cell_1_state_h": other}
    assert OP.nesting(attributes(OP, {"cell": STACK})) == (2, 1)


def test_initial_states() -> None:
    assert shape("RNN", [5, 3], [4], [4], [2], cell=STACK) == [2]
    error = refused("RNN", [5, 3], [4], [2], [2], cell=STACK)
    assert error.message == "RNN takes an initial `cell_0_state_c` of [4], found [2]"


def test_what_is_frozen_is_frozen_inside() -> None:
    assert trainable("RNN", [5, 3], cell=STACK, trainable=False) == []
    assert trainable("RNN", [5, 3], cell=[{**LSTM, "trainable": False}, STACK[1]])[0] == "cell_1/kernel"


def test_a_cell_has_no_attributes_of_the_layer() -> None:
    assert bad("RNN", cell={**LSTM, "return_state": True}).code == "unknown-attribute"
    assert bad("RNN", cell={"op": "LSTM", "units": 4}).help == "did you mean `LSTMCell`?"
    assert "a list of cells" in bad("RNN", cell={"op": "StackedRNNCells"}).help
    assert bad("RNN", cell=[LSTM]).code == "bad-value"


def test_there_are_no_masks() -> None:
    error = bad("RNN", cell=LSTM, zero_output_for_mask=True)
    assert error.code == "unsupported-value" and "masks" in error.help


def test_objects_fit_the_weights_of_a_cell() -> None:
    found = check("RNN", cell=STACK, dtype="bfloat16")
    assert found is not None and found[0] == "cell" and found[1].startswith("LSTMCell: ")
