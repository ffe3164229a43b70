"""What networks.md says of each network beyond its numbers, on the models that are really built."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.nets import TARGETS, Array, Net, arrays_of, assert_equal, random_inputs, random_weights

pytestmark = pytest.mark.keras

BY_TARGET = pytest.mark.parametrize("target", TARGETS)
TOLERANCE = 1e-5


def applications(model: Any, layer: str) -> int:
    """How many times a layer is computed in a model."""
    return sum(node.operation.name == layer for nodes in model._nodes_by_depth.values() for node in nodes)


# n1n2n3


def restless(seed: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """Weights whose loop has not come to rest after fifty passes, so that each pass shows; and inputs."""
    module = Net("n1n2n3").module("keras")
    weights = random_weights(module.REFERENCE, seed)
    weights["N1/kernel"] = np.array([[-0.97], [0.4]], np.float32)
    return weights, random_inputs(module, seed)


def settled(weights: dict[str, Array], inputs: dict[str, Array], passes: int) -> Array:
    """The network of three neurons as arithmetic."""
    k, bias = weights["N1/kernel"], weights["N1/bias"]
    n2 = inputs["C"] * weights["N2/kernel"] + weights["N2/bias"]
    n3 = inputs["F"] * weights["N3/kernel"] + weights["N3/bias"]
    a, b = inputs["A"], inputs["B"]
    for _ in range(passes):
        a, b = a * k[0] + b * k[1] + bias + n2, n3
    return np.concatenate([a, b], axis=1)


@pytest.mark.parametrize("passes", [1, 5, 50])
@BY_TARGET
def test_n1n2n3_has_seven_parameters_whatever_the_passes(target: str, passes: int) -> None:
    net = Net("n1n2n3")
    weights, inputs = restless(3)
    model = net.model(target, weights, passes=passes)
    assert model.count_params() == 7
    assert {layer: applications(model, layer) for layer in ("N1", "N2", "N3")} == {"N1": passes, "N2": 1, "N3": 1}
    found = net.run(target, weights, inputs, passes=passes)
    assert_equal(found, {"result": settled(weights, inputs, passes)}, TOLERANCE)


def test_passes_make_a_difference() -> None:
    """Otherwise the test above would not see one too many."""
    weights, inputs = restless(3)
    for passes in (1, 5, 49, 50):
        one, other = settled(weights, inputs, passes), settled(weights, inputs, passes + 1)
        assert np.max(np.abs(one - other)) > 10 * TOLERANCE * np.max(np.abs(other))


@pytest.mark.parametrize("passes", [1, 50])
@BY_TARGET
def test_n1n2n3_stores_seven_numbers_in_the_file_whatever_the_passes(target: str, passes: int) -> None:
    from specc.emit import runtime

    weights, _ = restless(3)
    file = runtime.read_tflite(Net("n1n2n3").tflite(target, weights, passes=passes))
    multiplying = {"keras": "FULLY_CONNECTED", "tidl": "CONV_2D"}[target]
    assert file.operators[multiplying] == passes + 2
    assert sorted(file.kernels) == [1, 1, 2]


@BY_TARGET
def test_a_checkpoint_of_one_passes_loads_at_another(target: str, tmp_path: Any) -> None:
    """Weights saved by the model of 2 passes, in each of Keras' formats, give the model of 9 passes its numbers."""
    import keras

    net = Net("n1n2n3")
    module = net.module(target)
    weights, inputs = restless(5)
    trained = net.model(target, weights, passes=2)
    expected = {"result": settled(weights, inputs, 9)}

    trained.save_weights(tmp_path / "trained.weights.h5")
    other = net.model(target, passes=9)
    other.load_weights(tmp_path / "trained.weights.h5")
    found = module.restore_outputs(other.predict(module.adapt_inputs(inputs), verbose=0))
    assert_equal({"result": found}, expected, TOLERANCE)

    if target == "keras":
        trained.save(tmp_path / "trained.keras")
        loaded = keras.models.load_model(tmp_path / "trained.keras")
        assert arrays_of(loaded).keys() == weights.keys()
        for source in (tmp_path / "trained.keras", loaded):
            for name in TARGETS:
                again = net.model(name, passes=9)
                net.module(name).load_reference_weights(again, source)
                found = net.module(name).restore_outputs(
                    again.predict(net.module(name).adapt_inputs(inputs), verbose=0)
                )
                assert_equal({"result": found}, expected, TOLERANCE)


@BY_TARGET
def test_passes_below_one_are_refused(target: str) -> None:
    with pytest.raises(ValueError, match="`passes` has to be at least 1, found 0"):
        Net("n1n2n3").model(target, passes=0)


# dense_neurons

REACHED = {"A": {"sum"}, "B": {"sum"}, "C": {"sum"}, "F": {"N3"}}


