"""GroupNormalization."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, infer, refused, shape, weights


def test_the_shape_is_kept() -> None:
    assert shape("GroupNormalization", [7, 7, 64]) == [7, 7, 64]


def test_weights_of_the_channels() -> None:
    assert weights("GroupNormalization", [7, 5, 4], groups=2) == {"gamma": [4], "beta": [4]}
    assert weights("GroupNormalization", [6, 5, 4], groups=2, axis=1, center=False) == {"gamma": [6]}


def test_groups_are_of_one_size() -> None:
    error = refused("GroupNormalization", [7, 12], groups=8)
    assert error.message == "GroupNormalization cannot make 8 groups of 12 channels, found [7, 12]"
    assert (error.attribute, error.help) == ("groups", "the groups are of one size: 6 would go")
    assert refused("GroupNormalization", [7, 12]).help == "the groups are of one size: 12 would go"


def test_each_channel_a_group() -> None:
    assert shape("GroupNormalization", [7, 12], groups=-1) == [7, 12]


def test_a_number_of_groups() -> None:
    assert bad("GroupNormalization", groups=0).message == "expected an integer of at least 1, found 0"
    expected = "expected an integer of at least 1, or -1 for as many groups as channels, found the boolean true"
    assert bad("GroupNormalization", groups=True).message == expected


def test_open_sizes() -> None:
    image = TensorType((Symbol("?"), Symbol("?"), 4))
    assert infer("GroupNormalization", image, groups=2).shape == image.shape
    assert refused("GroupNormalization", image, groups=2, axis=1).code == "unknown-size"
