"""UpSampling2D."""

from __future__ import annotations

import pytest

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, infer, refused, shape

SMOOTH = ["bilinear", "bicubic", "lanczos3", "lanczos5"]


@pytest.mark.parametrize("interpolation", ["nearest", *SMOOTH])
def test_height_and_width_are_multiplied(interpolation: str) -> None:
    assert shape("UpSampling2D", [5, 6, 4], interpolation=interpolation) == [10, 12, 4]
    assert shape("UpSampling2D", [5, 6, 4], size=[1, 3], interpolation=interpolation) == [5, 18, 4]


@pytest.mark.parametrize("dtype", ["bool", "uint32", "uint64"])
def test_dtypes_that_are_repeated_and_not_interpolated(dtype: str) -> None:
    operand = TensorType((5, 6, 4), dtype)
    assert infer("UpSampling2D", operand) == TensorType((10, 12, 4), dtype)
    for interpolation in SMOOTH:
        assert refused("UpSampling2D", operand, interpolation=interpolation).code == "dtype-mismatch"


def test_area_is_for_tensorflow_alone() -> None:
    error = bad("UpSampling2D", interpolation="area")
    assert error.code == "unsupported-value" and "AveragePooling2D" in error.help
    assert bad("UpSampling2D", interpolation="bilinea").help == "did you mean `bilinear`?"


def test_a_map_without_channels() -> None:
    assert refused("UpSampling2D", [5, 6]).message == "UpSampling2D takes [height, width, channels], found [5, 6]"


def test_open_sizes() -> None:
    found = infer("UpSampling2D", TensorType((Symbol("H"), 6, Symbol("C"))), interpolation="bilinear")
    assert found.shape == (2 * Symbol("H"), 12, Symbol("C"))