@BY_TARGET
def test_connections_that_are_not_in_the_spec_do_not_exist(target: str) -> None:
    net = Net("dense_neurons")
    weights = random_weights(net.module("keras").REFERENCE, 1)
    inputs = random_inputs(net.module("keras"), 1)
    before = net.run(target, weights, inputs)
    for name, reached in REACHED.items():
        after = net.run(target, weights, {**inputs, name: inputs[name] + 1.0})
        changed = {output for output in before if not np.array_equal(before[output], after[output])}
        assert changed == reached, name


@BY_TARGET
def test_the_jacobian_is_zero_where_there_is_no_connection(target: str) -> None:
    import tensorflow as tf

    net = Net("dense_neurons")
    weights = random_weights(net.module("keras").REFERENCE, 2)
    inputs = random_inputs(net.module("keras"), 2)
    module, model = net.module(target), net.model(target, weights)
    given = [tf.constant(array) for array in module.adapt_inputs(inputs)]
    with tf.GradientTape(persistent=True) as tape:
        for one in given:
            tape.watch(one)
        outputs = model(given)
    for tensor, one in zip(module.INPUTS, given, strict=True):
        reached = {name for name, value in outputs.items() if tape.gradient(value, one) is not None}
        assert reached == REACHED[tensor.name]
        for name in reached:
            layer = {"A": "N1", "B": "N1", "C": "N2", "F": "N3"}[tensor.name]
            kernel = weights[f"{layer}/kernel"].ravel()[1 if tensor.name == "B" else 0]
            np.testing.assert_allclose(np.ravel(tape.gradient(outputs[name], one)), kernel, rtol=1e-6)


@BY_TARGET
def test_neurons_have_as_many_weights_as_connections(target: str) -> None:
    arrays = arrays_of(Net("dense_neurons").model(target))
    assert {name: array.size for name, array in arrays.items() if "kernel" in name} == {
        "N1/kernel": 2,
        "N2/kernel": 1,
        "N3/kernel": 1,
    }


# convolutions over steps


@BY_TARGET
def test_a_conv1d_as_long_as_its_input_is_a_dense(target: str) -> None:
    """`(10, 2, 5)` of the convolution is `(20, 5)` of the dense layer on the flattened sequence."""
    net = Net("conv1d_as_dense")
    weights = random_weights(net.module("keras").REFERENCE, 4)
    weights["dense/kernel"] = weights["conv/kernel"].reshape(20, 5)
    weights["dense/bias"] = weights["conv/bias"]
    found = net.run(target, weights, random_inputs(net.module("keras"), 4))
    assert found["conv"].shape == (4, 1, 5)
    assert_equal({"it": found["conv"][:, 0]}, {"it": found["dense"]}, TOLERANCE)


@BY_TARGET
def test_a_conv1d_of_one_step_is_a_dense_on_each_frame(target: str) -> None:
    net = Net("conv1d_per_frame")
    weights = random_weights(net.module("keras").REFERENCE, 4)
    weights["dense/kernel"] = weights["conv/kernel"][0]
    weights["dense/bias"] = weights["conv/bias"]
    found = net.run(target, weights, random_inputs(net.module("keras"), 4))
    assert found["conv"].shape == (4, 10, 5)
    assert_equal({"it": found["conv"]}, {"it": found["dense"]}, TOLERANCE)


@BY_TARGET
def test_the_two_conv2ds_that_replace_a_conv1d(target: str) -> None:
    """`(2, 5, 3)` as `(2, 5, 1, 3)` over one channel, and as `(2, 1, 5, 3)` over five."""
    net = Net("conv1d_steps")
    weights = random_weights(net.module("keras").REFERENCE, 4)
    weights["over_map/kernel"] = weights["conv1d/kernel"][:, :, np.newaxis, :]
    weights["over_channels/kernel"] = weights["conv1d/kernel"][:, np.newaxis, :, :]
    weights["over_map/bias"] = weights["over_channels/bias"] = weights["conv1d/bias"]
    found = net.run(target, weights, random_inputs(net.module("keras"), 4))
    assert found["over_map"].shape == found["over_channels"].shape == (4, 3, 1, 3)
    for name in ("over_map", "over_channels"):
        assert_equal({"it": found[name][:, :, 0]}, {"it": found["conv1d"]}, TOLERANCE)


# dropout, pictures


@BY_TARGET
def test_keeping_seven_tenths_drops_three(target: str) -> None:
    net = Net("mnist_mlp")
    model = net.model(target)
    drops = [layer for layer in model.layers if type(layer).__name__ == "Dropout"]
    assert [layer.rate for layer in drops] == [pytest.approx(0.3)] * 4
    values = np.abs(np.random.default_rng(0).normal(1.0, 0.1, (200, 256))).astype(np.float32)
    dropped = float(np.mean(np.asarray(drops[0](values, training=True)) == 0))
    assert dropped == pytest.approx(0.3, abs=0.01)


@BY_TARGET
def test_the_map_before_flatten(target: str) -> None:
    assert Net("small_cnn").model(target).get_layer("pool2").output.shape == (None, 15, 15, 64)


