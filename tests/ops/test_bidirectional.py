"""Bidirectional."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType
from specc.ops import _registry

from .support import attributes, bad, check, guess, infer, macs, refused, shape, trainable, weights

OP = _registry.get("Bidirectional")
LSTM: dict[str, Any] = {"op": "LSTM", "units": 4}
GRU: dict[str, Any] = {"op": "GRU", "units": 4}
STATE, STEPS = TensorType((4,)), TensorType((5, 4))


@pytest.mark.parametrize(("mode", "features"), [("concat", 8), ("sum", 4), ("mul", 4), ("ave", 4)])
def test_the_results_are_merged(mode: str, features: int) -> None:
    assert shape("Bidirectional", [5, 3], layer=LSTM, merge_mode=mode) == [features]
    assert shape("Bidirectional", [5, 3], layer={**LSTM, "return_sequences": True}, merge_mode=mode) == [5, features]
    assert guess("Bidirectional", None, layer=LSTM, merge_mode=mode) == [features]


def test_without_a_merge_there_are_two_results() -> None:
    assert infer("Bidirectional", [5, 3], layer=GRU, merge_mode=None) == {"forward": STATE, "backward": STATE}


def test_the_states_of_both_layers_are_ports() -> None:
    layer = {**LSTM, "return_state": True, "return_sequences": True}
    states = ("forward_state_h", "forward_state_c", "backward_state_h", "backward_state_c")
    found = infer("Bidirectional", [5, 3], layer=layer, merge_mode="sum")
    assert found == {"sequence": STEPS, **dict.fromkeys(states, STATE)}
    found = infer("Bidirectional", [5, 3], layer=layer, merge_mode=None)
    assert found == {"forward": STEPS, "backward": STEPS, **dict.fromkeys(states, STATE)}
    assert OP.ports(attributes(OP, {"layer": layer, "merge_mode": None})) == tuple(found)


def test_both_layers_have_weights() -> None:
    found = weights("Bidirectional", [5, 3], layer=LSTM)
    each = {"kernel": [3, 16], "recurrent_kernel": [4, 16], "bias": [16]}
    sides = ("forward_layer", "backward_layer")
    assert found == {f"{side}/{name}": size for side in sides for name, size in each.items()}


def test_what_is_frozen_is_frozen_inside() -> None:
    assert trainable("Bidirectional", [5, 3], layer=LSTM, trainable=False) == []
    assert len(trainable("Bidirectional", [5, 3], layer=LSTM)) == 6
    assert trainable("Bidirectional", [5, 3], layer={**LSTM, "trainable": False}) == []


def test_both_layers_multiply() -> None:
    assert macs("Bidirectional", [5, 3], layer=GRU) == 2 * macs("GRU", [5, 3], units=4)


def test_the_inner_layers_compute_in_the_dtype_of_the_node() -> None:
    assert infer("Bidirectional", [5, 3], layer=LSTM, dtype="float16") == TensorType((8,), "float16")
    error = bad("Bidirectional", layer={**LSTM, "dtype": "float16"})
    assert (error.code, error.message) == ("unknown-attribute", "`dtype` is not taken in the LSTM here")
    found = check("Bidirectional", layer=LSTM, dtype="bfloat16")
    assert found is not None and found[0] == "layer" and "Orthogonal" in found[1]


def test_initial_states_for_both_layers() -> None:
    assert shape("Bidirectional", [5, 3], [4], [4], layer=GRU) == [8]
    error = refused("Bidirectional", [5, 3], [4], [4], layer=LSTM)
    assert error.message == "Bidirectional takes 4 initial states or none, found 2"
    assert "`backward_state_c` of [4]" in error.help


def test_a_backward_layer_of_its_own() -> None:
    backward = {**LSTM, "go_backwards": True, "activation": "relu"}
    assert shape("Bidirectional", [5, 3], layer=LSTM, backward_layer=backward) == [8]
    assert check("Bidirectional", layer=LSTM, backward_layer=backward) is None


@pytest.mark.parametrize(
    ("layer", "backward", "at", "part"),
    [
        ({**LSTM, "go_backwards": True}, None, "layer", "`go_backwards: true`"),
        (LSTM, LSTM, "backward_layer", "`go_backwards`"),
        (LSTM, {**LSTM, "go_backwards": True, "return_state": True}, "backward_layer", "`return_state`"),
        (LSTM, {**LSTM, "go_backwards": True, "units": 5}, "backward_layer", "same size"),
        (LSTM, {**GRU, "go_backwards": True}, "backward_layer", "same size"),
    ],
)
def test_layers_that_do_not_go_together(layer: Any, backward: Any, at: str, part: str) -> None:
    found = check("Bidirectional", layer=layer, backward_layer=backward)
    assert found is not None and found[0] == at and part in found[1]


def test_only_recurrent_layers_read_both_ways() -> None:
    error = bad("Bidirectional", layer={"op": "Dense", "units": 3})
    assert error.code == "bad-value" and "`LSTM`" in error.help
    assert bad("Bidirectional", layer="LSTM").help == "write `{op: LSTM}`"
    assert bad("Bidirectional", layer={"units": 3}).code == "missing-key"
    assert bad("Bidirectional", layer={"op": "LSTM"}).message == "LSTM needs `units`"


def test_what_the_inner_layer_cannot_take() -> None:
    assert refused("Bidirectional", [5], layer=LSTM).message == "LSTM takes [steps, features], found [5]"
    unrolled = {**LSTM, "unroll": True}
    assert refused("Bidirectional", TensorType((Symbol("T"), 3)), layer=unrolled).code == "unknown-size"
