"""Networks of Embeddings and attention, built for keras: equal to plain Keras, and to arithmetic written out."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from specc.driver import Checked, check_source, run_build
from specc.emit.module import plain_text
from specc.emit.probes import integers_below, probes
from specc.ir import TensorType
from specc.source import Source
from tests.nets import Array, assert_equal

pytestmark = pytest.mark.keras
TOLERANCE = 1e-5

ENCODER = """\
specc: 1
name: encoder
params: {vocabulary: 50, steps: 12, size: 16, heads: 2}
inputs:
  tokens: {shape: ["${steps}"], dtype: int32}
  places: {shape: ["${steps}"], dtype: int32, doc: "Where each token stands: 0, 1, 2 …"}
blocks:
  encoder:
    params: {heads: int, size: int}
    inputs: x
    nodes:
      attention: {op: MultiHeadAttention, num_heads: "${heads}", key_dim: "${size // heads}", from: [x, x]}
      joined: {op: Add, from: [x, attention]}
      settled: {op: LayerNormalization, epsilon: 1e-6}
      wide: {op: Dense, units: "${2 * size}", activation: gelu}
      narrow: {op: Dense, units: "${size}"}
      added: {op: Add, from: [settled, narrow]}
      out: {op: LayerNormalization, epsilon: 1e-6}
    outputs: out
nodes:
  words: {op: Embedding, input_dim: "${vocabulary}", output_dim: "${size}", from: tokens}
  positions: {op: Embedding, input_dim: "${steps}", output_dim: "${size}", from: places}
  x: {op: Add, from: [words, positions]}
  layers: {block: encoder, repeat: 2, heads: "${heads}", size: "${size}"}
  flat: {op: Flatten}
  topic: {op: Dense, units: 4, activation: softmax}
outputs: topic
"""


def encoder_by_hand() -> Any:
    """The network as a Keras user writes it."""
    import keras
    from keras import layers

    tokens, places = keras.Input((12,), dtype="int32"), keras.Input((12,), dtype="int32")
    x = layers.Embedding(50, 16)(tokens) + layers.Embedding(12, 16)(places)
    for _ in range(2):
        x = layers.LayerNormalization(epsilon=1e-6)(x + layers.MultiHeadAttention(2, 8)(x, x))
        inner = layers.Dense(32, activation="gelu")(x)
        x = layers.LayerNormalization(epsilon=1e-6)(x + layers.Dense(16)(inner))
    return keras.Model([tokens, places], layers.Dense(4, activation="softmax")(layers.Flatten()(x)))


def checked(text: str) -> Checked:
    found = check_source(Source("net.yaml", text), targets=["keras"])
    assert found.ok, found.diagnostics
    return found


def loaded(found: Checked) -> tuple[ModuleType, Any]:
    """The emitted module, and its model on random weights."""
    from specc.emit import runtime

    assert found.spec is not None
    module = runtime.load_module(plain_text(found.spec, found.lowered["keras"], found.targets["keras"]), "attending")
    model = runtime.build(module)
    runtime.randomize(model, 3, gain=1.4)
    return module, model


def inputs_of(found: Checked) -> dict[str, Array]:
    assert found.graph is not None
    kinds = {node.name: found.types[node.name, "out"] for node in found.graph.inputs}
    return probes(kinds, 6, 3, integers_below(found.graph))


def run(text: str) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Inputs, weights by `layer/weight`, and results by output, of a spec's keras build."""
    from specc.emit import runtime

    found = checked(text)
    module, model = loaded(found)
    data = inputs_of(found)
    restored = module.restore_outputs(runtime.predict(model, module.adapt_inputs(dict(data))))
    names = [tensor.name for tensor in module.OUTPUTS]
    weights = {name: np.asarray(one, np.float64) for name, one in module._weights(model).items()}
    return data, weights, restored if len(names) > 1 else {names[0]: np.asarray(restored)}


