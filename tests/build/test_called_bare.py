"""A build means the same however it is called: bare, in inference mode, by predict, in a graph, saved, exported."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import specc
from specc.ops import _registry

from ..contract.installed import OPS

pytestmark = pytest.mark.keras

SPEC = """specc: 1
name: resized
inputs: {image: [4, 4, 2]}
nodes:
  up: {op: %s}
  norm: {op: BatchNormalization}
outputs: norm
"""
UPSAMPLED, RESIZED = "UpSampling2D", "Resizing, height: 8, width: 8, interpolation: nearest"


def keras() -> Any:
    return importlib.import_module("keras")


def spec(tmp_path: Path, up: str) -> Path:
    path = tmp_path / "resized.yaml"
    path.write_text(SPEC % up)
    return path


def test_no_layer_passes_training_on_unasked() -> None:
    """A default of True would hold for every layer called after it; False is what inference is anyway."""
    for op in OPS:
        parameter = inspect.signature(getattr(keras().layers, op.name).call).parameters.get("training")
        leaks = parameter is not None and parameter.default not in (None, False)
        assert leaks == (("training", False) in op.call_options), op.name


@pytest.mark.parametrize("target", ["keras", "tidl"])
@pytest.mark.parametrize("up", [UPSAMPLED, RESIZED])
def test_a_build_means_the_same_however_it_is_called(tmp_path: Path, up: str, target: str) -> None:
    tensorflow: Any = importlib.import_module("tensorflow")
    model: Any = specc.load_model(spec(tmp_path, up), target=target)
    random = np.random.default_rng(3)
    x = random.normal(size=(3, *model.input_shape[1:])).astype("float32")
    for weight in model.weights:
        weight.assign(random.uniform(0.5, 1.5, tuple(weight.shape)))
    before, expected = model.get_weights(), np.asarray(model(x, training=False))
    model.save(tmp_path / "again.keras")
    again = keras().models.load_model(tmp_path / "again.keras", compile=False)
    model.export(tmp_path / "exported", verbose=False)
    served = tensorflow.saved_model.load(str(tmp_path / "exported"))
    found = [model(x), model(x), model.predict(x, verbose=0), tensorflow.function(model)(x), again(x), served.serve(x)]
    for one in found:
        np.testing.assert_allclose(np.asarray(one), expected, rtol=1e-5, atol=1e-5)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    model.compile("sgd", "mse")
    model.fit(x, np.zeros_like(expected), verbose=0)
    assert not all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_the_proof_catches_a_build_that_depends_on_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    op = _registry.get("Resizing")
    faulty = dataclasses.replace(op, call_options=())
    find = _registry.find
    monkeypatch.setattr(_registry, "find", lambda name: faulty if name == "Resizing" else find(name))
    with pytest.raises(specc.SpeccError, match="called without `training`"):
        specc.build(spec(tmp_path, RESIZED), target="keras", out=tmp_path / "build")
    assert not (tmp_path / "build").exists()
