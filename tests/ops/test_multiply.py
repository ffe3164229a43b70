"""Multiply: what is not in `test_merges`."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import infer, shape


def test_it_takes_more_than_two_operands() -> None:
    assert shape("Multiply", [2, 1], [1, 3], [1]) == [2, 3]


def test_integers_stay() -> None:
    assert infer("Multiply", TensorType((4,), "int8"), TensorType((4,), "int8")) == TensorType((4,), "int8")
