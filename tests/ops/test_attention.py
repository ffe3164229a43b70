"""Attention."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType
from specc.ops import _registry

from .support import Shape, attributes, bad, infer, macs, refused, shape, weights

OP = _registry.get("Attention")


def test_a_mean_of_the_values_for_each_query() -> None:
    assert shape("Attention", [3, 8], [5, 2], [5, 8]) == [3, 2]
    assert shape("Attention", [3, 8], [5, 8]) == [3, 8]
    assert shape("Attention", [4, 3, 8], [4, 5, 2], [4, 5, 8]) == [4, 3, 2]


def test_scores_are_a_second_port() -> None:
    found = infer("Attention", [3, 8], [5, 2], [5, 8], return_attention_scores=True)
    assert found == {"out": TensorType((3, 2)), "scores": TensorType((3, 5))}
    assert OP.ports(attributes(OP, {"return_attention_scores": True})) == ("out", "scores")
    assert OP.ports(attributes(OP, {})) == ("out",)


def test_weights_are_single_numbers() -> None:
    assert weights("Attention", [3, 8], [5, 8]) == {}
    assert weights("Attention", [3, 8], [5, 8], use_scale=True) == {"scale": []}
    found = weights("Attention", [3, 8], [5, 8], use_scale=True, score_mode="concat")
    assert found == {"scale": [], "concat_score_weight": []}


def test_macs_of_scores_and_means() -> None:
    assert macs("Attention", [3, 8], [5, 2], [5, 8]) == 3 * 5 * (8 + 2)
    assert macs("Attention", [4, 3, 8], [4, 5, 2], [4, 5, 8]) == 4 * 3 * 5 * (8 + 2)


@pytest.mark.parametrize(
    ("operands", "message"),
    [
        (([3, 8], [5, 7]), "the same features in query and key, found [3, 8] as query and [5, 7] as value"),
        (([3, 8], [5, 8], [4, 8]), "a key for each value, found [5, 8] as value and [4, 8] as key"),
        (([3, 8], [2, 5, 8]), "as many axes, found [3, 8] as query and [2, 5, 8] as value"),
        (([4, 3, 8], [2, 5, 8]), "the same axes before the steps, found [4, 3, 8] as query and [2, 5, 8] as value"),
    ],
)
def test_operands_that_do_not_fit(operands: tuple[Shape, ...], message: str) -> None:
    assert refused("Attention", *operands).message == f"Attention takes operands with {message}"


def test_a_vector_is_no_sequence() -> None:
    error = refused("Attention", [8], [8])
    assert (error.message, error.help) == (
        "Attention takes [..., steps, features], found [8]",
        "give it an axis of steps",
    )


def test_open_sizes() -> None:
    steps, other = Symbol("T"), Symbol("S")
    given: dict[str, Any] = {"return_attention_scores": True}
    found = infer("Attention", TensorType((steps, 8)), TensorType((other, 8)), **given)
    assert {port: one.shape for port, one in found.items()} == {"out": (steps, 8), "scores": (steps, other)}
    assert infer("Attention", TensorType((3, Symbol("F"))), TensorType((5, Symbol("F")))).shape == (3, Symbol("F"))


def test_score_modes() -> None:
    assert bad("Attention", score_mode="cat").message == 'expected one of `dot`, `concat`, found the string "cat"'
