"""Recurrent cells written as specs against Keras' own layers with the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.driver import check_source
from specc.emit import runtime
from specc.emit.module import plain_text
from specc.source import Source

pytestmark = pytest.mark.keras

STEPS, FEATURES, UNITS = 7, 3, 4

LSTM = """
specc: 1
name: lstm
inputs: {features: [7, 3], h_start: [4], c_start: [4]}
blocks:
  gate:
    params: {activation: {type: str, default: sigmoid}}
    inputs: [row, state]
    nodes:
      of_row:   {op: Dense, units: 4, from: row}
      of_state: {op: Dense, units: 4, use_bias: false, from: state}
      sum:      {op: Add, from: [of_row, of_state]}
      result:   {op: Activation, activation: "${activation}"}
    outputs: result
nodes:
  i: {block: gate, from: [x_t, h]}
  f: {block: gate, from: [x_t, h]}
  g: {block: gate, activation: tanh, from: [x_t, h]}
  o: {block: gate, from: [x_t, h]}
  kept:   {op: Multiply, from: [f, c]}
  added:  {op: Multiply, from: [i, g]}
  cell:   {op: Add, from: [kept, added]}
  bent:   {op: Activation, activation: tanh}
  hidden: {op: Multiply, from: [o, bent]}
loops:
  steps:
    scan: {x_t: FEATURES}
    states:
      h: {init: h_start, next: hidden}
      c: {init: c_start, next: cell}
    collect: {sequence: hidden}
outputs: [sequence, h, c]
"""

GRU = """
specc: 1
name: gru
inputs: {features: [7, 3]}
nodes:
  z_x: {op: Dense, units: 4, from: x_t}
  r_x: {op: Dense, units: 4, from: x_t}
  n_x: {op: Dense, units: 4, from: x_t}
  z_h: {op: Dense, units: 4, from: h}
  r_h: {op: Dense, units: 4, from: h}
  n_h: {op: Dense, units: 4, from: h}
  z_sum: {op: Add, from: [z_x, z_h]}
  z:     {op: Activation, activation: sigmoid}
  r_sum: {op: Add, from: [r_x, r_h]}
  r:     {op: Activation, activation: sigmoid}
  reset: {op: Multiply, from: [r, n_h]}
  n_sum: {op: Add, from: [n_x, reset]}
  n:     {op: Activation, activation: tanh}
  change: {op: Subtract, from: [h, n]}
  kept:   {op: Multiply, from: [z, change]}
  hidden: {op: Add, from: [n, kept]}
loops:
  steps:
    scan: {x_t: FEATURES}
    states: {h: {init: zeros, next: hidden}}
    collect: {sequence: hidden}
outputs: [sequence, h]
"""


def lstm_weights(kernel: Any, recurrent: Any, bias: Any) -> dict[str, Any]:
    """Keras keeps the gates i, f, g, o side by side."""
    found: dict[str, Any] = {}
    for at, gate in enumerate("ifgo"):
        part = slice(at * UNITS, (at + 1) * UNITS)
        found |= {f"{gate}_of_row/kernel": kernel[:, part], f"{gate}_of_row/bias": bias[part]}
        found[f"{gate}_of_state/kernel"] = recurrent[:, part]
    return found


def gru_weights(kernel: Any, recurrent: Any, bias: Any) -> dict[str, Any]:
    """Keras keeps the gates z, r, n side by side, and both biases one above the other."""
    found: dict[str, Any] = {}
    for at, gate in enumerate("zrn"):
        part = slice(at * UNITS, (at + 1) * UNITS)
        found |= {f"{gate}_x/kernel": kernel[:, part], f"{gate}_x/bias": bias[0, part]}
        found |= {f"{gate}_h/kernel": recurrent[:, part], f"{gate}_h/bias": bias[1, part]}
    return found


@pytest.mark.parametrize("target", ["keras", "tidl"])
@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_a_cell_by_hand_is_the_layer_of_keras(cell: str, reverse: bool, target: str, tmp_path: Path) -> None:
    keras = runtime.keras()
    layer = getattr(keras.layers, cell)(UNITS, return_sequences=True, return_state=True, go_backwards=reverse)
    random = np.random.default_rng(5)
    shapes = [(STEPS, FEATURES), *([(UNITS,)] * 2 if cell == "LSTM" else [])]
    given = [random.normal(size=(3, *shape)).astype("float32") for shape in shapes]
    options = {"initial_state": given[1:]} if len(given) > 1 else {}
    layer(given[0], **options)
    weights = [random.normal(0, 0.7, one.shape).astype("float32") for one in layer.weights]
    layer.set_weights(weights)
    expected = layer(given[0], **options)

    scanned = "{from: features, reverse: true}" if reverse else "features"
    text = {"LSTM": LSTM, "GRU": GRU}[cell].replace("FEATURES", scanned)
    checked = check_source(Source("cell.yaml", text), targets=[target])
    assert not checked.diagnostics and checked.spec is not None
    text = plain_text(checked.spec, checked.lowered[target], checked.targets[target])
    module = runtime.load_module(text, f"{cell}_{target}_{reverse}")
    model = module.build_model()
    by_name = {"LSTM": lstm_weights, "GRU": gru_weights}[cell](*weights)
    module.load_reference_weights(model, by_name)
    assert model.count_params() == layer.count_params()
    adapted = module.adapt_inputs(given if len(given) > 1 else given[0])
    found = module.restore_outputs(model(adapted))
    for one, name in zip(expected, ("sequence", "h", "c"), strict=False):
        np.testing.assert_allclose(found[name], one, rtol=1e-5, atol=1e-6)
