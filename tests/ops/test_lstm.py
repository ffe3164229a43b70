"""LSTM, and what it shares with the other recurrent layers: ports, initial states, steps that are not known."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType
from specc.ops import _registry

from .support import attributes, bad, check, guess, infer, macs, refused, shape, trainable, weights

LSTM = _registry.get("LSTM")
STATE, STEPS = TensorType((8,)), TensorType((5, 8))


@pytest.mark.parametrize(
    ("plain", "results"),
    [
        ({"return_state": True}, {"out": STATE, "state_h": STATE, "state_c": STATE}),
        (
            {"return_state": True, "return_sequences": True},
            {"sequence": STEPS, "state_h": STATE, "state_c": STATE},
        ),
    ],
)
def test_ports(plain: dict[str, Any], results: dict[str, TensorType]) -> None:
    assert infer("LSTM", [5, 3], units=8, **plain) == results
    assert LSTM.ports(attributes(LSTM, {"units": 8, **plain})) == tuple(results)


def test_weights_have_a_column_for_each_gate() -> None:
    found = weights("LSTM", [5, 3], units=8)
    assert found == {"kernel": [3, 32], "recurrent_kernel": [8, 32], "bias": [32]}
    assert list(weights("LSTM", [5, 3], units=8, use_bias=False)) == ["kernel", "recurrent_kernel"]
    assert trainable("LSTM", [5, 3], units=8, trainable=False) == []


def test_every_step_multiplies() -> None:
    assert macs("LSTM", [5, 3], units=8) == 5 * 4 * 8 * (3 + 8)
    assert macs("LSTM", [5, 3], units=8, return_sequences=True) == 5 * 4 * 8 * (3 + 8)


def test_two_initial_states() -> None:
    assert shape("LSTM", [5, 3], [8], [8], units=8) == [8]
    error = refused("LSTM", [5, 3], [8], units=8)
    assert (error.message, error.operand) == ("LSTM takes 2 initial states or none, found 1", 1)
    assert error.help == "read them after the sequence, in this order: `state_h` of [8], `state_c` of [8]"
    error = refused("LSTM", [5, 3], [8], [7], units=8)
    assert (error.message, error.operand) == ("LSTM takes an initial `state_c` of [8], found [7]", 2)


def test_steps_may_be_unknown_and_features_may_not() -> None:
    steps = Symbol("T")
    assert infer("LSTM", TensorType((steps, 3)), units=8, return_sequences=True) == TensorType((steps, 8))
    error = refused("LSTM", TensorType((5, Symbol("F"))), units=8)
    assert error.code == "unknown-size" and "the features" in error.message
    error = refused("LSTM", TensorType((steps, 3)), units=8, unroll=True)
    assert error.code == "unknown-size" and "`unroll`" in error.message


def test_the_last_step_is_guessed_from_the_units() -> None:
    assert guess("LSTM", None, units=8) == [8]
    assert guess("LSTM", None, units=8, return_sequences=True) is None


def test_a_layer_keeps_no_state_between_calls() -> None:
    error = bad("LSTM", units=8, stateful=True)
    assert error.code == "unsupported-value" and "earlier calls" in error.help


def test_cudnn_is_a_choice_of_keras() -> None:
    assert attributes(LSTM, {"units": 8}).use_cudnn == "auto"
    assert attributes(LSTM, {"units": 8, "use_cudnn": False}).use_cudnn is False
    assert bad("LSTM", units=8, use_cudnn="never").code == "bad-value"
    error = bad("LSTM", units=8, use_cudnn=True)
    assert error.code == "unsupported-value" and "GPU" in error.help


def test_objects_fit_the_axes_of_the_weights() -> None:
    found = check("LSTM", units=8, bias_initializer="orthogonal")
    assert found is not None and found[0] == "bias_initializer"
    assert check("LSTM", units=8, use_bias=False, bias_initializer="orthogonal") is None
