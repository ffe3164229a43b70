"""Identity."""

from __future__ import annotations

import pytest

from specc.ir.types import TensorType
from specc.ops import _registry

from .support import infer


@pytest.mark.parametrize("operand", [TensorType(()), TensorType((3, 4), "int8"), TensorType((3,), "bool")])
def test_what_it_reads_is_what_it_gives(operand: TensorType) -> None:
    assert infer("Identity", operand) == operand


def test_floats_come_in_the_compute_dtype() -> None:
    assert infer("Identity", [3], dtype="float16") == TensorType((3,), "float16")


def test_it_does_nothing_outside_training() -> None:
    assert _registry.get("Identity").inference_identity
