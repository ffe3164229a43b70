"""Depthwise kernels that a lowering pads with zeros: trained where the zeros never meet data, refused elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.emit.weight_inverse import inverted
from tests.nets import TARGETS, Net, arrays_of
from tests.training.steps import assert_same_step

INERT = [
    ("[9, 1, 3]", "kernel_size: [3, 1]"),
    ("[9, 1, 3]", "kernel_size: [7, 1], padding: same"),
    ("[9, 1, 2]", "kernel_size: [5, 1], strides: 2, use_bias: false"),
    ("[1, 8, 3]", "kernel_size: [1, 5], padding: same, bias_regularizer: L2"),
    ("[1, 1, 4]", "kernel_size: 2, padding: same"),
    ("[4, 1, 2]", "kernel_size: [4, 1]"),  # the kernel covers the map
]
MEETING = [
    ("[9, 9, 3]", "kernel_size: 2"),
    ("[9, 9, 3]", "kernel_size: [3, 5]"),
    ("[9, 2, 3]", "kernel_size: [3, 1]"),
    ("[9, 1, 3]", "kernel_size: [2, 1], padding: same"),
    ("[9, 1, 3]", "kernel_size: [3, 1], depthwise_regularizer: L2"),  # the zeros' own start would be penalized
]


def net(shape: str, given: str, folder: Path, optimizer: str = "SGD") -> Net:
    text = (
        f"specc: 1\nname: padded\ninputs: {{x: {shape}}}\nnodes:\n  y: {{op: DepthwiseConv2D, {given}}}\noutputs: y\n"
    )
    (folder / "padded.yaml").write_text(f"{text}training: {{optimizer: {optimizer}, loss: mse}}\n", "utf-8")
    return Net("padded", folder)


def data(one: Net) -> tuple[Any, Any]:
    random, module = np.random.default_rng(6), one.module("keras")
    x, y = (random.normal(size=(8, *side[0].logical)).astype(np.float32) for side in (module.INPUTS, module.OUTPUTS))
    return {"x": x}, {"y": y}


@pytest.mark.keras
@pytest.mark.parametrize(("shape", "given"), INERT)
def test_zeros_that_never_meet_data_do_not_hinder_training(shape: str, given: str, tmp_path: Path) -> None:
    one = net(shape, given, tmp_path, "{op: Adam, learning_rate: 0.05}")
    x, y = data(one)
    assert_same_step(*map(one.module, TARGETS), x, y)
    fresh = one.model("tidl")  # where the zeros would be there are other numbers, which change nothing
    weights = {**arrays_of(fresh), "y/bias": np.full(int(shape.rpartition(",")[2][:-1]), 0.1, np.float32)}
    for name, weight in one.module("tidl")._weights(fresh).items():
        weight.assign(weights[name])
    lowered = one.checked().lowered["tidl"]
    models = {"tidl": fresh, "keras": one.model("keras", inverted(lowered, weights))}
    found = {
        target: one.module(target)
        .compile_model(model)
        .fit(*one.module(target).adapt_batch(x, y), epochs=4, verbose=0)
        .history["loss"]
        for target, model in models.items()
    }
    np.testing.assert_allclose(found["tidl"], found["keras"], rtol=1e-4)
    for name, array in inverted(lowered, arrays_of(fresh)).items():
        np.testing.assert_allclose(arrays_of(models["keras"])[name], array, rtol=1e-3, atol=1e-5)


@pytest.mark.keras
@pytest.mark.parametrize(("shape", "given"), MEETING)
def test_zeros_that_meet_data_are_refused(shape: str, given: str, tmp_path: Path) -> None:
    one = net(shape, given, tmp_path)
    with pytest.raises(NotImplementedError, match="padded with zeros"):
        one.module("tidl").compile_model(one.model("tidl"))


@pytest.mark.keras
def test_lamb_sees_the_norm_of_the_larger_kernel(tmp_path: Path) -> None:
    one = net(*INERT[0], tmp_path, "Lamb")
    with pytest.raises(NotImplementedError, match="Lamb scales by the norm"):
        one.module("tidl").compile_model(one.model("tidl"))


@pytest.mark.keras
def test_a_padded_kernel_starts_with_the_spread_of_the_one_it_holds(tmp_path: Path) -> None:
    one = net("[9, 1, 400]", "kernel_size: [3, 1], depthwise_initializer: {op: HeNormal, seed: 4}", tmp_path)
    spreads = [float(arrays_of(one.model(target))["y/kernel"][:3, :1].std()) for target in TARGETS]
    np.testing.assert_allclose(spreads[1], spreads[0], rtol=0.1)
