"""A trained model is a plain Keras model: another process, without the emitted module, does everything with it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.nets import ROOT, TARGETS, Net, random_weights
from tests.training.resumed import OPTIONS
from tests.training.test_compile import HEADS, heads_data

pytestmark = pytest.mark.keras

NETS = {"boston_dense": Net("boston_dense"), "heads": HEADS}
CASES = [f"{name}_{target}" for name in NETS for target in TARGETS]


def data(name: str) -> tuple[Any, Any]:
    if name == "heads":
        return heads_data()
    random = np.random.default_rng(8)
    return random.normal(size=(40, 13)).astype(np.float32), random.normal(size=(40, 1)).astype(np.float32)


def arrays(kind: str, values: Any) -> dict[str, Any]:
    named = values if isinstance(values, dict) else dict(enumerate(values if isinstance(values, list) else [values]))
    return {f"{kind} {name}": value for name, value in named.items()}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """For each case what the process that trained it expects, and what the other one found."""
    folder: Path = tmp_path_factory.mktemp("trained")
    expected: dict[str, dict[str, Any]] = {}
    for name, net in NETS.items():
        inputs, targets = data(name)
        weight = np.random.default_rng(3).uniform(0, 3, 80 if name == "heads" else 40).astype(np.float32)
        for target in TARGETS:
            module, case = net.module(target), f"{name}_{target}"
            x, y, w = module.adapt_inputs(inputs), module.adapt_targets(targets), module.adapt_sample_weight(weight)
            model = module.compile_model(net.model(target, random_weights(net.module("keras").REFERENCE, 9)))
            model.fit(x, y, **OPTIONS)
            model.save(folder / f"{case}.keras")
            np.savez(folder / f"{case}.npz", **arrays("x", x), **arrays("y", y), **arrays("w", w))
            expected[case] = {
                "evaluate": model.evaluate(x, y, verbose=0, return_dict=True),
                "weighted": model.evaluate(x, y, sample_weight=model_weight(name, weight, y), verbose=0)[0],
                "resume": model.fit(x, y, **OPTIONS).history["loss"],
                "file": zipfile.ZipFile(folder / f"{case}.keras").read("config.json").decode(),
            }
    command = [sys.executable, "-m", "tests.training.resumed", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads((folder / "resumed.json").read_text("utf-8"))
    return {case: (expected[case], found[case]) for case in CASES}


def model_weight(name: str, weight: Any, y: Any) -> Any:
    """In the process that trained, weights need not be adapted."""
    return dict.fromkeys(y, weight) if name == "heads" else weight


@pytest.mark.parametrize("case", CASES)
def test_another_process_goes_on_where_this_one_stopped(case: str, results: Any) -> None:
    expected, found = results[case]
    for key, value in found["evaluate"].items():
        np.testing.assert_allclose(value, expected["evaluate"][key], rtol=2e-5, err_msg=key)
    missing = set(expected["evaluate"]) - set(found["evaluate"])
    assert missing == ({"zone_f1_score"} if case == "heads_tidl" else set())  # Keras' own needs two axes
    np.testing.assert_allclose(found["weighted"], expected["weighted"], rtol=2e-5)
    np.testing.assert_allclose(found["resume"], expected["resume"], rtol=2e-5)
    np.testing.assert_allclose(found["saved again"], found["resumed"], rtol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_the_file_names_classes_of_keras_only(case: str, results: Any) -> None:
    def modules(config: Any) -> set[str]:
        if isinstance(config, dict):
            own = {str(config["module"])} if "module" in config else set()
            own |= {config["registered_name"]} if config.get("registered_name") else set()
            return own.union(*map(modules, config.values()))
        return set().union(*map(modules, config)) if isinstance(config, list) else set()

    names = modules(json.loads(results[case][0]["file"]))
    assert all(one.startswith("keras") or one in ("builtins", "Functional") for one in names), names


@pytest.mark.parametrize("case", CASES)
def test_everything_else_that_users_do_works_there(case: str, results: Any) -> None:
    found = results[case][1]
    assert found["clone"] < 1e-6 and found["export"] < 1e-5
    assert found["summary"] > 100 and found["tflite"] > 1000
    np.testing.assert_allclose(found["checkpoint"][1], found["checkpoint"][0], rtol=1e-5)
    assert found["frozen"] == 0
    assert np.isfinite(found["half"]).all()
