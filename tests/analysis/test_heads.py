"""Warnings about outputs that their loss cannot do anything with, and what each of them costs in Keras itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from specc.analysis import value_sources
from specc.spec._training_objects import LOSSES
from tests.checks import check_text, codes

LOGITS = "probabilities-as-logits"
SHARES = "logits-as-probabilities"
SIGNS = "one-sided-output"
NO_SUM = "not-a-distribution"
NOT_BINARY = "softmax-with-binary-loss"
ONE = "single-class"
AXIS = "softmax-axis"
DROPS = "dropout-on-output"
TWICE = "double-softmax"


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
    ("activation", "of_logits", "of_shares", "of_shares_binary"),
    [
        ("linear", [], [SHARES], [SHARES]),
        ("tanh", [], [SHARES], [SHARES]),
        ("softmax", [LOGITS], [], [NOT_BINARY]),
        ("sparsemax", [LOGITS], [], [NOT_BINARY]),
        ("sigmoid", [LOGITS], [NO_SUM], []),
        ("hard_sigmoid", [LOGITS], [NO_SUM], []),
        ("relu", [SIGNS], [NO_SUM], [SHARES]),
        ("softplus", [SIGNS], [NO_SUM], [SHARES]),
    ],
)
def test_a_cross_entropy_wants_what_from_logits_says(
    loss: str, activation: str, of_logits: list[str], of_shares: list[str], of_shares_binary: list[str]
) -> None:
    last = f"activation: {activation}"
    expected = of_shares_binary if loss.startswith("Binary") else of_shares
    assert head(last, f"{{op: {loss}, from_logits: true}}") == of_logits
    assert head(last, f"{{op: {loss}, from_logits: false}}") == expected
    assert head(last, loss) == expected


@pytest.mark.parametrize("loss", ON_LOGITS)
@pytest.mark.parametrize("activation", ["log_softmax", "log_sigmoid"])
def test_logits_that_are_never_positive(loss: str, activation: str) -> None:
    """A softmax of logarithms gives the shares again; a sigmoid of them never exceeds one half."""
    told = [SIGNS] if loss.startswith("Binary") else []
    assert head(f"activation: {activation}", f"{{op: {loss}, from_logits: true}}") == told
    assert head(f"activation: {activation}", loss) == [SHARES]


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
        ("out: {op: Dropout, rate: 0.1}", [DROPS, LOGITS]),
        ("out: {op: Dropout, rate: 0.0}", [LOGITS]),
        ("out: {op: Identity}", [LOGITS]),
        ("out: {op: Concatenate, from: [hidden, hidden]}", [LOGITS]),
        ("out: {op: Activation, activation: linear}", [LOGITS]),
        ("out: {op: Activation, activation: softmax}", [TWICE, LOGITS]),
        ("out: {op: Softmax}", [TWICE, LOGITS]),
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


# classes


def network(nodes: str, loss: str = "", inputs: str = "x: [8, 8, 3]") -> list[str]:
    training = f"training: {{optimizer: Adam, loss: {loss}}}\n" if loss else ""
    listed = "".join(f"  {one.strip()}\n" for one in nodes.split(";"))
    return codes(check_text(f"specc: 1\ninputs: {{{inputs}}}\nnodes:\n{listed}outputs: out\n{training}"))


CLASSES = [name for name in LOSSES if "Categorical" in name and name != "CategoricalHinge"]


@pytest.mark.parametrize("loss", CLASSES)
@pytest.mark.parametrize("activation", ["linear", "relu", "sigmoid", "softmax"])
def test_one_unit_has_no_classes(loss: str, activation: str) -> None:
    """A softmax over one element is the same mistake, so it is reported once."""
    assert network(f"flat: {{op: Flatten}}; out: {{op: Dense, units: 1, activation: {activation}}}", loss) == [ONE]
    assert network("out: {op: Conv2D, filters: 1, kernel_size: 1, activation: sigmoid}", loss) == [ONE]
    assert network("a: {op: Dense, units: 1}; b: {op: Flatten}; out: {op: Reshape, target_shape: [64, 1]}", loss) == [
        ONE
    ]


@pytest.mark.parametrize("loss", [*CLASSES, "KLDivergence"])
def test_one_unit_each_of_several_sigmoids(loss: str) -> None:
    several = "; ".join(f"s{one}: {{op: Dense, units: 1, activation: sigmoid, from: flat}}" for one in range(3))
    nodes = f"flat: {{op: Flatten}}; {several}; out: {{op: Concatenate, from: [s0, s1, s2]}}"
    assert network(nodes, loss) == [NO_SUM]


SOFT = "map: {op: Conv2D, filters: 4, kernel_size: 3, padding: same}; soft: {op: Softmax, axis: AXIS}; "


@pytest.mark.parametrize("loss", [*CLASSES, "KLDivergence"])
@pytest.mark.parametrize(
    ("axis", "rest", "told"),
    [
        ("-1", "out: {op: Identity}", []),
        ("3", "out: {op: Dropout, rate: 0.0}", []),
        ("1", "out: {op: Identity}", [AXIS]),
        ("[2, 3]", "out: {op: Identity}", [AXIS]),
        ("-1", "out: {op: Flatten}", [AXIS]),
        ("[1, 2, 3]", "out: {op: Flatten}", []),
        ("-1", "out: {op: Reshape, target_shape: [64, 4]}", []),
        ("-1", "out: {op: Reshape, target_shape: [8, 32]}", [AXIS]),
        ("[2, 3]", "out: {op: Reshape, target_shape: [8, 32]}", []),
        ("-1", "out: {op: Permute, dims: [3, 1, 2]}", [AXIS]),
        ("1", "out: {op: Permute, dims: [2, 3, 1]}", []),
    ],
)
def test_the_softmax_runs_along_the_classes(loss: str, axis: str, rest: str, told: list[str]) -> None:
    assert network(SOFT.replace("AXIS", axis) + rest, loss) == told


@pytest.mark.parametrize(
    ("axis", "rest", "told"),
    [
        ("1", "out: {op: Identity}", [AXIS]),
        ("2", "out: {op: Identity}", [AXIS]),
        ("-1", "out: {op: Identity}", []),
        ("[1, 2]", "out: {op: Identity}", []),  # one distribution over all positions
        ("1", "out: {op: Conv2D, filters: 2, kernel_size: 3}", []),  # attention inside the network
        ("1", "out: {op: Multiply, from: [soft, map]}", []),
    ],
)
def test_a_softmax_along_rows_or_columns_of_an_output(axis: str, rest: str, told: list[str]) -> None:
    assert network(SOFT.replace("AXIS", axis) + rest) == told


@pytest.mark.parametrize("axis", [1, 3])
def test_the_axis_of_a_loss_counts(axis: int) -> None:
    loss = f"{{op: CategoricalCrossentropy, axis: {axis}}}"
    assert network(SOFT.replace("AXIS", str(axis)) + "out: {op: Identity}", loss) == []
    assert network(SOFT.replace("AXIS", str(4 - axis)) + "out: {op: Identity}", loss) == [AXIS]


@pytest.mark.parametrize("first", ["softmax", "sigmoid", "hard_sigmoid", "sparsemax"])
@pytest.mark.parametrize("second", ["{op: Softmax}", "{op: Activation, activation: sigmoid}"])
@pytest.mark.parametrize(
    ("between", "told"),
    [
        ("", [TWICE]),
        ("flat: {op: Flatten}; ", [TWICE]),
        ("drop: {op: Dropout, rate: 0.3}; ", [TWICE]),
        ("idle: {op: Activation, activation: linear}; ", [TWICE]),
        ("dense: {op: Dense, units: 3}; ", []),
        ("scale: {op: Rescaling, scale: 20, offset: -10}; ", []),
    ],
)
def test_a_softmax_of_a_softmax(first: str, second: str, between: str, told: list[str]) -> None:
    nodes = f"a: {{op: Dense, units: 4, activation: {first}}}; {between}out: {second}"
    assert network(nodes, inputs="x: [6]") == told
    inner = f"a: {{op: TimeDistributed, layer: {{op: Dense, units: 4, activation: {first}}}}}; {between}out: {second}"
    assert network(inner, inputs="x: [5, 6]") == told


@pytest.mark.parametrize("noise", sorted(value_sources.NOISES))
def test_noise_on_an_output(noise: str) -> None:
    attribute = "stddev" if noise == "GaussianNoise" else "rate"
    inputs = {"1": "x: [4, 3]", "2": "x: [4, 4, 3]", "3": "x: [4, 4, 4, 3]"}.get(
        noise[-2] if noise[-1] == "D" else "", "x: [6]"
    )
    last = f"{{op: {noise}, {attribute}: 0.2}}"
    soft, plain = (f"a: {{op: Dense, units: 4, activation: {one}}}; out: {last}" for one in ("softmax", "linear"))
    assert network(soft, inputs=inputs) == [DROPS]
    assert network(plain, "mse", inputs=inputs) == [DROPS]
    assert network(plain, inputs=inputs) == []  # features, for all anyone knows
    assert network(f"a: {last}; out: {{op: Dense, units: 4, activation: softmax}}", inputs=inputs) == []


def test_dropout_of_attention_weights_is_common() -> None:
    nodes = """s: {op: Dot, axes: [2, 2], from: [x, x]}; w: {op: Softmax}; d: {op: Dropout, rate: 0.1};
        out: {op: Dot, axes: [2, 1], from: [d, x]}"""
    assert network(nodes, "mse", "x: [5, 6]") == []


def test_findings_inside_of_blocks_and_named_outputs() -> None:
    found = check_text("""
        specc: 1
        inputs: {x: [6]}
        blocks:
          head:
            params: {activation: str}
            inputs: x
            nodes:
              values: {op: Dense, units: 4, activation: "${activation}", from: x}
              shape: {op: Reshape, target_shape: [4]}
            outputs: shape
        nodes:
          one: {block: head, activation: sigmoid, from: x}
          two: {block: head, activation: softmax, from: x}
        outputs: {kind: {op: Activation, activation: linear, from: one}, flag: two}
        training: {optimizer: Adam, losses: {kind: sparse_categorical_crossentropy, flag: bce}}
    """)
    assert codes(found) == [NO_SUM, NOT_BINARY]


def test_values_of_every_pass_are_judged_as_those_of_one() -> None:
    found = check_text("""
        specc: 1
        inputs: {x: [4]}
        nodes:
          both: {op: Concatenate, from: [x, s]}
          step: {op: Dense, units: 4, activation: softmax}
        loops: {walk: {passes: 3, states: {s: {init: x, next: step}}, collect: {all: step}}}
        outputs: [s, all]
        training: {optimizer: Adam, losses: {s: bce, all: categorical_crossentropy}}
    """)
    assert codes(found) == [NOT_BINARY]


# what it costs


@pytest.mark.keras
@pytest.mark.parametrize(
    "name", ["CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy"]
)
@pytest.mark.parametrize("from_logits", [True, False])
def test_one_class_gives_keras_nothing_to_learn(name: str, from_logits: bool) -> None:
    import keras
    import tensorflow as tf

    output = tf.Variable(np.random.default_rng(1).uniform(0.1, 0.9, (6, 1)).astype(np.float32))
    truth = np.zeros((6, 1), np.float32) if name.startswith("Sparse") else np.ones((6, 1), np.float32)
    with tf.GradientTape() as tape:
        loss = getattr(keras.losses, name)(from_logits=from_logits)(truth, output)
    np.testing.assert_allclose(float(loss), 0, atol=1e-6)
    np.testing.assert_allclose(tape.gradient(loss, output), np.zeros((6, 1)), atol=1e-6)


@pytest.mark.keras
def test_a_softmax_of_a_softmax_is_never_sure() -> None:
    import keras

    logits = (40 * np.eye(10)).astype(np.float32)
    twice = keras.ops.convert_to_numpy(keras.activations.softmax(keras.activations.softmax(logits)))
    assert twice.max() < 0.24


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
