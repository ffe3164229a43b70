"""SpatialDropout1D."""

from __future__ import annotations

import pytest

from specc.ir.sizes import Symbol
from specc.ops import _registry
from specc.ops._base import Mismatch

from .support import attributes, refused, shape

OP = _registry.get("SpatialDropout1D")


def test_the_shape_is_kept() -> None:
    assert shape("SpatialDropout1D", [7, 4], rate=0.5) == [7, 4]
    assert shape("SpatialDropout1D", [Symbol("T"), 4], rate=0.5) == [Symbol("T"), 4]


def test_it_does_nothing_outside_training() -> None:
    assert OP.inference_identity


def test_channels_need_axes_to_be_dropped_along() -> None:
    assert refused("SpatialDropout1D", [4], rate=0.5).message == "SpatialDropout1D takes [steps, channels], found [4]"


def test_keep_prob_is_the_other_share() -> None:
    assert attributes(OP, {"keep_prob": 0.8}) == attributes(OP, {"rate": 0.2})


def test_one_of_rate_and_keep_prob() -> None:
    with pytest.raises(Mismatch, match="SpatialDropout1D needs `rate`"):
        attributes(OP, {"seed": 1})
