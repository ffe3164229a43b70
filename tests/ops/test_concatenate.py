"""Concatenate."""

from __future__ import annotations

import pytest

from specc.ir.types import TensorType

from .support import bad, infer, refused, shape


@pytest.mark.parametrize(
    ("axis", "operands", "result"),
    [
        (-1, [[1], [1]], [2]),
        (-1, [[4, 2], [4, 3], [4, 1]], [4, 6]),
        (1, [[4, 2], [5, 2]], [9, 2]),
        (-2, [[4, 2], [5, 2]], [9, 2]),
        (3, [[4, 4, 2], [4, 4, 6]], [4, 4, 8]),
    ],
)
def test_shape(axis: int, operands: list[list[int]], result: list[int]) -> None:
    assert shape("Concatenate", *operands, axis=axis) == result


def test_other_axes_that_differ() -> None:
    error = refused("Concatenate", [8, 8, 16], [8, 8, 16], [4, 8, 32])
    assert error.message == (
        "Concatenate along axis -1 takes operands that are equal on the other axes, found [8, 8, 16] and [4, 8, 32]"
    )
    assert (error.operand, error.other) == (2, 0)
    assert error.help == "axis 1 is 8 in one and 4 in the other"


def test_the_axis_that_was_most_likely_meant() -> None:
    error = refused("Concatenate", [3, 4], [5, 4])
    assert error.help == "axis 1 is 3 in one and 5 in the other; set `axis: 1` to join along it"


def test_another_number_of_axes() -> None:
    error = refused("Concatenate", [4], [4, 1])
    assert error.message == "Concatenate takes operands with the same number of axes, found [4] and [4, 1]"
    assert (error.operand, error.other) == (1, 0)


def test_an_axis_that_is_not_there() -> None:
    error = refused("Concatenate", [4, 4], [4, 4], axis=3)
    assert error.message == "Concatenate works along axis 3, which [4, 4] does not have"
    assert error.attribute == "axis"
    assert error.help.startswith("`axis` may be 1 to 2 or -2 to -1")


def test_the_batch_axis() -> None:
    error = bad("Concatenate", axis=0)
    assert (error.code, error.message) == ("bad-value", "axis 0 is the batch axis, which a layer keeps")
    error = refused("Concatenate", [4, 4], [4, 4], axis=-3)
    assert error.message == "axis -3 of [4, 4] is the batch axis, which Concatenate cannot work along"


def test_booleans_are_joined() -> None:
    assert infer("Concatenate", TensorType((2,), "bool"), TensorType((2,), "bool")) == TensorType((4,), "bool")
