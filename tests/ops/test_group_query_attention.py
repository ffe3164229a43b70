"""GroupQueryAttention."""

from __future__ import annotations

from typing import Any

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import check, infer, macs, refused, shape, weights

NAME = "GroupQueryAttention"
SMALL: dict[str, Any] = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}


def test_the_shape_of_the_query() -> None:
    assert shape(NAME, [3, 8], [5, 8], [5, 6], **SMALL) == [3, 8]


def test_weights_by_their_path() -> None:
    assert weights(NAME, [3, 8], [5, 8], [5, 6], **SMALL, use_gate=True) == {
        "query/kernel": [8, 4, 3],
        "query/bias": [4, 3],
        "key/kernel": [6, 2, 3],
        "key/bias": [2, 3],
        "gate/kernel": [8, 4, 3],
        "gate/bias": [4, 3],
        "value/kernel": [8, 2, 3],
        "value/bias": [2, 3],
        "attention_output/kernel": [4, 3, 8],
        "attention_output/bias": [8],
    }


def test_macs_of_projections_scores_and_means() -> None:
    projections = 3 * 8 * 4 * 3 + 2 * (5 * 8 * 2 * 3) + 3 * 4 * 3 * 8
    assert macs(NAME, [3, 8], [5, 8], **SMALL) == projections + 3 * 5 * 4 * (3 + 3)


def test_scores_of_any_lengths() -> None:
    found = infer(NAME, [3, 8], [5, 8], **SMALL, return_attention_scores=True)
    assert found == {"out": TensorType((3, 8)), "scores": TensorType((4, 3, 5))}


def test_heads_are_shared_evenly() -> None:
    found = check(NAME, **{**SMALL, "num_key_value_heads": 3})
    assert found == ("num_key_value_heads", "expected a divisor of `num_query_heads`, 4, found 3")


def test_operands_that_do_not_fit() -> None:
    assert "the same features in query and value" in refused(NAME, [3, 8], [5, 6], **SMALL).message
    assert "a key for each value" in refused(NAME, [3, 8], [5, 8], [4, 8], **SMALL).message
    error = refused(NAME, [2, 3, 8], [2, 3, 8], **SMALL)
    assert error.message == "GroupQueryAttention takes [steps, features], found [2, 3, 8]"


def test_open_sizes() -> None:
    query, value = TensorType((Symbol("T"), 8)), TensorType((Symbol("S"), 8))
    found = infer(NAME, query, value, **SMALL, return_attention_scores=True)
    assert found["scores"].shape == (4, Symbol("T"), Symbol("S"))
    assert refused(NAME, TensorType((3, Symbol("F"))), value, **SMALL).code == "unknown-size"
