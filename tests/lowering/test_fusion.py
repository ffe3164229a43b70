"""Factors and gates that the TFLite converter would fuse: the files hold listed operators and each kernel once."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.driver import run_build

SHARED = {
    "one call scaled before": """
          k: {op: Dense, units: 5, from: x}
          s: {op: Rescaling, scale: 0.5, from: x}
          p: {call: k, from: s}
    """,
    "one call scaled after": """
          k: {op: Conv2D, filters: 4, kernel_size: 3, padding: same, from: x}
          s: {op: Rescaling, scale: 0.5, from: k}
          t: {call: k, from: z}
          p: {op: Add, from: [s, t]}
    """,
    "normalised apart": """
          k: {op: Conv2D, filters: 4, kernel_size: 3, padding: same, from: x}
          s: {op: BatchNormalization, from: k}
          t: {call: k, from: z}
          u: {op: BatchNormalization, from: t}
          p: {op: Add, from: [s, u]}
    """,
    "a loop whose state starts scaled": """
          i: {op: Rescaling, scale: 0.3, from: x}
          k: {op: Conv2D, filters: 4, kernel_size: 3, padding: same, from: h}
          p: {op: Activation, activation: tanh, from: k}
        loops:
          steps: {passes: 3, states: {h: {init: i, next: p}}}
    """,
    "hard_silu": "p: {op: Activation, activation: hard_silu, from: x}",
    "hard_silu of a layer": "p: {op: Conv2D, filters: 4, kernel_size: 3, activation: hard_silu, from: x}",
    "a gate by hard_sigmoid": """
          g: {op: Activation, activation: hard_sigmoid, from: x}
          p: {op: Multiply, from: [x, g]}
    """,
    "a gate by hand": """
          a: {op: Rescaling, scale: 1, offset: 3, from: x}
          b: {op: ReLU, max_value: 6, from: a}
          c: {op: Multiply, from: [b, x]}
          p: {op: Rescaling, scale: 0.16666667, from: c}
    """,
}


@pytest.mark.keras
@pytest.mark.parametrize("name", SHARED)
def test_nothing_is_fused(name: str, tmp_path: Path) -> None:
    body = SHARED[name].strip("\n")
    nodes = body if "\n" in body else f"          {body}"
    nodes = "\n".join(line[8:] for line in nodes.rstrip().splitlines())
    inputs = "{x: [8, 8, 4], z: [8, 8, 4]}" if "from: z" in nodes else "{x: [8, 8, 4]}"
    file = tmp_path / "net.yaml"
    file.write_text(f"specc: 1\ninputs: {inputs}\nnodes:\n{nodes}\noutputs: p\n", "utf-8")
    result = run_build(file, target="tidl", out=tmp_path / "out", artifacts=["py", "tflite"])
    assert result.ok, [one.message for one in result.diagnostics]
