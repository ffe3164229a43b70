"""Recurrent layers of emitted modules against Keras networks written by hand: wiring, states, weights, files."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import specc
from specc.driver import run_build
from specc.emit import runtime

pytestmark = pytest.mark.keras

NETWORK = """
specc: 1
name: forecaster
inputs: {x: [6, 3], h: [4], c: [4]}
nodes:
  encoder: {op: LSTM, units: 4, return_sequences: true, return_state: true, from: [x, h, c]}
  per_step: {op: TimeDistributed, layer: {op: Dense, units: 5, activation: relu}, from: encoder.sequence}
  both: {op: Bidirectional, layer: {op: GRU, units: 3, return_sequences: true, return_state: true}, merge_mode: null}
  either: {op: Add, from: [both.forward, both.backward]}
  stack: {op: RNN, cell: [{op: LSTMCell, units: 4}, {op: GRUCell, units: 3}], from: either, return_state: true}
  again:
    op: RNN
    cell: [{op: LSTMCell, units: 4}, {op: GRUCell, units: 3}]
    from: [either, stack.cell_0_state_h, stack.cell_0_state_c, both.backward_state_h]
  last: {op: Concatenate, from: [stack, again, encoder.state_h, encoder.state_c]}
  y: {op: Dense, units: 1}
