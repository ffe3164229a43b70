"""The oracle and the keras build of every valid spec: the same facts, and the same numbers at every node."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from specc.emit import verify
from specc.source import decode
from tests.nets import EXTRA, SPECS
from tests.test_corpus import settings

from .support import pair

pytestmark = pytest.mark.keras
CORPUS = Path(__file__).parents[1] / "corpus" / "valid"
LARGE = {"batchnorm_2d", "batchnorm_3d", "densenet121", "efficientnetb0", "mobilenetv3small", "resnet50", "vgg16"}
EMITTED = Path(__file__).parents[1] / "emit" / "specs"
FILES = [path for folder in (CORPUS, EMITTED, EXTRA, SPECS) for path in sorted(folder.glob("*.yaml"))]


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in LARGE else []) for path in FILES],
)
def test_the_build_is_exactly_the_spec(path: Path) -> None:
    _, overrides = settings(decode(str(path), path.read_bytes())[0].text)
    both = pair(path, overrides)
    assert both.facts == []
    assert verify.first_divergence(both.values, both.expected.values, 0.0) is None
    assert list(both.outputs) == list(both.expected.outputs)
    for name, array in both.expected.outputs.items():
        np.testing.assert_array_equal(both.outputs[name], array, err_msg=name)
        assert both.expected.constant_outputs == []


def test_signals_stay_alive_in_a_deep_stack(tmp_path: Path) -> None:
    """What the first layer does shows at the output behind sixty sigmoids."""
    path = tmp_path / "deep.yaml"
    path.write_text(
        "specc: 1\ninputs: {x: [8]}\nnodes: {deep: {op: Dense, units: 8, activation: sigmoid, repeat: 60}}\n"
        "outputs: deep\n"
    )
    (output,) = pair(path).expected.outputs.values()
    assert np.ptp(output, axis=0).min() > 0.05


def test_an_output_that_is_constant_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "flat.yaml"
    path.write_text("specc: 1\ninputs: {x: [8]}\nnodes: {y: {op: Rescaling, scale: 0.0}}\noutputs: y\n")
    assert pair(path).expected.constant_outputs == ["y"]
