"""Convolutions and resizes against Keras where the general contract does not look: what runs, and what only claims to.

Keras' symbolic call goes by a formula here, which says nothing about whether TensorFlow computes it.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from specc.ir.types import FLOATS, INTS, TensorType
from specc.ops import _registry
from specc.ops._conv_transpose import checks as transposed_checks

from .strategies import decode
from .test_ops_against_keras import check_run, keras, make_layer, run

pytestmark = pytest.mark.keras

ENDS: list[tuple[int, int, int | None, str]] = [
    (kernel, stride, added, padding)
    for kernel, stride, added, padding in itertools.product((1, 2, 3, 4), (1, 2, 3), (None, 0, 1, 2), ("valid", "same"))
    if added is None or added < stride
]


@pytest.mark.parametrize(("kernel", "stride", "added", "padding"), ENDS)
def test_a_transposed_convolution_is_as_long_as_it_runs(
    kernel: int, stride: int, added: int | None, padding: str
) -> None:
    plain = {"filters": 1, "kernel_size": kernel, "strides": stride, "output_padding": added, "padding": padding}
    for size in (2, 5):
        check_run(_registry.get("Conv1DTranspose"), plain, [TensorType((size, 1))])


def test_of_an_axis_of_one_an_even_window_leaves_nothing() -> None:
    """Why specc refuses an even window without an end under `same`, though Keras runs this one."""
    op = _registry.get("Conv1DTranspose")
    plain = {"filters": 1, "kernel_size": 2, "output_padding": 0, "padding": "same"}
    attributes = decode(op, plain)
    assert transposed_checks(attributes) is not None
    assert run(op, make_layer(op, attributes, plain), [TensorType((1, 1))]) == [TensorType((0, 1))]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_dilated_ones_run_in_the_dtypes_that_are_taken(axes: int, dtype: str) -> None:
    operand = TensorType((*(4,) * axes, 2), dtype)
    plain = {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "dtype": dtype}
    check_run(_registry.get(f"Conv{axes}DTranspose"), plain, [operand])
    check_run(_registry.get(f"Conv{axes}D"), plain, [operand])
    check_run(_registry.get(f"Conv{axes}D"), {**plain, "groups": 2}, [operand])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("steps", [{"strides": [1, 2]}, {"strides": [2, 1], "dilation_rate": [1, 2]}, {"strides": 2}])
def test_unequal_steps_run_in_the_dtypes_that_are_taken(steps: dict[str, Any], dtype: str) -> None:
    plain = {"kernel_size": 2, "dtype": dtype, **steps}
    check_run(_registry.get("DepthwiseConv2D"), plain, [TensorType((5, 5, 2))])
    check_run(_registry.get("SeparableConv2D"), {"filters": 3, **plain}, [TensorType((5, 5, 2))])


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_an_interpolation_runs_on_every_dtype_or_is_refused(interpolation: str) -> None:
    op = _registry.get("UpSampling2D")
    for dtype in (*FLOATS, *INTS, "bool"):
        check_run(op, {"interpolation": interpolation}, [TensorType((2, 3, 1), dtype)])


def test_resizing_gives_integers_in_a_call_and_floats_in_a_graph() -> None:
    """Why specc refuses integers there: the model's claim would depend on who runs it."""
    tensorflow = pytest.importorskip("tensorflow")
    layer = keras().layers.Resizing(2, 2)
    image = keras().ops.ones((1, 4, 4, 1), "uint8")
    assert layer(image).dtype == "uint8"
    assert tensorflow.function(layer)(image).dtype == "float32"
