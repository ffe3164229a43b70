"""Average: what is not in `test_merges`."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import infer, refused


def test_integers_are_refused() -> None:
    error = refused("Average", TensorType((4,), "int32"), TensorType((4,), "int32"))
    assert (error.code, error.message) == ("dtype-mismatch", "Average computes on floats, found [4] int32")


def test_an_integer_with_a_float_is_averaged_as_a_float() -> None:
    assert infer("Average", TensorType((4,), "int32"), TensorType((4,))).dtype == "float32"
