"""Reshape, Permute and Flatten at inputs and outputs are the caller's: no node is left, and both builds are equal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.driver import Checked, run_build
from specc.emit import runtime
from specc.emit.module import plain_text
from tests.checks import check_text, right

CONV = "op: Conv2D, filters: 3, kernel_size: 3, padding: same, activation: tanh"
NETWORKS = {
    "a permuted input": ("[4, 6, 2]", f"p: {{op: Permute, dims: [2, 1, 3]}}\ny: {{{CONV}}}"),
    "channels first": (
        "[2, 6, 5]",
        f"p: {{op: Permute, dims: [2, 3, 1]}}\nk: {{{CONV}}}\ny: {{op: Permute, dims: [3, 1, 2]}}",
    ),
    "an input of four axes": ("[3, 4, 4, 2]", f"r: {{op: Reshape, target_shape: [12, 4, 2]}}\ny: {{{CONV}}}"),
    "four axes, permuted and reshaped": (
        "[3, 4, 5, 2]",
        f"p: {{op: Permute, dims: [2, 3, 1, 4]}}\nr: {{op: Reshape, target_shape: [4, 5, 6]}}\ny: {{{CONV}}}",
    ),
    "permuted twice": (
        "[6, 4]",
        "p: {op: Permute, dims: [2, 1]}\nr: {op: Reshape, target_shape: [3, 8]}\nq: {op: Permute, dims: [2, 1]}\n"
        "y: {op: Conv1D, filters: 2, kernel_size: 3}",
    ),
    "an output of four axes": (
        "[4, 4, 2]",
        "k: {op: Conv2D, filters: 6, kernel_size: 1}\nr: {op: Reshape, target_shape: [4, 4, 2, 3]}\n"
        "y: {op: Permute, dims: [4, 1, 2, 3]}",
    ),
    "an activation that the caller applies first": (
        "[4, 4, 2]",
        "k: {op: Conv2D, filters: 6, kernel_size: 1, activation: softmax}\nr: {op: Reshape, target_shape: [2, 8, 6]}\n"
        "y: {op: Permute, dims: [3, 1, 2]}",
    ),
    "flattened": ("[4, 4, 2]", "f: {op: Flatten}\ny: {op: Dense, units: 3}"),
    "flattened at the end": ("[4, 4, 2]", f"k: {{{CONV}}}\np: {{op: Permute, dims: [3, 1, 2]}}\ny: {{op: Flatten}}"),
    "a loop": (
        "[4, 3]",
        "p: {op: Permute, dims: [2, 1]}\nd: {op: Dense, units: 4, activation: tanh, from: h}\n"
        "y: {op: Permute, dims: [2, 1], from: h}",
    ),
}
LOOPS = {"a loop": "loops: {l: {passes: 3, states: {h: {init: p, next: d}}}}\n"}


def spec(name: str, more: str = "") -> str:
    shape, nodes = NETWORKS[name]
    indented = "".join(f"  {line}\n" for line in nodes.splitlines())
    return f"specc: 1\ninputs: {{x: {shape}}}\nnodes:\n{indented}{LOOPS.get(name, '')}outputs: y\n{more}"


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_is_left_in_the_graph(name: str) -> None:
    graph = check_text(spec(name), targets=["tidl"]).lowered["tidl"].graph
    assert not {"Reshape", "Permute", "Flatten"} & {node.op for node in graph.nodes}


@pytest.mark.keras
@pytest.mark.parametrize("name", NETWORKS)
def test_both_builds_are_equal(name: str, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(spec(name), "utf-8")
    result = run_build(file, target="tidl", out=tmp_path / "out", artifacts=["py", "tflite"])
    assert result.ok, [one.message for one in result.diagnostics]
    operators = runtime.read_tflite((tmp_path / "out/net_tidl.tflite").read_bytes()).operators
    assert not {"TRANSPOSE", "RESHAPE"} & set(operators)


@pytest.mark.keras
@pytest.mark.parametrize("loss", ["mse", "huber"])
@pytest.mark.parametrize("name", ["channels first", "an output of four axes", "flattened at the end"])
def test_training_is_equal(name: str, loss: str) -> None:
    training = f"training: {{optimizer: {{op: SGD, learning_rate: 0.05}}, loss: {loss}, metrics: [mae]}}\n"
    checked = right(spec(name, training), targets=["keras", "tidl"])
    reference, lowered = (_module(checked, target) for target in ("keras", "tidl"))
    one, other = runtime.build(reference), None
    runtime.randomize(one, 3)
    random = np.random.default_rng(5)
    x = random.normal(size=(8, *reference.INPUTS[0].logical)).astype("float32")
    y = random.uniform(size=(8, *reference.OUTPUTS[0].logical)).astype("float32")
    weights = random.uniform(0.5, 2, 8).astype("float32")
    other = lowered.build_model()
    lowered.load_reference_weights(other, one)
    found: list[list[Any]] = []
    for module, model in ((reference, one), (lowered, other)):
        compiled = module.compile_model(model)
        batch = module.adapt_batch((x, y, weights))
        found.append([compiled.train_on_batch(*batch, return_dict=True) for _ in range(4)])
    for expected, given in zip(*found, strict=True):
        for key, value in expected.items():
            assert given[key] == pytest.approx(value, rel=1e-4), key


REFUSED = {
    "a value that something else reads": (
        "[4, 4, 2]",
        "k: {op: Conv2D, filters: 2, kernel_size: 1, from: x}\np: {op: Permute, dims: [2, 1, 3], from: x}\n"
        "y: {op: Add, from: [k, p]}",
    ),
    "inside": (
        "[4, 4, 2]",
        f"k: {{{CONV}}}\np: {{op: Permute, dims: [2, 1, 3]}}\ny: {{op: Conv2D, filters: 2, kernel_size: 1}}",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_the_form_that_is_supported(name: str) -> None:
    shape, nodes = REFUSED[name]
    indented = "".join(f"  {line}\n" for line in nodes.splitlines())
    text = f"specc: 1\ninputs: {{x: {shape}}}\nnodes:\n{indented}outputs: y\n"
    (said,) = check_text(text, targets=["tidl"]).diagnostics
    assert said.message.startswith("`p` is not supported") and "directly on an input or an output" in said.help


def _module(checked: Checked, target: str) -> Any:
    assert checked.spec is not None
    text = plain_text(checked.spec, checked.lowered[target], checked.targets[target])
    return runtime.load_module(text, f"views_{target}")
