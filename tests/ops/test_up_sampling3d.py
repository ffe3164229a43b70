"""UpSampling3D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, infer, refused, shape


def test_every_axis_is_repeated() -> None:
    assert shape("UpSampling3D", [3, 5, 6, 4]) == [6, 10, 12, 4]
    assert shape("UpSampling3D", [3, 5, 6, 4], size=[1, 2, 3]) == [3, 10, 18, 4]


def test_integers_stay_integers() -> None:
    assert infer("UpSampling3D", TensorType((3, 5, 6, 4), "uint8")).dtype == "uint8"


def test_a_map_is_no_volume() -> None:
    error = refused("UpSampling3D", [5, 6, 4])
    assert error.message == "UpSampling3D takes [depth, height, width, channels], found [5, 6, 4]"


def test_one_size_for_each_axis() -> None:
    assert bad("UpSampling3D", size=[2, 2]).code == "bad-value"


def test_open_sizes() -> None:
    found = infer("UpSampling3D", TensorType((Symbol("D"), 5, 6, 4)), size=[3, 1, 1])
    assert found.shape == (3 * Symbol("D"), 5, 6, 4)
