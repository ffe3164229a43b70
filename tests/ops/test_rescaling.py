"""Rescaling."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import bad, infer, macs, refused, shape


def test_integers_become_floats_of_the_same_shape() -> None:
    assert infer("Rescaling", TensorType((7, 7, 3), "uint8"), scale=0.5) == TensorType((7, 7, 3), "float32")


def test_one_number_for_each_channel() -> None:
    assert shape("Rescaling", [7, 7, 3], scale=[0.1, 0.2, 0.3], offset=[1, 2, 3]) == [7, 7, 3]


def test_numbers_that_do_not_fit_the_channels() -> None:
    error = refused("Rescaling", [7, 7, 1], scale=1, offset=[1, 2])
    assert error.message == "Rescaling has 2 numbers in `offset`, which do not fit the last axis of [7, 7, 1]"
    assert error.attribute == "offset"


def test_it_has_no_macs() -> None:
    assert macs("Rescaling", [7], scale=2) == 0


def test_a_scale_is_a_number() -> None:
    assert bad("Rescaling", scale="1/255").code == "wrong-type"
