"""AlphaDropout."""

from __future__ import annotations

from specc.ops import _registry

from .support import attributes, check, refused, shape

ALPHA_DROPOUT = _registry.get("AlphaDropout")


def test_the_shape_is_kept() -> None:
    assert shape("AlphaDropout", [3, 4], rate=0.5, noise_shape=[None, 1, 4]) == [3, 4]


def test_it_does_nothing_outside_training() -> None:
    assert ALPHA_DROPOUT.inference_identity


def test_keep_prob_is_the_other_share() -> None:
    assert attributes(ALPHA_DROPOUT, {"keep_prob": 0.8}) == attributes(ALPHA_DROPOUT, {"rate": 0.2})


def test_a_mask_that_does_not_fit() -> None:
    error = refused("AlphaDropout", [3, 4], rate=0.5, noise_shape=[3, 4])
    assert error.message == "`noise_shape` [3, 4] does not fit an operand of [3, 4]"


def test_something_is_kept() -> None:
    message = "expected a share below 1, found 1: Keras divides by what is kept"
    assert check("AlphaDropout", rate=1) == ("rate", message)
    assert check("AlphaDropout", rate=0.9) is None