def test_the_map_of_small_cnn_is_too_large_for_a_kernel() -> None:
    net = Net("small_cnn")
    model = net.model("tidl")
    sizes = {layer.name: layer.kernel_size for layer in model.layers if hasattr(layer, "kernel_size")}
    assert sizes == {"conv1": (2, 2), "conv2": (2, 2), "classes": (1, 1)}
    (reshape,) = [layer for layer in model.layers if type(layer).__name__ == "Reshape"]
    assert (reshape.input.shape, reshape.output.shape) == ((None, 15, 15, 64), (None, 1, 1, 14_400))
    assert model.get_layer("classes").input is reshape.output
    assert not any(type(layer).__name__ in ("Dense", "Flatten") for layer in model.layers)


def test_the_caller_applies_the_softmax_of_small_cnn() -> None:
    """The conv-only model gives logits, its contract says so, and `restore_outputs` makes probabilities of them."""
    from specc.emit import runtime

    net = Net("small_cnn")
    module = net.module("tidl")
    (output,) = module.OUTPUTS
    assert output[:5] == ("classes", (10,), (1, 1, 10), "float32", "softmax")
    assert net.module("keras").OUTPUTS[0].activation == "linear"
    weights = random_weights(net.module("keras").REFERENCE, 6)
    inputs = random_inputs(net.module("keras"), 6)
    logits = runtime.predict(net.model("tidl", weights), module.adapt_inputs(inputs))
    assert logits.shape == (4, 1, 1, 10)
    assert logits.min() < 0 and np.abs(logits.sum(axis=-1) - 1).min() > 1e-3
    rows = logits[:, 0, 0]
    powers = np.exp(np.float64(rows - rows.max(axis=1, keepdims=True)))
    by_hand = powers / powers.sum(axis=1, keepdims=True)
    assert_equal({"it": module.restore_outputs(logits)}, {"it": by_hand.astype(np.float32)}, TOLERANCE)
    assert_equal(net.run("keras", weights, inputs), {"classes": by_hand.astype(np.float32)}, TOLERANCE)


# band_mobilenetv2


def test_four_hundred_steps_are_too_few_for_the_published_momentum() -> None:
    """Such a model looks fine in training and predicts a constant in inference; at 0.988 it does not."""
    from specc.driver import check_source
    from specc.source import Source

    text = Net("band_mobilenetv2").text.replace(
        "  loss: mse\n", "  loss: mse\n  fit: {epochs: 4, steps_per_epoch: 100}\n"
    )
    found = check_source(Source("band_mobilenetv2.yaml", text)).diagnostics
    assert [one.code for one in found] == ["unsettled-statistics"] * text.count("op: BatchNormalization")
    for one in found:
        assert "need 4,497 steps, and training takes 400" in one.message and "`momentum: 0.988`" in one.help
    assert not check_source(Source("band_mobilenetv2.yaml", text), overrides={"momentum": "0.988"}).diagnostics


def test_the_learning_rate_of_the_band_network_decays() -> None:
    module = Net("band_mobilenetv2").module("keras")
    model = module.compile_model(module.build_model())
    rates = [float(model.optimizer._learning_rate(step)) for step in (0, 1000, 2000)]
    np.testing.assert_allclose(rates, [0.01, 0.009, 0.0081], rtol=1e-6)
    assert type(model.optimizer).__name__ == "Adam"


# the LANL networks


@pytest.mark.parametrize("name", ["lanl_earthquake", "lanl_sequence"])
def test_the_three_heads_are_trained_together(name: str) -> None:
    """Each with its own loss, weighted; one step changes the weights of all."""
    net = Net(name)
    module = net.module("keras")
    assert [one.name for one in module.OUTPUTS] == ["ttf", "tsf", "classifier"]
    model = module.compile_model(module.build_model())
    assert type(model.optimizer).__name__ == "Nadam"
    assert float(model.optimizer.learning_rate) == pytest.approx(0.008)
    inputs = random_inputs(module, 3)
    random = np.random.default_rng(3)
    targets = {
        "ttf": random.uniform(1, 10, (4, 1)),
        "tsf": random.uniform(1, 10, (4, 1)),
        "classifier": random.integers(0, 2, (4, 1)),
    }
    given = module.adapt_targets({key: value.astype(np.float32) for key, value in targets.items()})
    total, *_ = np.atleast_1d(model.evaluate(module.adapt_inputs(inputs), given, verbose=0))
    found = {key: np.float64(value) for key, value in net.run("keras", arrays_of(model), inputs).items()}
    ttf, tsf = (np.abs(targets[key] - found[key]).mean() for key in ("ttf", "tsf"))
    chance = np.where(targets["classifier"] == 1, found["classifier"], 1 - found["classifier"])
    assert total == pytest.approx(8 * ttf + tsf - np.log(chance).mean(), rel=1e-5)
