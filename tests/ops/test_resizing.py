"""Resizing."""

from __future__ import annotations

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, check, infer, macs, refused, shape, weights


@pytest.mark.parametrize("plain", [{}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}], ids=str)
def test_shape(plain: dict[str, bool]) -> None:
    assert shape("Resizing", [28, 30, 3], height=14, width=64, **plain) == [14, 64, 3]


def test_nothing_is_learned_or_counted() -> None:
    assert weights("Resizing", [28, 28, 3], height=14, width=14) == {}
    assert macs("Resizing", [28, 28, 3], height=14, width=14) == 0


def test_the_map_may_be_of_any_size() -> None:
    operand = TensorType((Symbol("H"), Symbol("W"), 3))
    assert infer("Resizing", operand, height=14, width=16).shape == (14, 16, 3)


def test_proportions_are_kept_in_one_way() -> None:
    found = check("Resizing", height=1, width=1, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)
    assert found == ("pad_to_aspect_ratio", "expected `crop_to_aspect_ratio` or `pad_to_aspect_ratio`, found both")


def test_a_map_without_channels() -> None:
    error = refused("Resizing", [28, 28], height=14, width=14)
    assert error.message == "Resizing takes [height, width, channels], found [28, 28]"


def test_integers_are_refused() -> None:
    error = refused("Resizing", TensorType((28, 28, 3), "uint8"), height=14, width=14)
    assert (error.code, error.message) == ("dtype-mismatch", "Resizing computes on floats, found [28, 28, 3] uint8")


def test_values_that_keras_does_not_take() -> None:
    assert bad("Resizing", height=0, width=1).code == "bad-value"
    assert bad("Resizing", height=1, width=1, fill_mode="reflect").code == "bad-value"
    assert bad("Resizing", height=1, width=1, interpolation="area").code == "unsupported-value"
