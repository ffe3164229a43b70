"""One training step of generated layers, of every op that tidl lowers: either the same on both builds, or refused.

Regularizers, constraints, initializers, activity penalties and frozen layers come as each op's attributes declare them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from specc.diagnostics import Diagnostics
from specc.ir import TensorType
from specc.lowering import lower
from specc.lowering._gaps import training_gaps
from specc.ops._attributes import fields_of
from specc.ops._base import OpDef
from specc.ops._keras_objects import KerasObject
from specc.source import Source, Span
from specc.spec import Spec
from specc.spec.document import Training
from specc.targets import load

from ..contract.kinds import values
from ..contract.strategies import Case, cases
from ..contract.test_lowering import QUICK, TAKEN, TIDL_OPS, graph_of
from ..nets import TARGETS, Net, arrays_of
from .random_nets import RandomNet
from .steps import assert_same_step

OFF = {"rate": 0.0, "stddev": 0.0, "dropout": 0.0, "recurrent_dropout": 0.0}  # what training draws by chance
TRAINED = ["linear", "relu", "relu6", "tanh", "sigmoid", "elu", "silu", "hard_sigmoid", "hard_silu", "tanh_shrink"]
WEIGHTED = (
    "BatchNormalization",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Dense",
    "DepthwiseConv2D",
    "PReLU",
    "SimpleRNN",
)


@st.composite
def trainable_cases(draw: st.DrawFn, op: OpDef) -> Case:
    """Cases with nothing left to chance, most of them with an activation that can be trained."""
    case = draw(cases(op))
    if op.name in TAKEN:
        case = replace(case, given=case.given | draw(TAKEN[op.name](case)))
    if op.name == "DepthwiseConv2D" and draw(st.booleans()):
        case = draw(depthwise_without_zeros(case))
    known = fields_of(op.attributes)
    given = case.given | {name: value for name, value in OFF.items() if name in known}
    for name, one in fields_of(op.attributes).items():
        if name.endswith(("_regularizer", "_constraint")) and draw(st.integers(0, 2)) == 0:
            given[name] = draw(values(one.kind))
    if "activation" in known and draw(st.integers(0, 4)) > 0:
        given["activation"] = draw(st.sampled_from(TRAINED))
    return replace(case, given=given)


@st.composite
def depthwise_without_zeros(draw: st.DrawFn, case: Case) -> Case:
    """A kernel of the target, or one along the only axis of the map."""
    given = {**case.given, "dilation_rate": 1, "depthwise_constraint": None, "depth_multiplier": 1}
    if draw(st.booleans()):
        return Case({**given, "kernel_size": draw(st.sampled_from([3, 5, 7])), "strides": 1}, case.operands)
    length, channels = draw(st.integers(4, 9)), draw(st.integers(1, 3))
    kernel, stride = draw(st.integers(1, 7)), draw(st.integers(1, 2))
    case = Case({**given, "kernel_size": [kernel, 1], "strides": stride}, [TensorType((length, 1, channels))])
    return case if kernel > 2 or stride == 1 else Case({**case.given, "strides": 1}, case.operands)


@pytest.mark.keras
@pytest.mark.parametrize("op", TIDL_OPS, ids=[op.name for op in TIDL_OPS])
def test_a_step_is_the_same_or_refused(op: OpDef) -> None:
    from specc.emit import runtime
    from specc.emit.module import plain_text

    wanted = 20 if op.name in WEIGHTED else 5
    seen = {"equal": 0}
    keras_target, tidl = load("keras"), load("tidl")
    source = Source("net.yaml", "")

    @settings(QUICK, max_examples=wanted)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        graph, types = graph_of(op, data.draw(trainable_cases(op)))
        loss = "CategoricalCrossentropy" if op.name == "Softmax" else "MeanSquaredError"
        losses = {one.name: KerasObject("losses", loss) for one in graph.outputs}
        optimizer = KerasObject("optimizers", "SGD", (("learning_rate", 0.1),))
        training = Training(Span(source, 0, 0), optimizer, losses, {}, {}, {})
        spec = Spec(source, "net", training=training)
        lowered = lower(graph, types, tidl, Diagnostics(), losses)
        reference = lower(graph, types, keras_target, Diagnostics(), losses)
        assume(lowered is not None)
        assert lowered is not None and reference is not None
        other = runtime.load_module(plain_text(spec, lowered, tidl), "net_tidl")
        if training_gaps(training, lowered):
            with pytest.raises(NotImplementedError):
                other.compile_model(None)
            return
        ours = runtime.load_module(plain_text(spec, reference, keras_target), "net_keras")
        random = np.random.default_rng(3)
        x = {node.name: numbers(types[node.name, "out"], random) for node in graph.inputs}
        y = {one.name: numbers(types[one.value.value, one.value.port], random) for one in graph.outputs}
        if op.name == "Softmax":
            y = {name: np.exp(one) / np.exp(one).sum(axis=-1, keepdims=True) for name, one in y.items()}
        assert_same_step(ours, other, x, y)
        seen["equal"] += 1

    check()
    assert seen["equal"] >= wanted // 2


def numbers(type: TensorType, random: np.random.Generator) -> Any:
    return random.normal(size=(4, *type.shape)).astype(type.dtype)


@pytest.mark.keras
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", ["map", "sequence", "vector"])
def test_a_step_of_a_network_is_the_same(kind: str, seed: int, tmp_path: Path) -> None:
    (tmp_path / "random_net.yaml").write_text(RandomNet(seed, kind).text(), "utf-8")
    net, random = Net("random_net", tmp_path), np.random.default_rng(seed)
    ours, other = (net.module(target) for target in TARGETS)
    x, y = (
        {one.name: random.normal(size=(6, *one.logical)).astype(np.float32) for one in side}
        for side in (ours.INPUTS, ours.OUTPUTS)
    )
    assert_same_step(ours, other, x, y, seed)


KERNELS = {  # layers whose kernels get other axes: (the input, the layer, the weight's axes)
    "Dense of a vector": ("[5]", "op: Dense, units: 3, kernel", 2),
    "Dense of a map": ("[3, 4, 2]", "op: Dense, units: 3, kernel", 2),
    "Dense of a flattened map": ("[3, 4, 2]", "op: Dense, from: flat, units: 3, kernel", 2),
    "Conv1D": ("[6, 4]", "op: Conv1D, filters: 3, kernel_size: 2, kernel", 3),
    "SimpleRNN": ("[4, 3]", "op: SimpleRNN, units: 3, kernel", 2),
    "SimpleRNN's state": ("[4, 3]", "op: SimpleRNN, units: 3, recurrent", 2),
}


@pytest.mark.keras
@pytest.mark.parametrize("kind", KERNELS)
def test_constraints_follow_their_axes(kind: str, tmp_path: Path) -> None:
    """Along every axis and pair of axes of the kernel, counted from either end."""
    rank = KERNELS[kind][2]
    axes = [*range(-rank, rank), *(list(pair) for size in range(3) for pair in permutations(range(-rank, rank), size))]
    axes = [one for one in axes if isinstance(one, int) or len({each % rank for each in one}) == len(one)]
    limits = ["MaxNorm, max_value: 0.2", "MinMaxNorm, min_value: 0.5, rate: 0.7", "UnitNorm"]
    values = [f"{{op: {limits[at % 3]}, axis: {axis}}}" for at, axis in enumerate(axes)]
    ours, other = modules(kind, "constraint", values, tmp_path)
    random = np.random.default_rng(1)
    x, y = (
        {one.name: random.normal(size=(6, *one.logical)).astype(np.float32) for one in side}
        for side in (ours.INPUTS, ours.OUTPUTS)
    )
    assert_same_step(ours, other, x, y)


@pytest.mark.keras
@pytest.mark.parametrize("kind", KERNELS)
def test_seeded_kernels_start_from_the_same_numbers(kind: str, tmp_path: Path) -> None:
    simple = ["GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "Orthogonal"]
    scaled = [
        f"VarianceScaling, scale: 0.5, mode: {mode}, distribution: {distribution}"
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("truncated_normal", "untruncated_normal", "uniform")
    ]
    drawn = ["RandomNormal", "RandomUniform", "TruncatedNormal", *simple, *scaled]
    ours, other = modules(kind, "initializer", [f"{{op: {one}, seed: 7}}" for one in drawn], tmp_path)
    expected, found = other.build_model(), other.build_model()
    other.load_reference_weights(expected, ours.build_model())
    for (name, weight), (_, one) in zip(arrays_of(found).items(), arrays_of(expected).items(), strict=True):
        if name.endswith("/kernel") and ("state" in kind) == ("_state" in name):
            np.testing.assert_allclose(weight, one, rtol=1e-5, atol=1e-6, err_msg=name)


def modules(kind: str, setting: str, values: list[str], folder: Path) -> list[Any]:
    """Both builds of a network that has the layer once with each value of one of its kernel's settings."""
    shape, layer, _ = KERNELS[kind]
    nodes = "  flat: {op: Flatten, from: x}\n" if "flat" in layer else ""
    for at, value in enumerate(values):
        nodes += f"  y{at}: {{{layer}_{setting}: {value}{'' if 'from' in layer else ', from: x'}}}\n"
    outputs = ", ".join(f"y{at}" for at in range(len(values)))
    losses = ", ".join(f"y{at}: mse" for at in range(len(values)))
    text = f"specc: 1\nname: settings\ninputs: {{x: {shape}}}\nnodes:\n{nodes}outputs: [{outputs}]\n"
    text += f"training: {{optimizer: SGD, losses: {{{losses}}}}}\n"
    (folder / "settings.yaml").write_text(text, "utf-8")
    return [Net("settings", folder).module(target) for target in TARGETS]
