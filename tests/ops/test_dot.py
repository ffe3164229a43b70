"""Dot."""

from __future__ import annotations

from typing import Any

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType
from specc.ops import _registry

from .support import bad, infer, macs, refused, shape

CASES: list[tuple[list[int], list[int], Any, list[int]]] = [
    ([4], [4], 1, [1]),
    ([7, 4], [5, 4], -1, [7, 5]),
    ([7, 4], [7, 5], 1, [4, 5]),
    ([7, 4], [4, 5], [2, 1], [7, 5]),
    ([4], [5, 4], [1, 2], [5]),
    ([7, 4], [4], -1, [7]),
    ([2, 7, 4], [3, 5, 4], -1, [2, 7, 3, 5]),
    ([2, 7, 4], [3, 7, 5], [-2, 2], [2, 4, 3, 5]),
]


@pytest.mark.parametrize(("one", "other", "axes", "result"), CASES, ids=str)
def test_shape(one: list[int], other: list[int], axes: Any, result: list[int]) -> None:
    assert shape("Dot", one, other, axes=axes) == result


def test_macs() -> None:
    assert macs("Dot", [7, 4], [5, 4], axes=-1) == 7 * 5 * 4
    assert macs("Dot", [4], [4], axes=1, normalize=True) == 4


def test_it_takes_two_operands() -> None:
    assert str(_registry.get("Dot").arity) == "2 operands"


def test_axes_of_different_lengths() -> None:
    error = refused("Dot", [7, 4], [7, 5], axes=-1)
    assert error.message == "Dot sums along axes of one length, found 4 in [7, 4] and 5 in [7, 5]"
    assert (error.operand, error.other, error.attribute) == (1, 0, "axes")


def test_an_axis_that_is_not_there() -> None:
    error = refused("Dot", [7, 4], [4], axes=2)
    assert (error.operand, error.message) == (1, "Dot works along axis 2, which [4] does not have")
    assert refused("Dot", [4], [7, 4], axes=2).operand == 0
    assert "is the batch axis" in refused("Dot", [4], [4], axes=-2).message


def test_axes_are_one_or_two() -> None:
    assert bad("Dot", axes=0).code == "bad-value"
    assert bad("Dot", axes=[1]).code == "bad-value"
    assert bad("Dot", axes=[1, 2, 3]).code == "bad-value"


def test_integers_are_refused() -> None:
    error = refused("Dot", [4], TensorType((4,), "int32"), axes=1)
    assert (error.code, error.operand) == ("dtype-mismatch", 1)


def test_open_sizes() -> None:
    steps = Symbol("T")
    sequence = TensorType((steps, 4))
    assert infer("Dot", sequence, [5, 4], axes=-1).shape == (steps, 5)
    assert infer("Dot", sequence, sequence, axes=1).shape == (4, 4)
    error = refused("Dot", sequence, [5, 4], axes=1)
    assert (error.code, error.operand) == ("unknown-size", 0)
    error = refused("Dot", [5, 4], sequence, axes=1)
    assert (error.code, error.operand) == ("unknown-size", 1)
    assert error.help == "set it with `--set T=…`, or write a number"
    assert refused("Dot", sequence, TensorType((steps - 1, 4)), axes=1).code == "shape-mismatch"
