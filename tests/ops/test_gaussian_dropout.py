"""GaussianDropout."""

from __future__ import annotations

from specc.ops import _registry

from .support import bad, check, shape


def test_the_shape_is_kept() -> None:
    assert shape("GaussianDropout", [3, 4], rate=0.5) == [3, 4]


def test_it_does_nothing_outside_training() -> None:
    assert _registry.get("GaussianDropout").inference_identity


def test_a_rate_is_a_share_below_one() -> None:
    assert bad("GaussianDropout", rate=2).message == "expected a number from 0 to 1, found 2"
    message = "expected a share below 1, found 1: Keras divides by what is kept"
    assert check("GaussianDropout", rate=1) == ("rate", message)
    assert check("GaussianDropout", rate=0.9) is None
