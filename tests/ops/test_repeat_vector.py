"""RepeatVector."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, infer, refused, shape


def test_a_vector_becomes_steps() -> None:
    assert shape("RepeatVector", [4], n=3) == [3, 4]
    assert infer("RepeatVector", TensorType((4,), "int32"), n=3) == TensorType((3, 4), "int32")


def test_a_sequence_is_refused() -> None:
    assert refused("RepeatVector", [3, 4], n=2).message == "RepeatVector takes [features], found [3, 4]"


def test_it_is_repeated_at_least_once() -> None:
    assert bad("RepeatVector", n=0).code == "bad-value"


def test_open_sizes() -> None:
    assert infer("RepeatVector", TensorType((Symbol("F"),)), n=2).shape == (2, Symbol("F"))
