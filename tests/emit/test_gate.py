"""The gate itself: faults planted in what a build emits, each of which the proof has to catch, at the right node."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from specc.diagnostics import Diagnostics
from specc.driver import check_source, run_build
from specc.emit import module_text, runtime, verify
from specc.emit.file_check import check_file
from specc.emit.runtime import TFLiteFile
from specc.emit.verify import Comparison
from specc.source import Source

pytestmark = pytest.mark.keras

LOOP = """
specc: 1
name: loop
inputs: {A: [2], B: [2], C: [3]}
nodes:
  pair: {op: Concatenate, from: [a, b]}
  N1: {op: Dense, units: 2, activation: tanh}
  N2: {op: Dense, units: 2, from: C}
  sum: {op: Add, from: [N1, N2]}
  other: {op: Dense, units: 2, from: a}
  result: {op: Concatenate, from: [a, b]}
loops: {settle: {passes: 4, states: {a: {init: A, next: sum}, b: {init: B, next: other}}}}
outputs: result
"""
PICTURE = """
specc: 1
name: picture
inputs: {image: [6, 5, 2]}
nodes:
  conv: {op: Conv2D, filters: 3, kernel_size: 3, padding: same, use_bias: false}
  norm: {op: BatchNormalization}
  act: {op: ReLU}
  flat: {op: Flatten}
  hidden: {op: Dense, units: 4, activation: tanh}
  again: {op: Dense, units: 4, activation: tanh}
  classes: {op: Dense, units: 3, activation: softmax}
