"""Add: what is not in `test_merges`."""

from __future__ import annotations

import pytest

from specc.ir.types import TensorType
from specc.ops import _registry

from .support import infer, refused, shape


def test_it_takes_two_or_more_operands() -> None:
    assert str(_registry.get("Add").arity) == "at least 2 operands"
    assert shape("Add", [4], [1], [3, 4]) == [3, 4]


def test_the_two_that_differ_are_named() -> None:
    """The first operand is a scalar and agrees with both."""
    error = refused("Add", [1], [2, 4], [3, 4])
    assert (error.operand, error.other) == (2, 1)
    assert error.message == "Add takes operands of one shape, found [2, 4] and [3, 4]"
    assert error.help.startswith("axis -2, counted from the end, is 2 in one and 3 in the other")


@pytest.mark.parametrize(
    ("one", "two", "result"),
    [
        ("int32", "int32", "int32"),
        ("int8", "int16", "int16"),
        ("int8", "uint8", "int16"),
        ("int32", "uint32", "int64"),
        ("uint8", "uint16", "uint16"),
        ("bool", "int8", "int8"),
        ("int64", "float16", "float32"),
    ],
)
def test_dtypes_are_promoted_as_keras_does(one: str, two: str, result: str) -> None:
    assert infer("Add", TensorType((4,), one), TensorType((4,), two)).dtype == result


def test_uint64_would_be_narrowed() -> None:
    error = refused("Add", TensorType((4,), "int8"), TensorType((4,), "uint64"))
    assert (error.code, error.operand) == ("dtype-mismatch", 1)
    assert error.message == "Add cannot compute on uint64: Keras would narrow it to uint32"
