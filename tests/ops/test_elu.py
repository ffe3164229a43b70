"""ELU."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import guess, refused, shape, weights


def test_the_shape_is_kept() -> None:
    assert shape("ELU", [3, 4], alpha=0.5) == [3, 4]
    assert guess("ELU", [3, 4]) == [3, 4]
    assert weights("ELU", [3, 4]) == {}


def test_integers_are_refused() -> None:
    assert refused("ELU", TensorType((4,), "int8")).message == "ELU computes on floats, found [4] int8"
