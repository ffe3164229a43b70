"""Convolutions and resizes against Keras where the general contract does not look: what runs, and what only claims to.

Keras' symbolic call goes by a formula here, which says nothing about whether TensorFlow computes it.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import numpy as np
import pytest

from specc.ir.types import FLOATS, INTS, TensorType
from specc.ops import _registry
from specc.ops._conv_transpose import checks as transposed_checks

from .strategies import decode
from .test_ops_against_keras import check_run, keras

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


def test_an_even_window_needs_an_end_on_an_axis_of_one_as_well() -> None:
    """Some processors compute an empty axis there, others fail."""
    plain = {"filters": 1, "kernel_size": 2, "output_padding": 0, "padding": "same"}
    assert transposed_checks(decode(_registry.get("Conv1DTranspose"), plain)) is not None


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_dilated_convolutions_run_in_every_dtype(axes: int, dtype: str) -> None:
    operand = TensorType((*(4,) * axes, 2), dtype)
    plain = {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "dtype": dtype}
    check_run(_registry.get(f"Conv{axes}D"), plain, [operand])
    check_run(_registry.get(f"Conv{axes}D"), {**plain, "groups": 2}, [operand])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("steps", [{"strides": [2, 1], "dilation_rate": [1, 2]}, {"strides": 2}])
def test_depthwise_strides_run_in_every_dtype(steps: dict[str, Any], dtype: str) -> None:
    plain = {"kernel_size": 2, "dtype": dtype, **steps}
    check_run(_registry.get("DepthwiseConv2D"), plain, [TensorType((5, 5, 2))])
    check_run(_registry.get("SeparableConv2D"), {"filters": 3, **plain}, [TensorType((5, 5, 2))])


WINDOWS = [
    pytest.param(axes, kernel, dilation, padding, id=f"{axes}D-{kernel}-{dilation}-{padding}")
    for axes, kernel, dilation in ((1, 3, 2), (1, 2, 3), (2, [3, 2], [2, 2]), (2, [2, 4], [1, 3]), (3, 2, 2), (3, 2, 3))
    for padding in ("valid", "same")
]


@pytest.mark.parametrize(("axes", "kernel", "dilation", "padding"), WINDOWS)
def test_the_help_for_dilated_transposed_convolutions_computes_the_same(
    axes: int, kernel: Any, dilation: Any, padding: str
) -> None:
    """The judge is Keras' transposed convolution with the zeros between the elements written into its kernel."""
    op = _registry.get(f"Conv{axes}DTranspose")
    plain = {"filters": 3, "kernel_size": kernel, "dilation_rate": dilation, "padding": padding}
    attributes = decode(op, plain)
    conflict = op.checks(attributes)
    assert conflict is not None
    layers, random = keras().layers, np.random.default_rng(axes)
    sizes, steps = attributes.kernel_size, attributes.dilation_rate
    full = [(size - 1) * step + 1 for size, step in zip(sizes, steps, strict=True)]
    weights = random.normal(size=(*sizes, 3, 2)).astype("float32")
    spread = np.zeros((*full, 3, 2), "float32")
    spread[tuple(slice(None, None, step) for step in steps)] = weights
    data = random.normal(size=(2, *(6, 7, 5)[:axes], 2)).astype("float32")
    judge = getattr(layers, op.name)(3, full, padding=padding, use_bias=False)
    judge.build(data.shape)
    judge.set_weights([spread])
    expected = np.asarray(judge(data))
    advice = re.search(r"ZeroPadding\dD with `padding: (.*)`", conflict[-1])
    padded = getattr(layers, f"ZeroPadding{axes}D")(json.loads(advice[1]))(data) if advice else data
    assert advice or "with `padding: same`" in conflict[-1]
    plain_conv = getattr(layers, f"Conv{axes}D")(
        3, sizes, dilation_rate=steps, padding="valid" if advice else "same", use_bias=False
    )
    plain_conv.build(padded.shape)
    mirrored = np.flip(weights, tuple(range(axes))).swapaxes(-1, -2)
    plain_conv.set_weights([mirrored])
    np.testing.assert_allclose(np.asarray(plain_conv(padded)), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_the_help_for_unequal_depthwise_strides_computes_the_same(padding: str) -> None:
    """The judge convolves each channel by itself."""
    layers, random = keras().layers, np.random.default_rng(5)
    data = random.normal(size=(2, 7, 8, 3)).astype("float32")
    weights = random.normal(size=(3, 2, 3, 2)).astype("float32")
    options = {"strides": (1, 2), "padding": padding, "use_bias": False}
    grouped = layers.Conv2D(6, (3, 2), groups=3, **options)
    grouped.build(data.shape)
    grouped.set_weights([weights.reshape(3, 2, 1, 6)])
    parts: list[Any] = []
    for channel in range(3):
        single = layers.Conv2D(2, (3, 2), **options)
        single.build((*data.shape[:-1], 1))
        single.set_weights([weights[:, :, channel : channel + 1]])
        parts.append(np.asarray(single(data[..., channel : channel + 1])))
    np.testing.assert_allclose(np.asarray(grouped(data)), np.concatenate(parts, -1), rtol=1e-4, atol=1e-5)


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
