"""ActivityRegularization."""

from __future__ import annotations

from specc.ir.types import TensorType
from specc.ops import _registry

from .support import bad, infer, refused, shape


def test_the_shape_is_kept() -> None:
    assert shape("ActivityRegularization", [3, 4], l1=0.1) == [3, 4]


def test_it_does_nothing_outside_training() -> None:
    assert _registry.get("ActivityRegularization").inference_identity


def test_integers_have_no_penalty() -> None:
    integers = TensorType((3,), "int8")
    assert infer("ActivityRegularization", integers) == integers
    error = refused("ActivityRegularization", integers, l2=0.1)
    assert error.message == "ActivityRegularization computes on floats, found [3] int8"


def test_a_factor_is_not_negative() -> None:
    assert bad("ActivityRegularization", l1=-0.1).code == "bad-value"
