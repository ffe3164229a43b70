"""States that start from a number and have sizes that the data give, against arithmetic in NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import specc
from specc.emit import runtime
from tests.nets import ROOT

pytestmark = pytest.mark.keras
SPEC = ROOT / "tests" / "emit" / "specs" / "settling.yaml"


def by_hand(weights: dict[str, Any], series: Any, field: Any, level: Any) -> dict[str, Any]:
    memory = np.zeros((*series.shape[:2], 2))
    for _ in range(3):
        seen = np.concatenate([series, memory], axis=-1)
        memory = np.tanh(seen @ weights["step/kernel"] + weights["step/bias"])
    return {"memory": memory, "height": 1 + 2 * (field @ weights["wave/kernel"]), "sum": 1 + 4 * level}


def test_a_state_has_the_sizes_of_the_data(tmp_path: Path) -> None:
    specc.build(SPEC, target="keras", out=tmp_path, artifacts=["py", "keras"])
    module = runtime.load_module((tmp_path / "settling_keras.py").read_text("utf-8"), "settling_keras")
    built = runtime.build(module)
    random = np.random.default_rng(5)
    weights = {name: random.normal(size=shape) for name, shape in module.REFERENCE.items()}
    module.load_reference_weights(built, weights)
    built.save(tmp_path / "again.keras")
    loaded = runtime.keras().models.load_model(tmp_path / "again.keras")
    for batch, steps, height, width in ((1, 1, 1, 1), (4, 7, 5, 2), (2, 3, 2, 9)):
        series, field = random.normal(size=(batch, steps, 3)), random.normal(size=(batch, height, width, 2))
        inputs = {"series": series, "field": field, "level": random.normal(size=(batch, 2))}
        expected = by_hand(weights, **inputs)
        for model in (built, loaded):
            found = model({name: one.astype("float32") for name, one in inputs.items()})
            found = found if isinstance(found, dict) else dict(zip(expected, found, strict=True))
            for name, one in expected.items():
                np.testing.assert_allclose(np.asarray(found[name]), one, rtol=1e-4, atol=1e-5)
