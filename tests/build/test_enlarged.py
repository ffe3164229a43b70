"""Maps that become larger again, for TIDL: the numbers of Keras, and the operators that TFLite has for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import specc

pytestmark = pytest.mark.keras
SPEC = """\
specc: 1
name: enlarged
inputs: {image: [8, 12, 3]}
nodes:
  seen: {op: Conv2D, filters: 4, kernel_size: 3, padding: same, from: image}
  slope: {op: PReLU, shared_axes: [1, 2]}
  small: {op: MaxPooling2D}
  grown: {op: Conv2DTranspose, filters: 4, kernel_size: 2, strides: 2, activation: relu}
  over: {op: Conv2DTranspose, filters: 2, kernel_size: 3, strides: 2, padding: same, from: small}
  wide: {op: Conv2DTranspose, filters: 2, kernel_size: 4, strides: 2, padding: same, use_bias: false, from: small}
  twice: {op: UpSampling2D, from: small}
  smooth: {op: UpSampling2D, size: 2, interpolation: bilinear, from: small}
  nearest: {op: Resizing, height: 8, width: 12, interpolation: nearest, from: small}
  between: {op: Resizing, height: 8, width: 12, from: small}
  all: {op: Concatenate, from: [slope, grown, over, wide, twice, smooth, nearest, between]}
  mask: {op: Conv2D, filters: 2, kernel_size: 1}
outputs: mask
"""


def test_each_becomes_its_operator(tmp_path: Path) -> None:
    spec = tmp_path / "enlarged.yaml"
    spec.write_text(SPEC, "utf-8")
    result = specc.build(spec, target="tidl", out=tmp_path)
    assert len(result.comparisons) == 5 and max(one.error for one in result.comparisons) < 1e-5
    record = json.loads((tmp_path / "enlarged_tidl.manifest.json").read_text("utf-8"))
    assert record["file_operators"] == {  # the converter makes one of two that compute the same
        "CONCATENATION": 1,
        "CONV_2D": 2,
        "MAX_POOL_2D": 1,
        "PRELU": 1,
        "RELU": 1,
        "RESIZE_BILINEAR": 1,
        "RESIZE_NEAREST_NEIGHBOR": 1,
        "TRANSPOSE_CONV": 3,
    }
