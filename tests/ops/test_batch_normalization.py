"""BatchNormalization."""

from __future__ import annotations

from specc.ir.types import TensorType

from .support import bad, check, infer, macs, refused, shape, trainable, weights

STATISTICS = ["moving_mean", "moving_variance"]


def test_the_shape_is_kept() -> None:
    assert shape("BatchNormalization", [7, 7, 4]) == [7, 7, 4]


def test_weights_of_the_channel_axis() -> None:
    assert weights("BatchNormalization", [7, 5, 4]) == {name: [4] for name in ("gamma", "beta", *STATISTICS)}
    assert weights("BatchNormalization", [7, 5, 4], axis=1)["gamma"] == [7]
    assert weights("BatchNormalization", [7, 5, 4], axis=-2)["gamma"] == [5]


def test_weights_that_are_left_out() -> None:
    assert list(weights("BatchNormalization", [4], scale=False)) == ["beta", *STATISTICS]
    assert list(weights("BatchNormalization", [4], scale=False, center=False)) == STATISTICS


def test_renorm_keeps_statistics_of_its_own() -> None:
    added = ["moving_stddev", "renorm_mean", "renorm_stddev"]
    assert list(weights("BatchNormalization", [4], renorm=True)) == ["gamma", "beta", *STATISTICS, *added]


def test_statistics_are_not_trained() -> None:
    assert trainable("BatchNormalization", [4], renorm=True) == ["gamma", "beta"]
    assert trainable("BatchNormalization", [4], trainable=False) == []


def test_integers_become_floats_without_macs() -> None:
    assert infer("BatchNormalization", TensorType((4,), "int8")).dtype == "float32"
    assert macs("BatchNormalization", [4]) == 0


def test_an_axis_that_is_not_there() -> None:
    error = refused("BatchNormalization", [4], axis=3)
    assert error.message == "BatchNormalization works along axis 3, which [4] does not have"
    assert error.attribute == "axis"
    assert bad("BatchNormalization", axis=0).code == "bad-value"


def test_renorm_clipping() -> None:
    assert check("BatchNormalization", renorm=True, renorm_clipping={"rmax": 3, "rmin": 0.3, "dmax": 5}) is None
    found = check("BatchNormalization", renorm=True, renorm_clipping={"rmax": 1, "rmin": 2})
    assert found == ("renorm_clipping", "expected `rmax` of at least `rmin`, found 1 and 2")
    error = bad("BatchNormalization", renorm_clipping={"rmx": 1})
    assert (error.code, error.message, error.help) == ("unknown-key", "unknown key `rmx`", "did you mean `rmax`?")


def test_a_vector_cannot_start_as_a_matrix() -> None:
    found = check("BatchNormalization", gamma_initializer="orthogonal")
    assert found == ("gamma_initializer", "this weight has one axis, and Orthogonal makes a matrix")
