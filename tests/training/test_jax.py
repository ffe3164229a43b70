"""Emitted modules run and train on Keras' JAX backend; needs jax, which is not among the test requirements."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.nets import ROOT, SPECS, TARGETS, Net

FOLDERS = {
    "n1n2n3": SPECS,
    "boston_dense": SPECS,
    "band_mobilenetv2": SPECS,
    "heads": ROOT / "tests" / "training" / "specs",
}


@pytest.mark.keras
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")
def test_both_builds_run_and_train_on_jax(tmp_path: Path) -> None:
    for name, folder in FOLDERS.items():
        for target in TARGETS:
            (tmp_path / f"{name}_{target}.py").write_text(Net(name, folder).module_text(target), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.on_jax", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert found.pop("TensorFlow") is False, "an emitted module imports TensorFlow"
    for name in FOLDERS:
        expected, other = (found[f"{name} {target}"] for target in TARGETS)
        for outputs in (*expected["outputs"], *other["outputs"]):
            np.testing.assert_allclose(outputs, expected["outputs"][0], rtol=1e-4, atol=1e-5, err_msg=name)
        assert expected.keys() == other.keys()
        for key, value in expected.get("evaluate", {}).items():
            np.testing.assert_allclose(other["evaluate"][key], value, rtol=1e-4, err_msg=f"{name} {key}")
        if name != "band_mobilenetv2":  # whose first step on random weights is too steep to compare what follows
            np.testing.assert_allclose(other.get("batch", []), expected.get("batch", []), rtol=1e-3, err_msg=name)
