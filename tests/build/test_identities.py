"""Noise, dropouts and penalties on a target for inference: in the trainable model, never in the written file."""

from __future__ import annotations

from pathlib import Path

import pytest

import specc
from specc.emit import runtime

pytestmark = pytest.mark.keras
BARE = """\
specc: 1
name: {name}
inputs: {{series: [8, 3]}}
nodes:
  first: {{op: Conv1D, filters: 4, kernel_size: 3}}
{more}  last: {{op: Conv1D, filters: 2, kernel_size: 3}}
outputs: last
"""
IDENTITIES = """\
  named: {op: Identity}
  channels: {op: SpatialDropout1D, rate: 0.2}
  dropped: {op: Dropout, keep_prob: 0.9}
  kept: {op: AlphaDropout, rate: 0.1}
  scaled: {op: GaussianDropout, rate: 0.1}
  shaken: {op: GaussianNoise, stddev: 0.1}
  small: {op: ActivityRegularization, l2: 0.001}
"""
LAYERS = {
    "named": "Identity",
    "channels": "SpatialDropout2D",
    "dropped": "Dropout",
    "kept": "AlphaDropout",
    "scaled": "GaussianDropout",
    "shaken": "GaussianNoise",
    "small": "ActivityRegularization",
}


def operators(name: str, more: str, folder: Path) -> dict[str, int]:
    spec = folder / f"{name}.yaml"
    spec.write_text(BARE.format(name=name, more=more), "utf-8")
    specc.build(spec, target="tidl", out=folder)
    return dict(runtime.read_tflite((folder / f"{name}_tidl.tflite").read_bytes()).operators)


def test_they_stand_in_the_model_and_not_in_the_file(tmp_path: Path) -> None:
    assert operators("noisy", IDENTITIES, tmp_path) == operators("plain", "", tmp_path)
    model = pytest.importorskip("keras").saving.load_model(tmp_path / "noisy_tidl.keras")
    assert {layer.name: type(layer).__name__ for layer in model.layers if layer.name in LAYERS} == LAYERS
