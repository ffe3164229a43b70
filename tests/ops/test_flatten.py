"""Flatten."""

from __future__ import annotations

import pytest

from specc.ir.types import TensorType

from .support import bad, infer, shape


@pytest.mark.parametrize(("operand", "result"), [([3, 4, 5], [60]), ([7], [7]), ([], [1])])
def test_shape(operand: list[int], result: list[int]) -> None:
    assert shape("Flatten", operand) == result


def test_integers_stay() -> None:
    assert infer("Flatten", TensorType((2, 2), "uint8")) == TensorType((4,), "uint8")


def test_channels_first_is_not_supported() -> None:
    assert bad("Flatten", data_format="channels_first").code == "unsupported-value"