outputs: y
"""


def by_hand() -> Any:
    keras = runtime.keras()
    layers = keras.layers
    x, h, c = keras.Input((6, 3)), keras.Input((4,)), keras.Input((4,))
    steps, state_h, state_c = layers.LSTM(4, return_sequences=True, return_state=True)(x, initial_state=[h, c])
    per_step = layers.TimeDistributed(layers.Dense(5, activation="relu"))(steps)
    gru = layers.GRU(3, return_sequences=True, return_state=True)
    forward, backward, _, backward_state = layers.Bidirectional(gru, merge_mode=None)(per_step)
    either = layers.Add()([forward, backward])
    first = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)], return_state=True)
    stack, states, _ = first(either)
    second = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)])
    again = second(either, initial_state=[states, backward_state])
    last = layers.Concatenate()([stack, again, state_h, state_c])
    return keras.Model([x, h, c], layers.Dense(1)(last))


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recurrent") / "forecaster.yaml"
    path.write_text(NETWORK)
    return path


@pytest.fixture(scope="module")
def built(spec: Path) -> Path:
    out = spec.parent / "build"
    specc.build(spec, out=out)
    return out


def randoms(shapes: list[tuple[int, ...]], seed: int) -> list[Any]:
    random = np.random.default_rng(seed)
    return [random.normal(0, 0.6, shape).astype("float32") for shape in shapes]


def test_the_network_is_the_one_written_by_hand(spec: Path) -> None:
    model, other = specc.load_model(spec), by_hand()
    assert model.count_params() == other.count_params()
    weights = randoms([tuple(one.shape) for one in other.weights], 1)
    model.set_weights(weights)
    other.set_weights(weights)
    given = randoms([(3, 6, 3), (3, 4), (3, 4)], 2)
    np.testing.assert_allclose(model(given), other(given), rtol=1e-5, atol=1e-6)


def test_every_file_computes_the_same(built: Path) -> None:
    given = dict(zip("xhc", randoms([(1, 6, 3), (1, 4), (1, 4)], 3), strict=True))
    expected = runtime.load_keras(built / "forecaster_keras.keras")(list(given.values()))
    found = runtime.run_tflite((built / "forecaster_keras.tflite").read_bytes(), given)
    np.testing.assert_allclose(next(iter(found.values())), expected, rtol=1e-4, atol=1e-5)


def test_weights_of_inner_layers_are_known_by_name(built: Path) -> None:
    text = (built / "forecaster_keras.py").read_text()
    module = runtime.load_module(text, "forecaster")
    source = {name: np.full(shape, index, "float32") for index, (name, shape) in enumerate(module.REFERENCE.items())}
    assert [name for name in source if name.endswith("/kernel")] == [
        "encoder/kernel",
        "per_step/kernel",
        "both/forward_layer/kernel",
        "both/backward_layer/kernel",
        "stack/cell_0/kernel",
        "stack/cell_1/kernel",
        "again/cell_0/kernel",
        "again/cell_1/kernel",
        "y/kernel",
    ]
    model = module.build_model()
    module.load_reference_weights(model, source)
    both = model.get_layer("both")
    numbers = list(source)
    assert np.all(both.forward_layer.cell.kernel == numbers.index("both/forward_layer/kernel"))
    assert np.all(both.backward_layer.cell.bias == numbers.index("both/backward_layer/bias"))
    second = model.get_layer("again").cell.cells[1]
    assert np.all(second.recurrent_kernel == numbers.index("again/cell_1/recurrent_kernel"))
    another = module.build_model()  # whose inner layers Keras numbers anew
    module.load_reference_weights(another, model)
    for one, other in zip(model.weights, another.weights, strict=True):
        np.testing.assert_array_equal(one, other)


_STEPS, _IMAGES = (5, 3), (4, 6, 5, 2)
Make = Callable[[Any], Any]
LAYERS: list[tuple[str, tuple[int, ...], Make]] = [
    ("{op: LSTM, units: 4, go_backwards: true, use_bias: false}", _STEPS,
     lambda k: k.LSTM(4, go_backwards=True, use_bias=False)),
    ("{op: LSTM, units: 4, unroll: true, return_sequences: true, recurrent_activation: hard_sigmoid}", _STEPS,
     lambda k: k.LSTM(4, unroll=True, return_sequences=True, recurrent_activation="hard_sigmoid")),
    ("{op: GRU, units: 4}", _STEPS, lambda k: k.GRU(4)),
    ("{op: GRU, units: 4, reset_after: false, return_sequences: true, activation: relu}", _STEPS,
     lambda k: k.GRU(4, reset_after=False, return_sequences=True, activation="relu")),
    ("{op: SimpleRNN, units: 4, return_sequences: true, go_backwards: true}", _STEPS,
     lambda k: k.SimpleRNN(4, return_sequences=True, go_backwards=True)),
    ("{op: ConvLSTM1D, filters: 3, kernel_size: 2, strides: 2}", (4, 7, 2),
     lambda k: k.ConvLSTM1D(3, 2, strides=2)),
    ("{op: ConvLSTM2D, filters: 3, kernel_size: [3, 2], padding: same, return_sequences: true}", _IMAGES,
     lambda k: k.ConvLSTM2D(3, (3, 2), padding="same", return_sequences=True)),
    ("{op: ConvLSTM2D, filters: 3, kernel_size: 2, dilation_rate: 2, go_backwards: true}", _IMAGES,
     lambda k: k.ConvLSTM2D(3, 2, dilation_rate=2, go_backwards=True)),
    ("{op: ConvLSTM3D, filters: 2, kernel_size: 2}", (3, 4, 3, 3, 2), lambda k: k.ConvLSTM3D(2, 2)),
    *[
        (f"{{op: Bidirectional, layer: {{op: LSTM, units: 4, return_sequences: true}}, merge_mode: {mode}}}", _STEPS,
         lambda k, mode=mode: k.Bidirectional(k.LSTM(4, return_sequences=True), merge_mode=mode))
        for mode in ("concat", "sum", "mul", "ave")
    ],
    ("{op: Bidirectional, layer: {op: LSTM, units: 4},"
     " backward_layer: {op: LSTM, units: 4, go_backwards: true, activation: relu}}", _STEPS,
     lambda k: k.Bidirectional(k.LSTM(4), backward_layer=k.LSTM(4, go_backwards=True, activation="relu"))),
    ("{op: Bidirectional, layer: {op: ConvLSTM2D, filters: 2, kernel_size: 2}}", _IMAGES,
     lambda k: k.Bidirectional(k.ConvLSTM2D(2, 2))),
    ("{op: TimeDistributed, layer: {op: Conv2D, filters: 3, kernel_size: 2, activation: relu}}", _IMAGES,
     lambda k: k.TimeDistributed(k.Conv2D(3, 2, activation="relu"))),
    ("{op: TimeDistributed, layer: {op: Bidirectional, layer: {op: GRU, units: 2}}}", (3, 4, 2),
     lambda k: k.TimeDistributed(k.Bidirectional(k.GRU(2)))),
    ("{op: RNN, cell: {op: SimpleRNNCell, units: 4}, go_backwards: true}", _STEPS,
     lambda k: k.RNN(k.SimpleRNNCell(4), go_backwards=True)),
    ("{op: RNN, cell: [{op: GRUCell, units: 4, reset_after: false}, {op: LSTMCell, units: 2}]}", _STEPS,
     lambda k: k.RNN([k.GRUCell(4, reset_after=False), k.LSTMCell(2)])),
]  # fmt: skip


@pytest.mark.parametrize(("node", "shape", "make"), LAYERS, ids=[node for node, _, _ in LAYERS])
def test_a_layer_computes_what_keras_computes(node: str, shape: tuple[int, ...], make: Make, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(f"specc: 1\ninputs: {{x: {list(shape)}}}\nnodes: {{y: {node}}}\noutputs: y\n")
    model, layer = specc.load_model(path), make(importlib.import_module("keras").layers)
    (given,) = randoms([(2, *shape)], 4)
    layer(given)
    weights = randoms([tuple(one.shape) for one in layer.weights], 5)
    model.set_weights(weights)
    layer.set_weights(weights)
    np.testing.assert_allclose(model(given), layer(given), rtol=1e-5, atol=1e-6)


def test_what_is_frozen_is_not_trained(tmp_path: Path) -> None:
    """Keras itself would train the layers inside."""
    path = tmp_path / "net.yaml"
    node = "{op: TimeDistributed, layer: {op: Bidirectional, layer: {op: GRU, units: 2}}, trainable: false}"
    path.write_text(f"specc: 1\ninputs: {{x: [3, 4, 2]}}\nnodes: {{y: {node}}}\noutputs: y\n")
    assert specc.load_model(path).trainable_variables == []


def test_a_tensor_that_tflite_cannot_take_steps_of_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    node = "{op: ConvLSTM3D, filters: 2, kernel_size: 2}"
    path.write_text(f"specc: 1\ninputs: {{x: [2, 3, 3, 3, 1]}}\nnodes: {{y: {node}}}\noutputs: y\n")
    result = run_build(path, out=tmp_path / "out")
    assert [one.code for one in result.diagnostics] == ["build-failed"]
    assert "`y`" in result.diagnostics[0].message and "6 axes" in result.diagnostics[0].message
    assert not (tmp_path / "out").exists()
    assert run_build(path, out=tmp_path / "out", artifacts=("py", "keras")).ok


def test_recurrent_layers_within_a_loop_of_the_spec(tmp_path: Path) -> None:
    """A state of the loop is a sequence, which the layers go through on every pass with the same weights."""
    path = tmp_path / "net.yaml"
    path.write_text(
        "specc: 1\ninputs: {x: [5, 3]}\nnodes:\n"
        "  r: {op: LSTM, units: 3, return_sequences: true, from: s}\n"
        "  b: {op: Bidirectional, layer: {op: GRU, units: 3, return_sequences: true}, merge_mode: sum}\n"
        "loops: {settle: {passes: 2, states: {s: {init: x, next: b}}}}\noutputs: s\n"
    )
    layers = runtime.keras().layers
    first = layers.LSTM(3, return_sequences=True)
    second = layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum")
    model = specc.load_model(path)
    (given,) = randoms([(2, 5, 3)], 7)
    second(first(given))
    weights = randoms([tuple(one.shape) for one in model.weights], 8)
    model.set_weights(weights)
    first.set_weights(weights[:3])
    second.set_weights(weights[3:])
    expected = second(first(second(first(given))))
    np.testing.assert_allclose(model(given), expected, rtol=1e-5, atol=1e-6)
