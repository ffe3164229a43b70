"""An emitted model trains under TensorFlow's MirroredStrategy on two devices as it does on one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.nets import ROOT, TARGETS, Array

pytestmark = pytest.mark.keras

# Of the largest value of each array; two devices sum the gradients in another order. The largest share found is 7e-7.
TOLERANCE = 2e-5


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Array]:
    path: Path = tmp_path_factory.mktemp("mirrored") / "trained.npz"
    command = [sys.executable, "-m", "tests.training.mirrored", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(path) as found:
        return dict(found)


def pairs(trained: dict[str, Any], name: str, target: str) -> dict[str, tuple[Array, Array]]:
    start = f"{name} {target} one "
    keys = [key.removeprefix(start) for key in trained if key.startswith(start)]
    assert keys
    return {key: (trained[f"{name} {target} two {key}"], trained[start + key]) for key in keys}


def error(found: Array, expected: Array) -> float:
    return float(np.max(np.abs(np.float64(found) - expected)) / max(np.max(np.abs(expected)), 1e-3))


def test_two_devices_take_part(trained: dict[str, Array]) -> None:
    assert trained["replicas"] == 2


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ["heads", "normed"])
def test_two_devices_train_as_one_does(name: str, target: str, trained: dict[str, Array]) -> None:
    """The same weights and batches: the same losses, metrics, statistics and weights, epoch by epoch."""
    found = pairs(trained, name, target)
    errors = {key: error(*pair) for key, pair in found.items()}
    assert max(errors.values()) <= TOLERANCE, errors
    losses = found["history loss"][1]
    assert len(losses) >= 3 and losses[-1] < 0.95 * losses[0], "nothing was learnt"


@pytest.mark.parametrize("target", TARGETS)
def test_replicas_that_do_not_share_their_statistics_train_otherwise(target: str, trained: dict[str, Array]) -> None:
    """Which also shows that each device has half of a batch: BatchNormalization is the one layer that can tell."""
    errors = {key: error(*pair) for key, pair in pairs(trained, "apart", target).items()}
    variances = [value for key, value in errors.items() if key.endswith("moving_variance")]
    assert variances and min(variances) > 100 * TOLERANCE, errors


def test_labels_that_would_broadcast_are_refused_there_too(trained: dict[str, Array]) -> None:
    assert "would broadcast; pass them through adapt_targets" in str(trained["refusal"])