outputs: classes
"""


@dataclass(frozen=True)
class Fault:
    """A replacement in the emitted text, and the node at which the proof should see it first."""

    spec: str
    old: str
    new: str
    node: str | None


FAULTS = {
    "kernel axes swapped": Fault(
        PICTURE,
        'reference["hidden/kernel"].reshape(6, 5, 3, 4)',
        'reference["hidden/kernel"].reshape(5, 6, 3, 4).transpose(1, 0, 2, 3)',
        "hidden",
    ),
    "channels before space": Fault(
        PICTURE,
        'reference["hidden/kernel"].reshape(6, 5, 3, 4)',
        'reference["hidden/kernel"].reshape(3, 6, 5, 4).transpose(1, 2, 0, 3)',
        "hidden",
    ),
    "a dropped bias": Fault(PICTURE, 'reference["hidden/bias"]', 'reference["hidden/bias"] * 0', "hidden"),
    "two weights exchanged": Fault(PICTURE, 'reference["again/bias"]', 'reference["hidden/bias"]', "again"),
    "statistics not carried": Fault(PICTURE, 'reference["norm/moving_variance"]', "np.full(3, 1.0)", "norm"),
    "another padding": Fault(
        PICTURE,
        'Conv2D(3, 3, padding="same", use_bias=False, name="conv")(image)',
        'Conv2D(3, 3, use_bias=False, name="conv")(layers.ZeroPadding2D(((2, 0), (1, 1)))(image))',
        "conv",
    ),
    "a missing activation": Fault(PICTURE, 'activation="tanh", name="again"', 'name="again"', "again"),
    "another epsilon": Fault(PICTURE, "layers.BatchNormalization(", "layers.BatchNormalization(epsilon=0.1, ", "norm"),
    "the caller's activation forgotten": Fault(PICTURE, ', "softmax")', ', "linear")', None),
    "one pass too many": Fault(LOOP, "range(4)", "range(5)", "pair"),
    "one pass too few": Fault(LOOP, "range(4)", "range(3)", "pair"),
    "states updated in turn": Fault(LOOP, "a, b = sum_, other", "a = sum_; b = other_layer(a)", "other"),
    "states exchanged": Fault(LOOP, "a, b = A, B", "a, b = B, A", "pair"),
    "an operand order": Fault(LOOP, "pair_layer([a, b])", "pair_layer([b, a])", "pair"),
    "a node computed on every pass": Fault(LOOP, "sum_layer([N1, N2])", "sum_layer([N1, N2_again(C)])", "N2"),
}


def prove(fault: Fault, plant: bool = True) -> tuple[Comparison, ModuleType]:
    checked = check_source(Source("net.yaml", fault.spec), targets=["keras", "tidl"])
    assert checked.ok and checked.spec and checked.graph
    texts = {name: module_text(checked.spec, one, checked.targets[name]) for name, one in checked.lowered.items()}
    text = texts["tidl"]
    if plant:
        assert fault.old in text
        text = text.replace(fault.old, fault.new)
        if "N2_again" in fault.new:
            line = next(line for line in text.splitlines() if line.strip().startswith("N2 = "))
            made, _, _ = line.partition("(C)")
            text = text.replace(line, f"{made.replace('N2 = ', 'N2_again = ')}\n    N2 = N2_again(C)")
    reference = runtime.load_module(texts["keras"], "gate_reference")
    module = runtime.load_module(text, "gate_target")
    inputs = {node.name: checked.types[node.name, "out"] for node in checked.graph.inputs}
    prepared = verify.prepare(reference, inputs, 1)
    try:
        model = runtime.build(module)
        verdict = verify.against_reference(prepared, module, model, checked.graph, checked.lowered["tidl"], "tidl")
    except ValueError as error:  # shapes that no longer fit are found even before anything runs
        verdict = Comparison(str(error), (verify.Difference("", float("inf")),), 0)
    return verdict, module


@pytest.mark.parametrize("name", FAULTS)
def test_catches(name: str) -> None:
    fault = FAULTS[name]
    verdict, _ = prove(fault)
    assert not verdict.ok
    assert (verdict.first.node if verdict.first else None) == fault.node


@pytest.mark.parametrize("spec", [LOOP, PICTURE], ids=["loop", "picture"])
def test_passes_what_is_right(spec: str) -> None:
    verdict, _ = prove(Fault(spec, "", "", None), plant=False)
    assert verdict.ok and 0 <= verdict.error < 1e-5


def test_a_nan_is_no_equality() -> None:
    nan = np.array([[np.nan, 1.0]])
    assert not verify.compare("x", {"y": nan}, {"y": np.array([[2.0, 1.0]])}).ok
    assert not verify.compare("x", {"y": nan}, {"y": nan}).ok


def test_errors_are_measured_by_the_size_of_the_values() -> None:
    small = np.array([1e-6, 2e-6])
    assert verify.scaled_error(small * 1.5, small) == pytest.approx(0.5)
    assert verify.scaled_error(np.array([1e6, 1e6 + 1]), np.array([1e6, 1e6])) == pytest.approx(1e-6)
    assert verify.scaled_error(np.array([[1.0]]), np.array([1.0])) == float("inf")


@pytest.mark.parametrize("spec", [LOOP, PICTURE], ids=["loop", "picture"])
def test_the_reference_depends_on_what_it_is_fed(spec: str) -> None:
    """Equality of outputs that are constant, or not finite, would prove nothing."""
    checked = check_source(Source("net.yaml", spec), targets=["keras"])
    assert checked.spec and checked.graph
    text = module_text(checked.spec, checked.lowered["keras"], checked.targets["keras"])
    inputs = {node.name: checked.types[node.name, "out"] for node in checked.graph.inputs}
    prepared = verify.prepare(runtime.load_module(text, "gate_reference"), inputs, 1)
    for one in prepared.outputs.values():
        assert np.isfinite(one).all() and np.ptp(one) > 1e-3
    for weight in prepared.model.get_weights():
        assert np.ptp(weight) > 0 or weight.size == 1
        assert not np.any(weight == 0) and not np.any(weight == 1)


def lowered_loop() -> Any:
    checked = check_source(Source("net.yaml", LOOP), targets=["tidl"])
    return checked.lowered["tidl"], checked.targets["tidl"]


def test_a_kernel_stored_for_every_pass_is_found() -> None:
    lowered, target = lowered_loop()
    diagnostics = Diagnostics()
    check_file(TFLiteFile({"CONV_2D": 9}, (4, 6, 8), 30), lowered, target, diagnostics)
    assert not diagnostics.finish()
    check_file(TFLiteFile({"CONV_2D": 9}, (4, 6, 8, 8, 8, 8), 54), lowered, target, diagnostics)
    (found,) = diagnostics.finish()
    assert found.code == "file-weights" and "3 of 8 elements" in found.notes[0]


def test_an_operator_the_target_does_not_take_is_found() -> None:
    lowered, target = lowered_loop()
    diagnostics = Diagnostics()
    check_file(TFLiteFile({"CONV_2D": 9, "TILE": 2}, (), 0), lowered, target, diagnostics)
    (found,) = diagnostics.finish()
    assert found.code == "file-operator" and "2 TILE" in found.message


def test_an_operator_the_target_does_not_take_is_at_the_node_it_came_from() -> None:
    lowered, target = lowered_loop()
    node = lowered.graph.nodes[0]
    diagnostics = Diagnostics()
    names = {"TILE": (f"net_1/{node.layer}_1/Repeat/Tile", "other")}
    for _ in range(2):
        check_file(TFLiteFile({"TILE": 2}, (), 0, names), lowered, target, diagnostics)
    (found,) = diagnostics.finish()
    assert found.span == node.origin.span and f"`{node.origin.node}`" in found.message


def test_a_file_with_foreign_operators_is_not_written(tmp_path: Path) -> None:
    """A target that takes the graph and not the operator the converter makes of it: the file has the last word."""
    target = tmp_path / "narrow.yaml"
    target.write_text(
        "target: 1\nname: narrow\ndoc: Dense only, and no FULLY_CONNECTED.\nops: {Input: , Dense: }\n"
        "file: {operators: [CONV_2D], source: nowhere}\n"
    )
    spec = tmp_path / "net.yaml"
    spec.write_text("specc: 1\ninputs: {x: [3]}\nnodes: {y: {op: Dense, units: 2}}\noutputs: y\n")
    result = run_build(spec, target=str(target), out=tmp_path / "out")
    assert {one.code for one in result.diagnostics} == {"file-operator"}
    assert not (tmp_path / "out").exists()
