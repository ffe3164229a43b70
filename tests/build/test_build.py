"""A build as its user sees it: what is written, what is in it, and that nothing is lost when something goes wrong."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import specc
from specc.driver import run_build
from specc.emit import runtime
from specc.targets import load

pytestmark = pytest.mark.keras
ROOT = Path(__file__).parents[2]
SPEC = ROOT / "specs" / "n1n2n3.yaml"
NAMES = ["n1n2n3_tidl.keras", "n1n2n3_tidl.manifest.json", "n1n2n3_tidl.py", "n1n2n3_tidl.tflite"]


def hashes(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir() if file.is_file()}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    specc.build(SPEC, target="tidl", out=out)
    return out


def test_writes_module_models_and_manifest(built: Path) -> None:
    assert sorted(os.listdir(built)) == NAMES
    manifest = json.loads((built / "n1n2n3_tidl.manifest.json").read_text())
    assert {name: one["sha256"] for name, one in manifest["files"].items()} == {
        name: value for name, value in hashes(built).items() if not name.endswith(".json")
    }
    assert manifest["spec"]["sha256"] == hashlib.sha256(SPEC.read_bytes()).hexdigest()
    assert manifest["costs"]["spec"]["parameters"] == 7
    assert {one["weight"]: one["steps"] for one in manifest["weights"]}["N1/kernel"] == [{"reshape": [1, 1, 2, 1]}]
    assert all(one["source"] for row in manifest["legality"] for one in row["constraints"])


def test_the_file_holds_only_operators_of_the_target_and_each_kernel_once(built: Path) -> None:
    found = runtime.read_tflite((built / "n1n2n3_tidl.tflite").read_bytes())
    assert set(found.operators) <= set(load("tidl").file_operators)
    assert found.operators["CONV_2D"] == 2 + 5  # N2 and N3 once, N1 on every pass
    assert len(found.kernels) <= 3


def test_the_same_input_gives_the_same_bytes_anywhere(built: Path, tmp_path: Path) -> None:
    """Another process, another hash seed, another working directory, another spelling of the path."""
    elsewhere = tmp_path / "somewhere" / "else"
    elsewhere.mkdir(parents=True)
    relative = os.path.relpath(SPEC, elsewhere)
    subprocess.run(
        [sys.executable, "-m", "specc", "build", relative, "--target", "tidl", "--out", str(tmp_path / "out")],
        cwd=elsewhere,
        env={**os.environ, "PYTHONHASHSEED": "4242", "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    assert hashes(tmp_path / "out") == hashes(built)


def test_the_keras_file_has_a_free_batch_and_trains(built: Path) -> None:
    model = runtime.load_keras(built / "n1n2n3_tidl.keras")
    assert model.input_shape[0][0] is None
    model.compile("sgd", "mse")
    random = np.random.default_rng(1)
    before = [one.copy() for one in model.get_weights()]
    inputs = [random.normal(size=(6, 1, 1, 1)) for _ in range(4)]
    model.fit(inputs, random.normal(size=(6, 1, 1, 2)), verbose=0)
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, model.get_weights(), strict=True))


def test_the_tflite_file_has_a_batch_of_one(built: Path) -> None:
    data = (built / "n1n2n3_tidl.tflite").read_bytes()
    random = np.random.default_rng(2)
    inputs = {name: random.normal(size=(1, 1, 1, 1)).astype("float32") for name in "ABCF"}
    (output,) = runtime.run_tflite(data, inputs).values()
    assert output.shape == (1, 1, 1, 2)


def test_trained_weights_are_carried_across(tmp_path: Path) -> None:
    model = specc.load_model(SPEC)
    runtime.randomize(model, 7)
    model.save(tmp_path / "trained.keras")
    specc.build(SPEC, target="tidl", out=tmp_path / "out", weights=tmp_path / "trained.keras")
    carried = runtime.load_keras(tmp_path / "out" / "n1n2n3_tidl.keras")
    random = np.random.default_rng(3)
    inputs = [random.normal(size=(5, 1)).astype("float32") for _ in range(4)]
    expected = np.asarray(model(inputs))
    found = np.asarray(carried([one.reshape(5, 1, 1, 1) for one in inputs])).reshape(5, 2)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
    data = (tmp_path / "out" / "n1n2n3_tidl.tflite").read_bytes()
    single = {name: one[:1].reshape(1, 1, 1, 1) for name, one in zip("ABCF", inputs, strict=True)}
    (output,) = runtime.run_tflite(data, single).values()
    np.testing.assert_allclose(output.reshape(2), expected[0], rtol=1e-4, atol=1e-5)


def test_passes_can_be_set_and_change_no_weight(tmp_path: Path) -> None:
    specc.build(SPEC, target="tidl", out=tmp_path, overrides={"passes": "9"})
    found = runtime.read_tflite((tmp_path / "n1n2n3_tidl.tflite").read_bytes())
    assert found.operators["CONV_2D"] == 2 + 9
    assert json.loads((tmp_path / "n1n2n3_tidl.manifest.json").read_text())["costs"]["spec"]["parameters"] == 7


def test_load_model_gives_a_keras_model() -> None:
    assert specc.load_model(SPEC).count_params() == 7
    assert specc.load_model(SPEC, target="tidl").count_params() == 7


def test_errors_carry_the_diagnostics(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("specc: 1\ninputs: {x: [3]}\nnodes: {a: {op: Dens}}\noutputs: a\n")
    for call in (specc.load_model, specc.build):
        with pytest.raises(specc.SpeccError) as caught:
            call(wrong)
        assert [one.code for one in caught.value.diagnostics] == ["unknown-op"]
        assert "wrong.yaml:3:" in str(caught.value)


def _fault(monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """Plants a mistake in the text of the target's module."""
    from specc import emit

    true = emit.module_text

    def faulty(spec: Any, lowered: Any, target: Any) -> str:
        text = true(spec, lowered, target)
        if target.name == "keras":
            return text
        assert old in text
        return text.replace(old, new)

    monkeypatch.setattr(emit, "module_text", faulty)


def test_a_build_that_fails_its_proof_replaces_nothing(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in built.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = hashes(tmp_path)
    _fault(monkeypatch, "range(passes)", "range(passes + 1)")
    result = run_build(SPEC, target="tidl", out=tmp_path)
    assert [one.code for one in result.diagnostics] == ["not-equivalent"]
    assert not result.files and hashes(tmp_path) == before


def test_a_pass_too_many_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report of a failed proof runs inner models; it must not take the build with it."""
    _fault(monkeypatch, "range(passes)", "range(passes - 1)")
    result = run_build(SPEC, target="tidl", out=tmp_path)
    assert not result.ok
