"""TimeDistributed, and layers inside layers."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, check, infer, macs, refused, shape, trainable, weights

DENSE: dict[str, Any] = {"op": "Dense", "units": 4}


@pytest.mark.parametrize(
    ("layer", "operand", "result"),
    [
        (DENSE, [5, 3], [5, 4]),
        ({"op": "Conv2D", "filters": 4, "kernel_size": 3}, [5, 8, 8, 3], [5, 6, 6, 4]),
        ({"op": "Flatten"}, [5, 8, 8, 3], [5, 192]),
        ({"op": "Dropout", "keep_prob": 0.9}, [5, 3], [5, 3]),
        ({"op": "LSTM", "units": 4}, [5, 7, 3], [5, 4]),
        ({"op": "Bidirectional", "layer": {"op": "LSTM", "units": 4}}, [5, 7, 3], [5, 8]),
    ],
)
def test_the_layer_is_applied_to_each_step(layer: dict[str, Any], operand: list[int], result: list[int]) -> None:
    assert shape("TimeDistributed", operand, layer=layer) == result


def test_the_number_of_steps_may_be_unknown() -> None:
    steps = Symbol("T")
    assert infer("TimeDistributed", TensorType((steps, 3)), layer=DENSE) == TensorType((steps, 4))


def test_the_weights_are_those_of_the_layer() -> None:
    assert weights("TimeDistributed", [5, 3], layer=DENSE) == {"kernel": [3, 4], "bias": [4]}
    assert trainable("TimeDistributed", [5, 3], layer={"op": "BatchNormalization"}) == ["gamma", "beta"]
    inner = {"op": "Bidirectional", "layer": {"op": "LSTM", "units": 4}}
    assert next(iter(weights("TimeDistributed", [5, 7, 3], layer=inner))) == "forward_layer/kernel"
    assert trainable("TimeDistributed", [5, 7, 3], layer=inner, trainable=False) == []


def test_every_step_multiplies() -> None:
    assert macs("TimeDistributed", [5, 3], layer=DENSE) == 5 * 3 * 4


def test_what_the_layer_cannot_take_is_said_of_the_step() -> None:
    error = refused("TimeDistributed", [5, 3], layer={"op": "Conv2D", "filters": 4, "kernel_size": 3})
    assert error.message == "in each step of [5, 3], Conv2D takes [height, width, channels], found [3]"
    error = refused("TimeDistributed", [5, 2, 2, 1], layer={"op": "Conv2D", "filters": 4, "kernel_size": 3})
    assert error.attribute == "layer" and "longer than the axis" in error.message
    assert refused("TimeDistributed", [5], layer=DENSE).message == "TimeDistributed takes [steps, …], found [5]"


def test_a_layer_with_several_results_is_refused() -> None:
    found = check("TimeDistributed", layer={"op": "GRU", "units": 4, "return_state": True})
    assert found == ("layer", "expected a layer with one result, found GRU with `out`, `state_h`")


@pytest.mark.parametrize(
    ("layer", "code", "part"),
    [
        ({"op": "TimeDistributed", "layer": DENSE}, "bad-value", "Reshape"),
        ({"op": "Add"}, "bad-value", "ops"),
        ({"op": "ActivityRegularization"}, "bad-value", "penalty"),
        ({"op": "Dnese", "units": 4}, "bad-value", "`Dense`"),
        ({"op": 3}, "wrong-type", "ops"),
        ({"op": "Dense"}, "missing-attribute", "`units: …`"),
        ({"op": "Dropout"}, "missing-attribute", "rate"),
        ({**DENSE, "unit": 3}, "unknown-attribute", "`units`"),
        ({**DENSE, "name": "inner"}, "unknown-attribute", "no name"),
        ({**DENSE, "activity_regularizer": "l2"}, "unknown-attribute", "penalty"),
        ({**DENSE, "units": 0}, "bad-value", ""),
        ({**DENSE, "kernel_initializer": "identity", "bias_initializer": "identity"}, "bad-value", "`bias_init"),
        ({"op": "Dropout", "rate": 0.5, "keep_prob": 0.9}, "conflicting-attributes", "keep one"),
    ],
)
def test_mistakes_in_the_inner_layer(layer: dict[str, Any], code: str, part: str) -> None:
    error = bad("TimeDistributed", layer=layer)
    assert error.code == code and part in error.help
