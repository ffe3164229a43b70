"""Each network of specs/, built for each target, equals the one written by hand in plain Keras."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.nets import TARGETS, Array, Net, arrays_of, assert_equal, random_inputs, randomize

pytestmark = pytest.mark.keras

# Of an output's largest value. The worst found are 1.8e-6, over 784 and 14,400 terms of a sum in another order.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Twin:
    """A spec, its network by hand, and the figures that networks.md, or Keras where it is silent, gives for it."""

    net: Net
    hand: str
    outputs: tuple[str, ...]
    parameters: int
    arguments: tuple[tuple[str, Any], ...] = ()
    trainable: int | None = None
    seed: int = 7

    def by_hand(self) -> Any:
        from tests.networks import by_hand

        make: Callable[..., Any] = getattr(by_hand, self.hand)
        return make(**dict(self.arguments))


def twin(name: str, outputs: str, parameters: int, **more: Any) -> Twin:
    return Twin(Net(name), name, tuple(outputs.split()), parameters, **more)


TWINS = [
    twin("boston_dense", "price", 301),
    twin("n1n2n3", "result", 7),
    twin("simple_rnn", "reading", 46),
    Twin(Net("simple_rnn", replaced=(("[1, 4]", "[7, 4]"),)), "simple_rnn", ("reading",), 46, (("steps", 7),)),
    twin("dense_neurons", "sum N3", 7),
    twin("mnist_mlp", "logits", 400_906),
    twin("small_cnn", "classes", 152_682),
    twin("conv1d_as_dense", "conv dense", 105 + 105),
    twin("conv1d_per_frame", "conv dense", 15 + 15),
    twin("conv1d_steps", "conv1d over_map over_channels", 33 * 3),
    twin("batchnorm_fc", "relu", 528_384, trainable=526_336),
    Twin(  # the real map takes seconds a run and tells no more
        Net("batchnorm_2d", replaced=(("[480, 640, 3]", "[10, 14, 3]"),)),
        "batchnorm_2d",
        ("relu",),
        3_968,
        (("height", 10), ("width", 14)),
        3_712,
    ),
    Twin(
        Net("batchnorm_3d", replaced=(("[9, 120, 160, 3]", "[4, 5, 6, 3]"),)),
        "batchnorm_3d",
        ("relu",),
        8_160,
        (("depth", 4), ("height", 5), ("width", 6)),
        7_968,
    ),
    twin(
        "lanl_earthquake", "ttf tsf classifier", 140_783, trainable=140_771, seed=8
    ),  # one whose relu head gives something
    Twin(
        Net("lanl_sequence"),
        "lanl_earthquake",
        ("ttf", "tsf", "classifier"),
        751_087,
        (("steps", 150),),
        751_075,
    ),
    twin("convlstm", "memory", 3_200),
]


def named(one: Twin) -> str:
    return f"{one.net.name}{'*' * bool(one.net.replaced)}"


BY_TWIN = pytest.mark.parametrize("twin", TWINS, ids=named)
BY_BUILD = pytest.mark.parametrize(
    ("twin", "target"),
    [pytest.param(one, target, id=f"{named(one)}-{target}") for one in TWINS for target in one.net.targets],
)
BY_TARGET = pytest.mark.parametrize("target", TARGETS)


@dataclass(frozen=True)
class Known:
    """The network by hand with random weights, inputs for it, and what Keras says that it gives."""

    weights: dict[str, Array]
    inputs: dict[str, Array]
    outputs: dict[str, Array]


@cache
def known(twin: Twin) -> Known:
    model = twin.by_hand()
    weights = randomize(model, twin.seed)
    inputs = random_inputs(twin.net.module("keras"), twin.seed)
    found = model.predict(list(inputs.values()) if len(inputs) > 1 else next(iter(inputs.values())), verbose=0)
    given = found if isinstance(found, list) else [found]
    outputs = dict(zip(twin.outputs, given, strict=True))
    shapes = {tensor.name: tensor.logical for tensor in twin.net.module("keras").OUTPUTS}
    assert shapes == {name: one.shape[1:] for name, one in outputs.items()}
    return Known(weights, inputs, outputs)


@BY_BUILD
def test_the_emitted_module_equals_the_network_by_hand(twin: Twin, target: str, record_property: Any) -> None:
    expected = known(twin)
    found = twin.net.run(target, expected.weights, expected.inputs)
    record_property("error", assert_equal(found, expected.outputs, TOLERANCE))


@BY_BUILD
def test_the_tflite_file_equals_the_network_by_hand(twin: Twin, target: str, record_property: Any) -> None:
    expected = known(twin)
    data = twin.net.tflite(target, expected.weights)
    found = twin.net.run_tflite(target, data, expected.inputs)
    record_property("error", assert_equal(found, expected.outputs, TOLERANCE))


@BY_TWIN
def test_parameters_are_as_many_as_keras_counts(twin: Twin) -> None:
    by_hand = twin.by_hand()
    assert by_hand.count_params() == twin.parameters
    trainable = sum(int(np.prod(weight.shape)) for weight in by_hand.trainable_weights)
    assert trainable == (twin.trainable or twin.parameters)
    for target in twin.net.targets:
        model = twin.net.model(target)
        assert model.count_params() == twin.parameters
        assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == trainable
    costs = twin.net.checked().costs
    assert costs is not None
    assert (costs.parameters, costs.trainable) == (twin.parameters, trainable)


@BY_TWIN
def test_the_keras_build_has_the_same_weights_by_name(twin: Twin) -> None:
    by_hand = {name: array.shape for name, array in arrays_of(twin.by_hand()).items()}
    built = {name: array.shape for name, array in arrays_of(twin.net.model("keras")).items()}
    assert built == by_hand


@BY_TARGET
def test_the_real_size_of_batchnorm_2d(target: str) -> None:
    """Counts and shapes only: a run on it takes seconds."""
    from tests.networks import by_hand

    model, hand = Net("batchnorm_2d").model(target), by_hand.batchnorm_2d()
    assert model.output_shape == hand.output_shape == (None, 480, 640, 128)
    assert model.count_params() == hand.count_params() == 3_968


def test_the_real_size_of_batchnorm_3d() -> None:
    """One beta and one gamma for each feature map, whatever the volume."""
    from tests.networks import by_hand

    model, hand = Net("batchnorm_3d").model("keras"), by_hand.batchnorm_3d()
    assert model.output_shape == hand.output_shape == (None, 9, 120, 160, 96)
    assert model.count_params() == hand.count_params() == 8_160
    norm = model.get_layer("norm")
    assert norm.beta.shape == norm.gamma.shape == (96,)


@pytest.mark.parametrize("name", ["batchnorm_fc", "batchnorm_2d", "mnist_mlp"])
@BY_TARGET
def test_a_step_in_training_mode_is_the_same(name: str, target: str) -> None:
    """Batch statistics and the moving ones they leave; without dropout, whose noise no two models share."""
    one = next(one for one in TWINS if one.net.name == name)
    net = Net("mnist_mlp", overrides=(("keep", "1.0"),)) if name == "mnist_mlp" else one.net
    expected = known(one)
    hand = one.by_hand()
    for layer in hand.layers:
        layer.set_weights([expected.weights[f"{layer.name}/{weight.name}"] for weight in layer.weights])
        if hasattr(layer, "rate"):
            layer.rate = 0.0
    inputs = next(iter(expected.inputs.values()))
    module, model = net.module(target), net.model(target, expected.weights)
    found = module.restore_outputs(np.asarray(model(module.adapt_inputs(inputs), training=True)))
    wanted = np.asarray(hand(inputs, training=True))
    assert_equal({"it": found}, {"it": wanted}, TOLERANCE)
    if name.startswith("batchnorm"):
        changed = {key: array for key, array in arrays_of(hand).items() if "moving" in key}
        assert len(changed) == 2
        for key, array in changed.items():
            assert not np.allclose(array, expected.weights[key], rtol=1e-3)
            np.testing.assert_allclose(arrays_of(model)[key], array, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("change", ["kernel", "bias", "recurrent_kernel", "moving_mean", "gamma"])
def test_another_weight_is_seen(change: str) -> None:
    """The comparison can fail: each kind of weight that is a little off shows."""
    name = {"recurrent_kernel": "simple_rnn", "moving_mean": "batchnorm_fc", "gamma": "batchnorm_fc"}.get(change)
    home = next(one for one in reversed(TWINS) if one.net.name == name) if name else TWINS[0]
    expected = known(home)
    weight = next(one for one in expected.weights if one.endswith(f"/{change}"))
    wrong = {**expected.weights, weight: expected.weights[weight] * np.float32(1.01)}
    for target in TARGETS:
        with pytest.raises(AssertionError):
            assert_equal(home.net.run(target, wrong, expected.inputs), expected.outputs, TOLERANCE)
