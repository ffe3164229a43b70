"""GRU."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import check, infer, macs, refused, shape, weights


def test_the_bias_has_a_row_for_each_product() -> None:
    assert weights("GRU", [5, 3], units=8) == {"kernel": [3, 24], "recurrent_kernel": [8, 24], "bias": [2, 24]}
    assert weights("GRU", [5, 3], units=8, reset_after=False)["bias"] == [24]


def test_objects_fit_the_axes_of_the_bias() -> None:
    assert check("GRU", units=8, bias_initializer="orthogonal") is None
    found = check("GRU", units=8, bias_initializer="orthogonal", reset_after=False)
    assert found is not None and found[0] == "bias_initializer"


def test_ports() -> None:
    state = TensorType((8,))
    assert infer("GRU", [5, 3], units=8, return_state=True) == {"out": state, "state_h": state}


def test_one_initial_state() -> None:
    assert shape("GRU", [5, 3], [8], units=8) == [8]
    assert refused("GRU", [5, 3], [7], units=8).message == "GRU takes an initial state of [8], found [7]"


def test_every_step_multiplies() -> None:
    assert macs("GRU", [5, 3], units=8) == 5 * 3 * 8 * (3 + 8)
