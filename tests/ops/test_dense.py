"""Dense."""

from __future__ import annotations

import pytest

from .support import bad, check, guess, infer, macs, refused, shape, trainable, weights


@pytest.mark.parametrize(("operand", "result"), [([13], [20]), ([5, 13], [5, 20]), ([2, 3, 13], [2, 3, 20])])
def test_the_last_axis_becomes_the_units(operand: list[int], result: list[int]) -> None:
    assert shape("Dense", operand, units=20) == result


def test_weights() -> None:
    assert weights("Dense", [5, 13], units=20) == {"kernel": [13, 20], "bias": [20]}
    assert weights("Dense", [13], units=20, use_bias=False) == {"kernel": [13, 20]}


def test_lora_freezes_the_kernel() -> None:
    assert trainable("Dense", [13], units=20, lora_rank=2) == ["bias", "lora_kernel_a", "lora_kernel_b"]
    assert trainable("Dense", [13], units=20, trainable=False) == []


def test_macs() -> None:
    assert macs("Dense", [13], units=20) == 13 * 20
    assert macs("Dense", [5, 13], units=20) == 5 * 13 * 20


def test_the_result_is_guessed_from_the_units() -> None:
    assert guess("Dense", None, units=4) == [4]


def test_the_result_has_the_compute_dtype() -> None:
    assert infer("Dense", [3], units=1, dtype="float16").dtype == "float16"


def test_a_scalar_has_no_features() -> None:
    error = refused("Dense", [], units=1)
    assert error.message == "Dense takes [..., features], found []"
    assert "shape [1]" in error.help


def test_units_are_at_least_one() -> None:
    error = bad("Dense", units=0)
    assert (error.code, error.message) == ("bad-value", "expected an integer of at least 1, found 0")


def test_a_bias_cannot_start_as_a_matrix() -> None:
    found = check("Dense", units=2, bias_initializer="identity")
    assert found == ("bias_initializer", "this weight has one axis, and Identity makes a matrix")
    assert check("Dense", units=2, bias_initializer="identity", use_bias=False) is None


@pytest.mark.parametrize("axis", [2, -3, [0, 3], [0, 0], [1, -1]])
def test_a_constraint_names_each_axis_of_its_weight_once(axis: int | list[int]) -> None:
    found = check("Dense", units=2, kernel_constraint={"op": "MaxNorm", "axis": axis})
    assert found == ("kernel_constraint", f"this weight has 2 axes, and MaxNorm has the `axis` {axis}")
    assert check("Dense", units=2, kernel_constraint={"op": "MaxNorm", "axis": axis}, trainable=False) is None
    assert check("Dense", units=2, bias_constraint={"op": "UnitNorm", "axis": 1}) is not None


def test_an_activation_of_null_is_linear() -> None:
    from specc.ops import _registry

    from .support import attributes

    assert attributes(_registry.get("Dense"), {"units": 1, "activation": None}).activation == "linear"
