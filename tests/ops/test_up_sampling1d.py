"""UpSampling1D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, infer, macs, refused, shape


def test_steps_are_repeated() -> None:
    assert shape("UpSampling1D", [5, 4]) == [10, 4]
    assert shape("UpSampling1D", [5, 4], size=3) == [15, 4]
    assert macs("UpSampling1D", [5, 4]) == 0


def test_integers_stay_integers() -> None:
    assert infer("UpSampling1D", TensorType((5, 4), "int32")) == TensorType((10, 4), "int32")
    assert infer("UpSampling1D", TensorType((5, 4), "float16")) == TensorType((10, 4), "float32")


def test_a_sequence_without_channels() -> None:
    assert refused("UpSampling1D", [5]).message == "UpSampling1D takes [steps, channels], found [5]"


def test_size_is_one_number() -> None:
    assert bad("UpSampling1D", size=[2]).code == "wrong-type"
    assert bad("UpSampling1D", size=0).code == "bad-value"


def test_open_sizes() -> None:
    steps = Symbol("T")
    assert infer("UpSampling1D", TensorType((steps, 4)), size=3).shape == (3 * steps, 4)
