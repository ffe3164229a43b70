"""Dilated convolutions of one value convert to plain ones, wherever the value comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.driver import run_build
from specc.emit import runtime
from specc.targets import load
from tests.checks import right

CONV = "op: Conv2D, filters: 4, kernel_size: 3, dilation_rate: 2, padding: same"
NETWORKS = {
    "a gated pair": f"""
        nodes:
          p: {{{CONV}, activation: tanh, from: x}}
          q: {{{CONV}, activation: sigmoid, from: x}}
          y: {{op: Multiply, from: [p, q]}}
        outputs: y
    """,
    "causal ones, each padded": """
        nodes:
          row: {op: Reshape, target_shape: [64, 4], from: x}
          p: {op: Conv1D, filters: 4, kernel_size: 2, padding: causal, dilation_rate: 4, from: row}
          q: {op: Conv1D, filters: 4, kernel_size: 2, padding: causal, dilation_rate: 4, from: row}
          y: {op: Add, from: [p, q]}
        outputs: y
    """,
    "a depthwise one among them": f"""
        nodes:
          p: {{{CONV}, from: x}}
          q: {{op: DepthwiseConv2D, kernel_size: 3, dilation_rate: 2, padding: same, from: x}}
          y: {{op: Add, from: [p, q]}}
        outputs: y
    """,
    "equal operands computed twice": f"""
        nodes:
          a: {{op: ReLU, from: x}}
          b: {{op: Activation, activation: linear, from: a}}
          c: {{op: ReLU, from: x}}
          d: {{op: Dropout, rate: 0.5, from: c}}
          p: {{{CONV}, from: b}}
          q: {{{CONV}, from: d}}
          y: {{op: Add, from: [p, q]}}
        outputs: y
    """,
    "a loop that starts and ends in values others read": f"""
        nodes:
          p: {{{CONV}, from: h}}
          q: {{{CONV}, from: h}}
          s: {{op: Add, from: [p, q]}}
          r: {{{CONV}, from: x}}
          t: {{{CONV}, from: h}}
          y: {{op: Add, from: [r, t]}}
        loops:
          steps: {{passes: 3, states: {{h: {{init: x, next: s}}}}}}
        outputs: y
    """,
}


def spec(name: str) -> str:
    lines = [line[8:] for line in NETWORKS[name].splitlines()]
    return "\n".join(["specc: 1", "inputs: {x: [8, 8, 4]}", *lines])


@pytest.mark.keras
@pytest.mark.parametrize("name", NETWORKS)
def test_convert_to_listed_operators(name: str, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(spec(name), encoding="utf-8")
    result = run_build(file, target="tidl", out=tmp_path / "out")
    assert result.ok, [one.message for one in result.diagnostics]
    operators = runtime.read_tflite((tmp_path / "out" / "net_tidl.tflite").read_bytes()).operators
    assert set(operators) <= set(load("tidl").file_operators)


def test_other_dilations_and_values_are_left_alone() -> None:
    checked = right(
        f"""
        specc: 1
        inputs: {{x: [8, 8, 4], z: [8, 8, 4]}}
        nodes:
          p: {{{CONV}, from: x}}
          q: {{{CONV.replace("dilation_rate: 2", "dilation_rate: 3")}, from: x}}
          r: {{{CONV}, from: z}}
          y: {{op: Add, from: [p, q, r]}}
        outputs: y
        """,
        targets=["tidl"],
    )
    assert "MaxPooling2D" not in [node.op for node in checked.lowered["tidl"].graph.nodes]
