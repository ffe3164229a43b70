"""GaussianNoise."""

from __future__ import annotations

from specc.ops import _registry

from .support import bad, shape


def test_the_shape_is_kept() -> None:
    assert shape("GaussianNoise", [3, 4], stddev=1) == [3, 4]


def test_it_does_nothing_outside_training() -> None:
    assert _registry.get("GaussianNoise").inference_identity


def test_keras_takes_deviations_up_to_one() -> None:
    assert bad("GaussianNoise", stddev=1.5).message == "expected a number from 0 to 1, found 1.5"
