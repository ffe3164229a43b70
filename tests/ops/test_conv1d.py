"""Conv1D."""

from __future__ import annotations

from typing import Any

import pytest

from .support import macs, refused, shape, weights

CASES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [8, 16]),
    ({"padding": "same"}, [10, 16]),
    ({"padding": "causal"}, [10, 16]),
    ({"padding": "causal", "strides": 3}, [4, 16]),
    ({"strides": [2]}, [4, 16]),
    ({"dilation_rate": 4}, [2, 16]),
]


@pytest.mark.parametrize(("plain", "result"), CASES, ids=str)
def test_shape(plain: dict[str, Any], result: list[int]) -> None:
    assert shape("Conv1D", [10, 4], filters=16, kernel_size=3, **plain) == result


def test_weights_and_macs() -> None:
    assert weights("Conv1D", [10, 4], filters=16, kernel_size=3) == {"kernel": [3, 4, 16], "bias": [16]}
    assert macs("Conv1D", [10, 4], filters=16, kernel_size=3) == 8 * 16 * 3 * 4


def test_a_sequence_without_channels() -> None:
    error = refused("Conv1D", [10], filters=16, kernel_size=3)
    assert error.message == "Conv1D takes [steps, channels], found [10]"
    assert "shape [10, 1]" in error.help
