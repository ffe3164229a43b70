"""Every lowering keeps each element's precision, from 1e-30 to 1e30: what the README calls exact.

The judge is Keras, running the emitted modules of both builds on the same random weights. Element-wise ops are given
elements of all magnitudes at once, infinities among them; ops that sum are given examples of one magnitude each, as the
order of a sum is rounding and not a rewrite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from specc.driver import Checked
from specc.emit import runtime
from specc.emit.module import plain_text
from specc.lowering import _registry as lowerings
from tests.checks import right

EXAMPLES = 61
SUMMED = 2e-5  # of an example's largest element
ALONE = 4e-6  # of the element itself: a few roundings, and those of the functions that both builds call


@dataclass(frozen=True)
class Case:
    """A node over inputs `x`, `z`, … of one or several shapes; `sums` tells how its precision is judged."""

    node: str
    shapes: tuple[str, ...] = ("[3, 4, 2]",)
    sums: bool = False

    @property
    def spec(self) -> str:
        names = "xzvwut"[: len(self.shapes)]
        inputs = ", ".join(f"{name}: {shape}" for name, shape in zip(names, self.shapes, strict=True))
        operands = f"[{', '.join(names)}]" if len(names) > 1 else "x"
        return f"specc: 1\ninputs: {{{inputs}}}\nnodes:\n  y: {{{self.node}, from: {operands}}}\noutputs: y\n"


def merge(op: str, *shapes: str) -> Case:
    return Case(f"op: {op}", shapes)


def activation(name: str, shape: str = "[5]") -> Case:
    return Case(f"op: Activation, activation: {name}", (shape,))


MAP, ROW = "[3, 4, 2]", "[5]"
CASES: dict[str, tuple[Case, ...]] = {
    "activation_to_host": (activation("softplus"), activation("selu", MAP)),
    "average_to_add": (merge("Average", ROW, ROW), merge("Average", MAP, MAP, MAP)),
    "batchnorm_to_nhwc": (Case("op: BatchNormalization", (ROW,)),),
    "concatenate_to_nhwc": (merge("Concatenate", ROW, "[2]"),),
    "conv1d_to_conv2d": (Case("op: Conv1D, filters: 2, kernel_size: 3, padding: causal", ("[9, 2]",), True),),
    "cover_to_pointwise": (Case("op: Conv2D, filters: 2, kernel_size: [9, 8]", ("[9, 8, 2]",), True),),
    "decompose_activation": tuple(
        activation(name, shape)
        for name in ("silu", "hard_sigmoid", "hard_silu", "hard_tanh", "tanh_shrink")
        for shape in (ROW, MAP)
    ),
    "dense_to_conv2d": (Case("op: Dense, units: 3", (ROW,), True), Case("op: Dense, units: 3", (MAP,), True)),
    "elementwise_to_nhwc": (activation("relu"), Case("op: Rescaling, scale: 3", (ROW,))),
    "embed_depthwise_kernel": (Case("op: DepthwiseConv2D, kernel_size: [2, 4]", ("[7, 7, 3]",), True),),
    "extremum_to_pool": tuple(
        merge(op, *shapes)
        for op in ("Maximum", "Minimum")
        for shapes in (
            (ROW, ROW),
            (MAP, MAP, MAP),
            ("[6, 2]",) * 4,
            (ROW, ROW, ROW, ROW, ROW, ROW),
            (MAP, "[1, 1, 2]"),
            ("[5, 1]", "[1, 3]", "[5, 3]"),
            ("[3, 1, 2]", "[3, 7, 2]"),
        )
    ),
    "flatten_to_layout": (Case("op: Flatten", (MAP,)),),
    "global_pool_keepdims": (Case("op: GlobalAveragePooling2D", (MAP,), True),),
    "input_to_nhwc": (activation("relu"),),
    "merge_to_nhwc": (merge("Add", ROW, ROW), merge("Multiply", "[4, 2]", "[2]")),
    "merge_to_pairs": (merge("Add", MAP, MAP, MAP), merge("Multiply", ROW, ROW, ROW)),
    "prevent_fusion": (Case("op: Activation, activation: hard_silu", ("[3, 4, 2]",)),),
    "relu_layers": tuple(
        Case(f"op: ReLU, {limits}", (shape,))
        for limits in (
            "negative_slope: 0.2",
            "max_value: 1",
            "max_value: 6",
            "max_value: 20",
            "max_value: 0.01",
            "max_value: 255, negative_slope: 0.1",
            "max_value: 6, negative_slope: 0.1",
        )
        for shape in (ROW, MAP)
    ),
    "reshape_to_layout": (Case("op: Reshape, target_shape: [4, 6]", (MAP,)),),
    "separate_dilated_convs": (),  # adds pools that select one element: no case of one node has any
    "simple_rnn_to_conv2d": (Case("op: SimpleRNN, units: 3", ("[5, 2]",), True),),
    "softmax_layer": (Case("op: Softmax", (ROW,)),),
    "spatial_dropout_to_nhwc": (Case("op: SpatialDropout1D, rate: 0.5", ("[5, 2]",)),),
    "split_activation": (Case("op: Conv2D, filters: 2, kernel_size: 3, activation: silu", (MAP,), True),),
    "split_large_kernel": (Case("op: Conv2D, filters: 2, kernel_size: [9, 1], padding: same", ("[12, 3, 2]",), True),),
    "subtract_to_add": (merge("Subtract", ROW, ROW), merge("Subtract", MAP, MAP)),
    "view_to_host": (
        Case("op: Permute, dims: [3, 1, 2]", (MAP,)),
        Case("op: Reshape, target_shape: [6, 20]", ("[2, 3, 4, 5]",)),
    ),
    "upsampling_to_resizing": (Case("op: UpSampling2D", (MAP,)),),
}
EACH = [(name, case) for name, cases in CASES.items() for case in cases]


def test_every_lowering_has_a_case() -> None:
    assert set(CASES) == set(lowerings.names())


@pytest.mark.keras
@pytest.mark.parametrize(("name", "case"), EACH, ids=[f"{name}-{case.node}{case.shapes}" for name, case in EACH])
def test_keeps_the_precision_of_every_element(name: str, case: Case) -> None:
    # subtractions of two variables came after SDK 11.0, so its lowering runs there
    options = "\ntargets: {tidl: {sdk: '11.0'}}\n" if name == "subtract_to_add" else ""
    checked = right(case.spec + options, targets=["keras", "tidl"])
    reference, lowered = (_module(checked, target) for target in ("keras", "tidl"))
    expected_model, model = runtime.build(reference), runtime.build(lowered)
    runtime.randomize(expected_model, 1)
    lowered.load_reference_weights(model, expected_model)
    inputs = _inputs(checked, case)
    expected = _outputs(reference, expected_model, inputs)
    found = _outputs(lowered, model, inputs)
    judged = np.isfinite(expected)
    assert judged.any()
    size = np.abs(np.where(judged, expected, 0))
    if case.sums:
        size, tolerance = size.reshape(len(size), -1).max(axis=1).reshape(-1, *[1] * (size.ndim - 1)), SUMMED
    else:
        tolerance = ALONE
    with np.errstate(invalid="ignore"):
        wrong = judged & ~(np.abs(found - expected) <= tolerance * size + 1e-37)
    assert not wrong.any(), (expected[wrong][:5], found[wrong][:5])


def _module(checked: Checked, target: str) -> Any:
    assert checked.spec is not None
    text = plain_text(checked.spec, checked.lowered[target], checked.targets[target])
    return runtime.load_module(text, f"exact_{target}")


def _inputs(checked: Checked, case: Case) -> dict[str, Any]:
    random = np.random.default_rng(7)
    found: dict[str, Any] = {}
    assert checked.graph is not None
    for node in checked.graph.inputs:
        shape = (EXAMPLES, *node.attributes.shape)
        exponents = np.linspace(-30, 30, EXAMPLES).reshape(-1, *[1] * (len(shape) - 1))
        values = random.normal(size=shape) * 10.0**exponents
        if not case.sums:
            values = random.normal(size=shape) * 10.0 ** random.uniform(-30, 30, shape)
            values[: EXAMPLES // 2] = random.normal(size=shape)[: EXAMPLES // 2] * 10
            values[random.random(shape) < 0.05] = 0.0
            values[random.random(shape) < 0.05] = -0.0
            values[random.random(shape) < 0.05] = np.inf
            values[random.random(shape) < 0.05] = -np.inf
        found[node.name] = values.astype(np.float32)
    return found


def _outputs(module: Any, model: Any, inputs: dict[str, Any]) -> Any:
    with np.errstate(all="ignore"):
        return np.asarray(module.restore_outputs(runtime.predict(model, module.adapt_inputs(inputs))))