def test_an_encoder_equals_the_network_by_hand() -> None:
    found = checked(ENCODER)
    module, model = loaded(found)
    data = inputs_of(found)
    hand = encoder_by_hand()
    assert [weight.shape for weight in hand.weights] == [weight.shape for weight in model.weights]
    hand.set_weights(model.get_weights())
    expected = np.asarray(hand(list(data.values()), training=False))
    ours = np.asarray(model(module.adapt_inputs(dict(data)), training=False))
    assert_equal({"topic": ours}, {"topic": expected}, TOLERANCE)
    assert found.costs is not None
    assert found.costs.parameters == hand.count_params()


def test_weights_of_inner_layers_are_found_by_their_path() -> None:
    from specc.emit import runtime

    found = checked(ENCODER)
    module, model = loaded(found)
    named = module._weights(model)
    assert len(named) == len(model.weights)
    assert named["layers_1_attention/query/kernel"].shape == (16, 2, 8)
    again = runtime.build(module)
    source = {name: weight.numpy() for name, weight in named.items()}
    module.load_reference_weights(again, source)
    for one, other in zip(module._weights(again).items(), source.items(), strict=True):
        assert one[0] == other[0]
        np.testing.assert_array_equal(one[1].numpy(), other[1])
    del source["layers_1_attention/query/kernel"]
    with pytest.raises(ValueError, match="the reference has no weight `layers_1_attention/query/kernel`"):
        module.load_reference_weights(again, source)


def test_an_encoder_is_built_and_proven(tmp_path: Any) -> None:
    path = tmp_path / "encoder.yaml"
    path.write_text(ENCODER, encoding="utf-8")
    result = run_build(path, out=tmp_path / "build")
    assert result.ok, result.diagnostics
    assert len(result.comparisons) == 4 and all(one.ok for one in result.comparisons)


def softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


def attend(query: Array, key: Array, value: Array, mask: Array) -> tuple[Array, Array]:
    """Attention in double precision: `[..., steps, size]` each, and which step sees which."""
    scores = softmax(np.where(mask, query @ np.swapaxes(key, -1, -2), -np.inf))
    return scores @ value, scores


def heads(x: Array, weights: dict[str, Array], part: str) -> Array:
    """A projection, with the heads before the steps."""
    return np.einsum("bsf,fhd->bhsd", x, weights[f"it/{part}/kernel"]) + weights[f"it/{part}/bias"][:, None]


def joined(x: Array, weights: dict[str, Array]) -> Array:
    kernel, bias = weights["it/attention_output/kernel"], weights["it/attention_output/bias"]
    return np.einsum("bhsd,hdf->bsf", x, kernel) + bias


CAUSAL = np.tril(np.ones((5, 5), bool))
NEAR = np.abs(np.subtract.outer(np.arange(5), np.arange(5))) < 2


@pytest.mark.parametrize(
    ("attributes", "mask"),
    [
        ("", np.ones((5, 5), bool)),
        ("use_causal_mask: true", CAUSAL),
        ("sliding_window: 2", NEAR),
        ("use_causal_mask: true, sliding_window: 2", CAUSAL & NEAR),
    ],
)
@pytest.mark.parametrize("scores", [False, True])
def test_heads_written_out(attributes: str, mask: Array, scores: bool) -> None:
    flags = "".join(f", {part}" for part in (attributes, "return_attention_scores: true" if scores else "") if part)
    data, weights, found = run(f"""
specc: 1
name: heads
inputs: {{x: [5, 6]}}
nodes:
  it: {{op: MultiHeadAttention, num_heads: 2, key_dim: 4, value_dim: 3, use_gate: true, from: [x, x]{flags}}}
outputs: {{out: it{", scores: it.scores" if scores else ""}}}
""")
    x = np.asarray(data["x"], np.float64)
    query, key, value, gate = (heads(x, weights, part) for part in ("query", "key", "value", "gate"))
    mean, expected = attend(query / 2.0, key, value, mask)  # by the root of key_dim
    out = joined(mean / (1 + np.exp(-gate)), weights)
    assert_equal(found, {"out": out, **({"scores": expected} if scores else {})}, TOLERANCE)


