"""One step of training on both builds: the same loss, penalties included, and the same weights afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.nets import TARGETS, Net, arrays_of, random_weights

pytestmark = pytest.mark.keras

PENALTIES = ["L1", "{op: L2, l2: 0.02}", "{op: L1L2, l1: 0.01, l2: 0.02}"]
NODES = {
    "dense": ("[6]", "{op: Dense, units: 4, activation: %s, kernel_regularizer: L2%s}"),
    "conv": ("[6, 6, 3]", "{op: Conv2D, filters: 4, kernel_size: 3, activation: %s, bias_regularizer: L1%s}"),
    "split": ("[12, 12, 2]", "{op: Conv2D, filters: 3, kernel_size: 9, activation: %s, kernel_regularizer: L2%s}"),
    "steps": ("[8, 3]", "{op: Conv1D, filters: 4, kernel_size: 3, activation: %s, kernel_constraint: MaxNorm%s}"),
    "recurrent": ("[5, 3]", "{op: SimpleRNN, units: 4, activation: %s, return_sequences: true%s}"),
}


@pytest.mark.parametrize("activation", ["relu", "silu", "tanh"])
@pytest.mark.parametrize("kind", NODES)
def test_a_step_is_the_same_on_both_builds(kind: str, activation: str, tmp_path: Path) -> None:
    shape, node = NODES[kind]
    penalty = PENALTIES[len(activation) % len(PENALTIES)]
    if kind == "recurrent" and activation == "silu":
        activation = "relu"
    text = f"specc: 1\nname: step\ninputs: {{x: {shape}}}\nnodes:\n"
    text += f"  y: {node % (activation, f', activity_regularizer: {penalty}')}\noutputs: y\n"
    (tmp_path / "step.yaml").write_text(f"{text}training: {{optimizer: {{op: SGD, learning_rate: 0.1}}, loss: mse}}\n")
    net, random = Net("step", tmp_path), np.random.default_rng(1)
    weights = random_weights(net.module("keras").REFERENCE, 2)
    (tensor,), (output,) = net.module("keras").INPUTS, net.module("keras").OUTPUTS
    x, y = (random.normal(size=(8, *one.logical)).astype(np.float32) for one in (tensor, output))
    found: dict[str, Any] = {}
    for target in TARGETS:
        module = net.module(target)
        model = module.compile_model(net.model(target, weights))
        plain = float(model.loss(module.adapt_targets(y), model(module.adapt_inputs(x))))
        losses = model.fit(module.adapt_inputs(x), module.adapt_targets(y), batch_size=8, verbose=0).history["loss"]
        assert (losses[0] > 1.01 * plain) == (kind != "recurrent"), "Keras penalizes all but SimpleRNN"
        found[target] = losses[0], model
    np.testing.assert_allclose(found["tidl"][0], found["keras"][0], rtol=1e-5)
    other = net.model("tidl")
    net.module("tidl").load_reference_weights(other, arrays_of(found["keras"][1]))  # the keras build's, after its step
    for name, array in arrays_of(other).items():
        np.testing.assert_allclose(arrays_of(found["tidl"][1])[name], array, rtol=1e-4, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("initializer", ["GlorotUniform", "HeNormal", "Orthogonal", "RandomUniform"])
def test_parts_of_a_kernel_start_from_other_numbers_of_the_same_spread(initializer: str, tmp_path: Path) -> None:
    text = "specc: 1\nname: step\ninputs: {x: [16, 16, 8]}\nnodes:\n"
    text += f"  y: {{op: Conv2D, filters: 8, kernel_size: 14, kernel_initializer: {{op: {initializer}, seed: 3}}}}\n"
    (tmp_path / "step.yaml").write_text(f"{text}outputs: y\n")
    net = Net("step", tmp_path)
    kernels = [array for name, array in arrays_of(net.model("tidl")).items() if name.endswith("/kernel")]
    (whole,) = (array for name, array in arrays_of(net.model("keras")).items() if name.endswith("/kernel"))
    assert len(kernels) == 4
    for at, kernel in enumerate(kernels):
        np.testing.assert_allclose(kernel.std(), whole.std(), rtol=0.05)
        assert not any(np.array_equal(kernel, other) for other in kernels[:at])
