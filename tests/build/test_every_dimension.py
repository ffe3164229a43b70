"""Pools, borders and activations of each dimension as they are emitted, against the same layers written by hand."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import specc
from specc.emit import runtime

pytestmark = pytest.mark.keras
SPEC = """\
specc: 1
name: dimensions
inputs: {series: [12, 3], image: [9, 8, 3], volume: [6, 7, 5, 2]}
nodes:
  s_pad: {op: ZeroPadding1D, padding: [0, 3], from: series}
  s_cut: {op: Cropping1D, cropping: [1, 2]}
  s_max: {op: MaxPooling1D, pool_size: 3, strides: 1, padding: same}
  s_mean: {op: AveragePooling1D, pool_size: 2}
  s_slope: {op: PReLU, shared_axes: 1, alpha_initializer: {op: RandomNormal, seed: 1}}
  s_parts: {op: AdaptiveMaxPooling1D, output_size: 4}
  s_bend: {op: ELU, alpha: 0.5}
  s_out: {op: GlobalMaxPooling1D}
  i_pad: {op: ZeroPadding2D, padding: [1, [0, 2]], from: image}
  i_cut: {op: Cropping2D, cropping: 1}
  i_slope: {op: PReLU, shared_axes: [1, 2], alpha_initializer: ones, alpha_regularizer: {op: L2, l2: 0.1}}
  i_parts: {op: AdaptiveAveragePooling2D, output_size: [3, 2]}
  i_out: {op: GlobalMaxPooling2D, keepdims: true}
  v_pad: {op: ZeroPadding3D, padding: [[0, 1], 1, 2], from: volume}
  v_cut: {op: Cropping3D}
  v_max: {op: MaxPooling3D, pool_size: [1, 2, 1], strides: 1}
  v_mean: {op: AveragePooling3D, pool_size: 2, padding: same}
  v_parts: {op: AdaptiveAveragePooling3D, output_size: 2}
  v_out: {op: GlobalAveragePooling3D}
outputs: {series: s_out, image: i_out, volume: v_out}
"""


def by_hand() -> Any:
    keras: Any = importlib.import_module("keras")
    layers = keras.layers
    series, image, volume = (
        layers.Input(shape, name=name)
        for name, shape in (("series", (12, 3)), ("image", (9, 8, 3)), ("volume", (6, 7, 5, 2)))
    )
    s = layers.ZeroPadding1D((0, 3))(series)
    s = layers.Cropping1D((1, 2))(s)
    s = layers.MaxPooling1D(3, strides=1, padding="same")(s)
    s = layers.AveragePooling1D(2)(s)
    s = layers.PReLU(shared_axes=[1], alpha_initializer=keras.initializers.RandomNormal(seed=1))(s)
    s = layers.AdaptiveMaxPooling1D(4)(s)
    s = layers.ELU(0.5)(s)
    s = layers.GlobalMaxPooling1D()(s)
    i = layers.ZeroPadding2D(((1, 1), (0, 2)))(image)
    i = layers.Cropping2D(1)(i)
    i = layers.PReLU(shared_axes=[1, 2], alpha_initializer="ones", alpha_regularizer=keras.regularizers.L2(0.1))(i)
    i = layers.AdaptiveAveragePooling2D((3, 2))(i)
    i = layers.GlobalMaxPooling2D(keepdims=True)(i)
    v = layers.ZeroPadding3D(((0, 1), (1, 1), (2, 2)))(volume)
    v = layers.Cropping3D()(v)
    v = layers.MaxPooling3D((1, 2, 1), strides=1)(v)
    v = layers.AveragePooling3D(2, padding="same")(v)
    v = layers.AdaptiveAveragePooling3D(2)(v)
    v = layers.GlobalAveragePooling3D()(v)
    return keras.Model([series, image, volume], [s, i, v])


def test_what_is_emitted_is_what_one_writes(tmp_path: Path) -> None:
    spec = tmp_path / "dimensions.yaml"
    spec.write_text(SPEC, "utf-8")
    specc.build(spec, target="keras", out=tmp_path, artifacts=["py"])
    module = runtime.load_module((tmp_path / "dimensions_keras.py").read_text("utf-8"), "dimensions_keras")
    built, hand = runtime.build(module), by_hand()
    assert built.count_params() == hand.count_params() > 0
    random = np.random.default_rng(3)
    weights = [random.normal(size=one.shape).astype("float32") for one in hand.get_weights()]
    built.set_weights(weights)
    hand.set_weights(weights)
    inputs = [random.normal(size=(2, *shape)).astype("float32") for shape in ((12, 3), (9, 8, 3), (6, 7, 5, 2))]
    found = built(dict(zip(("series", "image", "volume"), inputs, strict=True)))
    found = list(found.values()) if isinstance(found, dict) else found
    for one, other in zip(found, hand(inputs), strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    assert float(sum(built.losses)) == pytest.approx(float(sum(hand.losses))) != 0
