"""Dropout."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ops import _registry
from specc.ops._base import Mismatch

from .support import attributes, bad, refused, shape

DROPOUT = _registry.get("Dropout")


def test_the_shape_is_kept() -> None:
    assert shape("Dropout", [3, 4], rate=0.5) == [3, 4]


def test_it_does_nothing_outside_training() -> None:
    assert DROPOUT.inference_identity


@pytest.mark.parametrize(("keep_prob", "rate"), [(0.8, 0.2), (0.9, 0.1), (1, 0.0), (0, 1.0), (0.7, 0.3)])
def test_keep_prob_is_the_other_share(keep_prob: float, rate: float) -> None:
    assert attributes(DROPOUT, {"keep_prob": keep_prob, "seed": 3}) == attributes(DROPOUT, {"rate": rate, "seed": 3})


@pytest.mark.parametrize(
    ("plain", "code", "attribute", "message"),
    [
        ({"seed": 1}, "missing-attribute", "rate", "Dropout needs `rate`"),
        (
            {"rate": 0.8, "keep_prob": 0.8},
            "conflicting-attributes",
            "keep_prob",
            "`rate` and `keep_prob` disagree",
        ),
        (
            {"rate": 0.2, "keep_prob": 0.8},
            "conflicting-attributes",
            "keep_prob",
            "`rate` and `keep_prob` say the same thing twice",
        ),
    ],
)
def test_one_of_rate_and_keep_prob(plain: dict[str, Any], code: str, attribute: str, message: str) -> None:
    with pytest.raises(Mismatch) as caught:
        attributes(DROPOUT, plain)
    assert (caught.value.code, caught.value.attribute, caught.value.message) == (code, attribute, message)


def test_a_rate_is_a_share() -> None:
    error = bad("Dropout", rate=50)
    assert (error.code, error.message) == ("bad-value", "expected a number from 0 to 1, found 50")


@pytest.mark.parametrize("noise_shape", [[None, 1, 4], [1, 3, None], None])
def test_a_mask_that_fits(noise_shape: Any) -> None:
    assert shape("Dropout", [3, 4], rate=0.5, noise_shape=noise_shape) == [3, 4]


@pytest.mark.parametrize("noise_shape", [[3, 4], [None, 2, 4]])
def test_a_mask_that_does_not_fit(noise_shape: list[Any]) -> None:
    error = refused("Dropout", [3, 4], rate=0.5, noise_shape=noise_shape)
    assert "does not fit an operand of [3, 4]" in error.message
    assert error.attribute == "noise_shape"


def test_a_mask_for_a_size_that_is_not_known() -> None:
    assert shape("Dropout", [Symbol("T"), 4], rate=0.5, noise_shape=[None, 7, 4]) == [Symbol("T"), 4]
    assert refused("Dropout", [Symbol("T"), 4], rate=0.5, noise_shape=[None, 1, 3]).attribute == "noise_shape"
