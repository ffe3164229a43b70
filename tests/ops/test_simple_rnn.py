"""SimpleRNN."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.types import TensorType
from specc.ops import _registry

from .support import attributes, bad, check, guess, infer, macs, refused, shape, trainable, weights

RNN = _registry.get("SimpleRNN")
STATE, STEPS = TensorType((8,)), TensorType((5, 8))


def test_the_last_step_or_all() -> None:
    assert infer("SimpleRNN", [5, 3], units=8) == STATE
    assert infer("SimpleRNN", [5, 3], units=8, return_sequences=True) == STEPS


@pytest.mark.parametrize(
    ("plain", "results"),
    [
        ({"return_state": True}, {"out": STATE, "state_h": STATE}),
        ({"return_state": True, "return_sequences": True}, {"sequence": STEPS, "state_h": STATE}),
    ],
)
def test_ports(plain: dict[str, Any], results: dict[str, TensorType]) -> None:
    assert infer("SimpleRNN", [5, 3], units=8, **plain) == results
    assert RNN.ports(attributes(RNN, {"units": 8, **plain})) == tuple(results)


def test_one_result_is_the_port_out() -> None:
    assert RNN.ports(attributes(RNN, {"units": 8, "return_sequences": True})) == ("out",)


def test_weights() -> None:
    found = weights("SimpleRNN", [5, 3], units=8)
    assert found == {"kernel": [3, 8], "recurrent_kernel": [8, 8], "bias": [8]}
    assert list(weights("SimpleRNN", [5, 3], units=8, use_bias=False)) == ["kernel", "recurrent_kernel"]
    assert trainable("SimpleRNN", [5, 3], units=8, trainable=False) == []


def test_macs() -> None:
    assert macs("SimpleRNN", [5, 3], units=8) == 5 * 8 * (3 + 8)


def test_the_last_step_is_guessed_from_the_units() -> None:
    assert guess("SimpleRNN", None, units=8) == [8]
    assert guess("SimpleRNN", None, units=8, return_sequences=True) is None


def test_an_initial_state() -> None:
    assert str(RNN.arity) == "1 to 2 operands"
    assert RNN.keywords == ("initial_state",)
    assert shape("SimpleRNN", [5, 3], [8], units=8) == [8]
    error = refused("SimpleRNN", [5, 3], [7], units=8)
    assert error.message == "SimpleRNN takes an initial state of [8], found [7]"
    assert error.operand == 1


def test_a_vector_is_no_sequence() -> None:
    error = refused("SimpleRNN", [13], units=8)
    assert error.message == "SimpleRNN takes [steps, features], found [13]"
    assert "shape [13, 1]" in error.help


def test_a_layer_keeps_no_state_between_calls() -> None:
    error = bad("SimpleRNN", units=8, stateful=True)
    assert (error.code, error.message) == ("unsupported-value", "`true` is not supported")
    assert "earlier calls" in error.help


def test_orthogonal_numbers_are_not_made_in_bfloat16() -> None:
    found = check("SimpleRNN", units=8, dtype="bfloat16")
    assert found is not None and found[0] == "dtype" and "`recurrent_initializer`" in found[1]
    assert check("SimpleRNN", units=8, dtype="bfloat16", recurrent_initializer="zeros") is None