def test_groups_of_heads_written_out() -> None:
    data, weights, found = run("""
specc: 1
name: groups
inputs: {x: [4, 6], y: [5, 6]}
nodes:
  it:
    op: GroupQueryAttention
    head_dim: 4
    num_query_heads: 4
    num_key_value_heads: 2
    return_attention_scores: true
    from: [x, y]
outputs: {out: it, scores: it.scores}
""")
    x, y = (np.asarray(data[name], np.float64) for name in "xy")
    key, value = (np.repeat(heads(y, weights, part), 2, axis=1) for part in ("key", "value"))
    mean, scores = attend(heads(x, weights, "query") / 2.0, key, value, np.ones((4, 5), bool))
    assert_equal(found, {"out": joined(mean, weights), "scores": scores}, TOLERANCE)


def test_attention_without_heads_written_out() -> None:
    data, weights, found = run("""
specc: 1
name: plain
inputs: {x: [5, 4], y: [5, 3], z: [5, 4]}
nodes:
  dot: {op: Attention, use_scale: true, use_causal_mask: true, return_attention_scores: true, from: [x, y, z]}
  sum: {op: AdditiveAttention, from: [x, y, z]}
outputs: {dot: dot, scores: dot.scores, sum: sum}
""")
    x, y, z = (np.asarray(data[name], np.float64) for name in "xyz")
    dot, scores = attend(x * weights["dot/scale"], z, y, CAUSAL)
    pairs = np.tanh(x[:, :, None] + z[:, None, :])
    added = softmax((weights["sum/scale"] * pairs).sum(-1)) @ y
    assert_equal(found, {"dot": dot, "scores": scores, "sum": added}, TOLERANCE)


def test_instances_of_a_block_may_differ_in_arguments_of_the_call() -> None:
    data, weights, found = run("""
specc: 1
name: differing
inputs: {x: [5, 6]}
blocks:
  seeing:
    params: {causal: false}
    inputs: x
    nodes:
      it: {op: Attention, use_causal_mask: "${causal}", from: [x, x]}
    outputs: it
nodes:
  all: {block: seeing, from: x}
  past: {block: seeing, causal: true, from: x}
outputs: [all, past]
""")
    x = np.asarray(data["x"], np.float64)
    everything, past = (attend(x, x, x, mask)[0] for mask in (np.ones((5, 5), bool), CAUSAL))
    assert not weights
    assert_equal(found, {"all": everything, "past": past}, TOLERANCE)


def test_integers_stay_within_what_is_looked_up() -> None:
    found = checked(ENCODER)
    assert found.graph is not None
    assert integers_below(found.graph) == {"tokens": 50, "places": 12}
    data = inputs_of(found)
    assert {name: int(one.max()) < limit for (name, one), limit in zip(data.items(), (50, 12), strict=True)} == {
        "tokens": True,
        "places": True,
    }
    assert data["tokens"].max() > 12


def test_the_smallest_table_counts_and_what_stands_in_a_wrapper() -> None:
    found = checked("""
specc: 1
name: tables
inputs: {tokens: {shape: [2, 5], dtype: int32}, levels: {shape: [3], dtype: int8}}
nodes:
  large: {op: Embedding, input_dim: 90, output_dim: 4, from: tokens}
  flat: {op: Flatten, from: tokens}
  small: {op: Embedding, input_dim: 30, output_dim: 4}
  each: {op: TimeDistributed, layer: {op: Embedding, input_dim: 20, output_dim: 4}, from: tokens}
  scaled: {op: Rescaling, scale: 0.5, from: levels}
outputs: [large, small, each, scaled]
""")
    assert found.graph is not None
    assert integers_below(found.graph) == {"tokens": 20}
    module, model = loaded(found)
    data = inputs_of(found)
    assert set(np.unique(data["tokens"])) <= set(range(20)) and data["levels"].max() == 7
    assert np.asarray(model(module.adapt_inputs(dict(data)))["each"]).shape == (6, 2, 5, 4)


def test_integers_of_a_narrow_dtype() -> None:
    kind = {"x": TensorType((50,), "int8")}
    assert probes(kind, 8, 0, {"x": 1000})["x"].min() >= 0
    assert probes(kind, 8, 0, {})["x"].max() == 7
