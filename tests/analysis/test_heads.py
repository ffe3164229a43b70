"""Warnings about outputs that their loss cannot do anything with, and what each of them costs in Keras itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from specc.spec._training_objects import LOSSES
from tests.checks import check_text, codes

LOGITS = "probabilities-as-logits"
SHARES = "logits-as-probabilities"
SIGNS = "one-sided-output"


def head(last: str, loss: str) -> list[str]:
    return codes(
        check_text(f"""
            specc: 1
            inputs: {{x: [6]}}
            nodes:
              out: {{op: Dense, units: 2, {last}}}
            outputs: out
            training: {{optimizer: Adam, loss: {loss}}}
        """)
    )


ON_LOGITS = [name for name, arguments in LOSSES.items() if "from_logits" in arguments]


@pytest.mark.parametrize("loss", ON_LOGITS)
@pytest.mark.parametrize(
    ("activation", "of_logits", "of_shares"),
    [
        ("linear", [], [SHARES]),
        ("tanh", [], [SHARES]),
        ("log_softmax", [], [SHARES]),  # a softmax gives the shares again; nothing else does
        ("softmax", [LOGITS], []),
        ("sigmoid", [LOGITS], []),
        ("sparsemax", [LOGITS], []),
        ("relu", [SIGNS], []),  # the categorical losses divide by the sum
        ("softplus", [SIGNS], []),
    ],
)
def test_a_cross_entropy_wants_what_from_logits_says(
    loss: str, activation: str, of_logits: list[str], of_shares: list[str]
) -> None:
    last = f"activation: {activation}"
    assert head(last, f"{{op: {loss}, from_logits: true}}") == of_logits
    assert head(last, f"{{op: {loss}, from_logits: false}}") == of_shares
    assert head(last, loss) == of_shares


@pytest.mark.parametrize(
    ("loss", "activation", "told"),
    [
        ("hinge", "relu", True),
        ("squared_hinge", "softmax", True),
        ("hinge", "tanh", False),
        ("hinge", "linear", False),
        ("categorical_hinge", "relu", False),  # its targets are 0 and 1
        ("mse", "relu", False),  # a time to failure is never negative
        ("mae", "softplus", False),
        ("cosine_similarity", "relu", False),  # nobody knows where the targets point
        ("poisson", "exponential", False),
    ],
)
def test_only_a_loss_that_surely_needs_signs_is_told(loss: str, activation: str, told: bool) -> None:
    assert head(f"activation: {activation}", loss) == ([SIGNS] if told else [])


def test_every_activation_is_either_judged_or_left_alone() -> None:
    from specc.analysis import heads
    from specc.ops._keras_objects import ACTIVATION

    groups = [heads._SHARES, heads._POSITIVE, heads._SIGNED]  # pyright: ignore[reportPrivateUsage]
    assert set().union(*groups) == set(ACTIVATION.values)
    assert not any(one & other for one, other in itertools.combinations(groups, 2))


def chain(nodes: str, loss: str = "{op: BinaryCrossentropy, from_logits: true}") -> list[str]:
    return codes(
        check_text(f"""
            specc: 1
            inputs: {{x: [6]}}
            nodes:
              hidden: {{op: Dense, units: 4, activation: sigmoid}}
              {nodes}
            outputs: out
            training: {{optimizer: Adam, loss: {loss}}}
        """)
    )


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ("out: {op: Reshape, target_shape: [2, 2]}", [LOGITS]),
        ("out: {op: Dropout, rate: 0.1}", [LOGITS]),
        ("out: {op: Activation, activation: linear}", [LOGITS]),
        ("out: {op: Activation, activation: softmax}", [LOGITS]),
        ("out: {op: Softmax}", [LOGITS]),
        ("out: {op: ReLU}", [SIGNS]),
        ("out: {op: ReLU, negative_slope: 0.1}", []),
        ("out: {op: LeakyReLU}", []),
        ("out: {op: BatchNormalization}", []),
        ("out: {op: Add, from: [hidden, hidden]}", []),
        ("out: {op: Dense, units: 4}", []),
        ("out: {op: Rescaling, scale: 8, offset: -4}", []),
    ],
)
def test_the_layer_that_makes_the_values_is_judged(nodes: str, told: list[str]) -> None:
    assert chain(nodes) == told


def test_an_output_that_is_a_state_is_what_the_state_becomes() -> None:
    found = check_text("""
        specc: 1
        inputs: {x: [4]}
        nodes:
          both: {op: Concatenate, from: [x, s]}
          step: {op: Dense, units: 4, activation: sigmoid}
        loops: {walk: {passes: 3, states: {s: {init: zeros, next: step}}}}
        outputs: s
        training: {optimizer: Adam, loss: {op: BinaryCrossentropy, from_logits: true}}
    """)
    assert codes(found) == [LOGITS]


def test_an_input_that_is_an_output_is_left_alone() -> None:
    assert codes(
        check_text("""
            specc: 1
            inputs: {x: [4]}
            nodes: {}
            outputs: x
            training: {optimizer: Adam, loss: bce}
        """)
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("node", "told"),
    [
        ("{op: Dense, units: 1, activation: softmax}", True),
        ("{op: Dense, units: 1, activation: sparsemax}", True),
        ("{op: Dense, units: 1, activation: log_softmax}", True),
        ("{op: Dense, units: 1, activation: sigmoid}", False),
        ("{op: Dense, units: 2, activation: softmax}", False),
        ("{op: Softmax, axis: 1}", False),
        ("{op: Softmax, axis: -2}", False),
        ("{op: Softmax, axis: 2}", True),
        ("{op: Softmax, axis: [2]}", True),
        ("{op: Softmax, axis: [1, 2]}", False),
        ("{op: Softmax, axis: 7}", False),  # is another mistake
    ],
)
def test_a_share_of_one_element_is_constant(node: str, told: bool) -> None:
    found = codes(check_text(f"specc: 1\ninputs: {{x: [5, 1]}}\nnodes: {{n: {node}}}\noutputs: n\n"))
    assert ("constant-activation" in found) == told


def test_a_layer_that_is_called_again_is_told_once() -> None:
    found = check_text("""
        specc: 1
        inputs: {x: [4], y: [4]}
        nodes: {a: {op: Dense, units: 1, activation: softmax, from: x}, b: {call: a, from: y}}
        outputs: [a, b]
    """)
    assert codes(found) == ["constant-activation"]


@pytest.mark.parametrize(("attribute", "rate"), [("dropout", 0.7), ("recurrent_dropout", 0.6)])
def test_a_recurrent_layer_that_drops_much_is_told(attribute: str, rate: float) -> None:
    text = f"specc: 1\ninputs: {{x: [5, 2]}}\nnodes: {{r: {{op: LSTM, units: 4, {attribute}: RATE}}}}\noutputs: r\n"
    (found,) = check_text(text.replace("RATE", str(rate))).diagnostics
    assert found.code == "high-drop-rate"
    assert found.help == f"if {rate:g} is the share to keep, write `{attribute}: {1 - rate:.1f}`"
    assert codes(check_text(text.replace("RATE", "0.5"))) == []


# what it costs


@pytest.mark.keras
def test_keras_squashes_twice_where_the_logits_are_lost() -> None:
    import keras

    logits = np.float32([[4.0, -2.0, 0.5]])
    truth = np.float32([[1.0, 0.0, 0.0]])
    right = float(keras.losses.CategoricalCrossentropy(from_logits=True)(truth, logits))
    shares = keras.ops.reshape(keras.activations.softmax(logits), (1, 3))
    wrong = float(keras.losses.CategoricalCrossentropy(from_logits=True)(truth, shares))
    np.testing.assert_allclose(float(keras.losses.CategoricalCrossentropy()(truth, shares)), right, rtol=1e-5)
    assert wrong > 10 * right


@pytest.mark.keras
@pytest.mark.parametrize("name", ["BinaryCrossentropy", "CategoricalCrossentropy"])
def test_a_loss_of_probabilities_gives_no_gradient_below_0(name: str) -> None:
    import keras
    import tensorflow as tf

    output = tf.Variable([[-3.0, 2.0]])
    truth = tf.constant([[1.0, 0.0]])
    with tf.GradientTape() as tape:
        loss = getattr(keras.losses, name)()(truth, output)
    gradient = tape.gradient(loss, output)
    assert float(gradient[0][0]) == 0
    with tf.GradientTape() as tape:
        loss = getattr(keras.losses, name)(from_logits=True)(truth, output)
    assert float(tape.gradient(loss, output)[0][0]) < -0.1


@pytest.mark.keras
@pytest.mark.parametrize(("activation", "value"), [("softmax", 1), ("sparsemax", 1), ("log_softmax", 0)])
def test_keras_gives_the_constant_that_is_named(activation: str, value: float) -> None:
    import keras

    given = np.random.default_rng(0).normal(size=(8, 1)).astype(np.float32)
    found = keras.ops.convert_to_numpy(keras.activations.get(activation)(given))
    np.testing.assert_allclose(found, np.full((8, 1), value), atol=1e-6)
