"""Input."""

from __future__ import annotations

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType
from specc.ops import _registry

from .support import bad, infer


@pytest.mark.parametrize("given", [[28, 28, 1], [4], []])
def test_it_is_what_it_says(given: list[int]) -> None:
    assert infer("Input", shape=given, dtype="uint8") == TensorType(tuple(given), "uint8")


def test_floats_unless_said() -> None:
    assert infer("Input", shape=[1]).dtype == "float32"


def test_it_is_no_layer() -> None:
    op = _registry.get("Input")
    assert op.keras == "keras.Input"
    assert str(op.arity) == "no operands"
    assert not hasattr(op.attributes, "trainable")


def test_sizes_are_at_least_one() -> None:
    error = bad("Input", shape=[28, 0])
    assert (error.code, error.message) == ("bad-value", "expected an integer of at least 1, found 0")
    assert bad("Input", shape=[28, 2.5]).code == "wrong-type"


def test_a_size_that_the_data_give_is_a_name_or_null() -> None:
    found = infer("Input", shape=["T", 64, None, None]).shape
    assert found[:2] == (Symbol("T"), 64)
    assert [str(size) for size in found] == ["T", "64", "?", "?"]
    assert found[2] != found[3]  # two sizes without a name need not be one
    assert bad("Input", shape=["T-1", 3]).code == "wrong-type"


def test_the_batch_axis_is_left_out() -> None:
    assert bad("Input", shape=[-1, 28]).help == "leave the batch axis out: write `[28]`"
    assert bad("Input", shape=["N", 28]).help == "leave the batch axis out: write `[28]`"


def test_a_misspelt_dtype() -> None:
    assert bad("Input", shape=[1], dtype="flot32").help == "did you mean `float32`?"
