"""MultiHeadAttention."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType
from specc.ops import _registry

from .support import Shape, attributes, bad, check, infer, macs, refused, shape, weights

OP = _registry.get("MultiHeadAttention")
SMALL: dict[str, Any] = {"num_heads": 2, "key_dim": 4}


def mha(*operands: Shape | TensorType, **plain: Any) -> Shape:
    return shape("MultiHeadAttention", *operands, **SMALL, **plain)


def test_it_projects_back_to_the_features_of_the_query() -> None:
    assert mha([3, 8], [5, 6]) == [3, 8]
    assert mha([3, 8], [5, 6], output_shape=10) == [3, 10]
    assert mha([3, 8], [5, 6], output_shape=[2, 5]) == [3, 2, 5]


def test_weights_of_the_projections_by_their_path() -> None:
    assert weights("MultiHeadAttention", [3, 8], [5, 6], [5, 7], **SMALL, value_dim=5) == {
        "query/kernel": [8, 2, 4],
        "query/bias": [2, 4],
        "key/kernel": [7, 2, 4],
        "key/bias": [2, 4],
        "value/kernel": [6, 2, 5],
        "value/bias": [2, 5],
        "attention_output/kernel": [2, 5, 8],
        "attention_output/bias": [8],
    }


def test_a_gate_comes_before_the_values() -> None:
    found = weights("MultiHeadAttention", [3, 8], [5, 6], **SMALL, use_gate=True, use_bias=False, output_shape=[2, 3])
    assert list(found) == [f"{part}/kernel" for part in ("query", "key", "gate", "value", "attention_output")]
    assert found["attention_output/kernel"] == [2, 4, 2, 3]


def test_macs_of_projections_scores_and_means() -> None:
    projections = 3 * 8 * 2 * 4 + 5 * 6 * 2 * 4 + 5 * 6 * 2 * 5 + 3 * 2 * 5 * 8
    attention = 3 * 5 * 2 * (4 + 5)
    assert macs("MultiHeadAttention", [3, 8], [5, 6], **SMALL, value_dim=5) == projections + attention


def test_macs_where_one_of_two_axes_is_attended_over() -> None:
    projections = (7 * 3 + 7 * 5 + 7 * 5 + 7 * 3) * 8 * 2 * 4
    attention = 7 * 3 * 5 * 2 * (4 + 4)
    assert macs("MultiHeadAttention", [7, 3, 8], [7, 5, 8], **SMALL, attention_axes=2) == projections + attention


def test_attention_axes() -> None:
    assert mha([7, 3, 8], [7, 5, 8], attention_axes=-2) == [7, 3, 8]
    assert mha([7, 3, 8], [6, 5, 8], attention_axes=[1, 2]) == [7, 3, 8]
    error = refused("MultiHeadAttention", [7, 3, 8], [6, 5, 8], **SMALL, attention_axes=2)
    assert "the same size on the axes that are not attended over" in error.message
    for axis in (3, -1, -4):
        error = refused("MultiHeadAttention", [7, 3, 8], [7, 5, 8], **SMALL, attention_axes=axis)
        assert error.message == f"`attention_axes` names axis {axis}, which is none of steps, of [7, 3, 8]"
    error = refused("MultiHeadAttention", [7, 3, 8], [7, 5, 8], **SMALL, attention_axes=[2, -2])
    assert error.message == "`attention_axes` names an axis twice, of [7, 3, 8]"


def test_scores_are_a_second_port() -> None:
    found = infer("MultiHeadAttention", [5, 8], [5, 6], **SMALL, return_attention_scores=True)
    assert found == {"out": TensorType((5, 8)), "scores": TensorType((2, 5, 5))}
    assert OP.ports(attributes(OP, {**SMALL, "return_attention_scores": True})) == ("out", "scores")


@pytest.mark.parametrize(("query", "value"), [([3, 8], [5, 8]), ([5, 5, 8], [5, 5, 8])])
def test_scores_that_keras_declares_wrong_are_refused(query: Shape, value: Shape) -> None:
    error = refused("MultiHeadAttention", query, value, **SMALL, return_attention_scores=True)
    assert error.attribute == "return_attention_scores" and "Keras declares a wrong shape" in error.message


@pytest.mark.parametrize("mask", [{"use_causal_mask": True}, {"sliding_window": 2}])
def test_a_mask_is_for_one_axis(mask: dict[str, Any]) -> None:
    assert mha([5, 8], [5, 6], **mask) == [5, 8]
    assert mha([7, 5, 8], [7, 5, 8], **mask, attention_axes=1) == [7, 5, 8]
    assert refused("MultiHeadAttention", [7, 5, 8], [7, 5, 8], **SMALL, **mask).attribute == next(iter(mask))


def test_flash_attention_is_refused_with_the_reason() -> None:
    error = bad("MultiHeadAttention", **SMALL, flash_attention=True)
    assert error.code == "unsupported-value" and "TensorFlow" in error.help


def test_open_sizes() -> None:
    steps = Symbol("T")
    assert infer("MultiHeadAttention", TensorType((steps, 8)), TensorType((5, 8)), **SMALL).shape == (steps, 8)
    both: dict[str, Any] = {**SMALL, "return_attention_scores": True}
    found = infer("MultiHeadAttention", TensorType((steps, 8)), TensorType((steps, 8)), **both)
    assert found["scores"].shape == (2, steps, steps)
    mixed = (TensorType((3, 8)), TensorType((5, 8)), TensorType((steps, 8)))
    assert "a key for each value" in refused("MultiHeadAttention", *mixed, **SMALL).message
    error = refused("MultiHeadAttention", TensorType((3, 8)), TensorType((5, Symbol("F"))), **SMALL)
    assert (error.code, error.operand) == ("unknown-size", 1)


def test_starts_that_the_weights_cannot_have() -> None:
    found = check("MultiHeadAttention", **SMALL, bias_initializer="orthogonal")
    assert found == ("bias_initializer", "this weight has one axis, and Orthogonal makes a matrix")
    assert check("MultiHeadAttention", **SMALL, bias_initializer="orthogonal", output_shape=[2, 2]) is None
    assert check("MultiHeadAttention", **SMALL, bias_initializer="orthogonal", use_bias=False) is None
