"""The published networks of specs/ equal those of keras.applications: weights ported by layer, outputs compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.nets import Array, Net, arrays_of, assert_equal, random_weights

pytestmark = [pytest.mark.keras, pytest.mark.slow]

# Of an output's largest value. The worst found is 1e-5, EfficientNetB0's; in double precision it is 1e-6, which the
# statistics of its normalisation are apart.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Published:
    """A spec, the model of keras.applications that it describes, and the parameters that Keras counts for it.

    Sizes are small, and odd on the way down, where paddings differ most; the counts are those of the real size.
    """

    name: str
    model: str
    parameters: int
    trainable: int
    size: tuple[int, int] = (70, 64)

    @property
    def net(self) -> Net:
        height, width = self.size
        return Net(self.name, replaced=(("[224, 224, 3]", f"[{height}, {width}, 3]"),))

    def by_keras(self) -> Any:
        import keras

        return getattr(keras.applications, self.model)(weights=None, input_shape=(*self.size, 3))


@dataclass(frozen=True)
class Band(Published):
    """The body of MobileNetV2 on a strip of image, with a head that is not published."""

    @property
    def net(self) -> Net:
        return Net(self.name)

    def body(self) -> Any:
        import keras

        return keras.applications.MobileNetV2(alpha=0.5, include_top=False, weights=None, input_shape=(32, 320, 1))

    def by_keras(self) -> Any:
        import keras

        body = self.body()
        flat = keras.layers.Flatten()(body.output)
        return keras.Model(body.input, keras.layers.Dense(1)(flat))


BAND = Band("band_mobilenetv2", "MobileNetV2", 718_737, 700_193)
PUBLISHED = [
    BAND,
    Published("resnet50", "ResNet50", 25_636_712, 25_583_592),
    Published("vgg16", "VGG16", 138_357_544, 138_357_544, size=(45, 32)),
    Published("densenet121", "DenseNet121", 8_062_504, 7_978_856),
    # Keras counts 7 more: it keeps the mean, the variance and a count of its normalisation as weights.
    Published("efficientnetb0", "EfficientNetB0", 5_330_571 - 7, 5_288_548),
    Published("mobilenetv3small", "MobileNetV3Small", 2_554_968, 2_542_856),
]
BY_NETWORK = pytest.mark.parametrize("one", PUBLISHED, ids=[one.name for one in PUBLISHED])


def weighted(model: Any) -> list[Any]:
    """The layers that learn something, in the order of the network."""
    return [layer for layer in model.layers if layer.weights and type(layer).__name__ != "Normalization"]


def made_of(layer: Any) -> tuple[Any, ...]:
    return type(layer).__name__, *((weight.name, tuple(weight.shape)) for weight in layer.weights)


@dataclass(frozen=True)
class Known:
    """The network of Keras with random weights, the same by the spec's names, images, and what Keras says of them."""

    by_keras: Any
    weights: dict[str, Array]
    images: Array
    scores: Array


@cache
def known(one: Published, seed: int = 8) -> Known:
    import keras

    keras.utils.set_random_seed(seed)  # the branches dropped while statistics are gathered
    own, theirs = one.net.model("keras"), one.by_keras()
    names = [layer.name for layer in weighted(own)]
    assert [made_of(layer) for layer in weighted(own)] == [made_of(layer) for layer in weighted(theirs)]
    weights = random_weights({name: array.shape for name, array in arrays_of(own).items()}, seed, gain=1.4)
    images = np.random.default_rng(seed).uniform(0, 255, (3, *own.input_shape[1:])).astype(np.float32)
    for layer in theirs.layers:
        if type(layer).__name__ == "Normalization":  # it starts from 0 and 1, which data are to replace
            layer.set_weights([np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225]) ** 2, np.int32(0)])
            layer.finalize_state()
    layers = dict(zip(names, weighted(theirs), strict=True))
    for name, layer in layers.items():
        layer.set_weights([weights[f"{name}/{weight.name}"] for weight in layer.weights])
    _keep_signals_alive(theirs, seed, images)
    for name, layer in layers.items():
        weights |= {f"{name}/{weight.name}": weight.numpy() for weight in layer.weights}
    return Known(theirs, weights, images, results(theirs, images))


def _keep_signals_alive(model: Any, seed: int, images: Array) -> None:
    """Moving statistics near those of the images, and scores of about 1: else whole networks of such depth saturate."""
    import keras

    random = np.random.default_rng(seed)
    norms = [layer for layer in model.layers if type(layer).__name__ == "BatchNormalization"]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0  # the statistics of this batch, and of none before it
    results(model, images, training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum
        gamma, beta, mean, variance = layer.get_weights()
        mean = mean + 0.2 * np.sqrt(variance) * random.normal(size=mean.shape)
        layer.set_weights([gamma, beta, mean, variance * random.uniform(0.6, 1.5, variance.shape)])
    last = weighted(model)[-1]
    kernel, bias = last.get_weights()
    last.set_weights([kernel / np.std(results(keras.Model(model.input, last.input), images)), bias])


def results(model: Any, images: Array, training: bool = False) -> Array:
    return np.asarray(model(images, training=training))


@pytest.mark.parametrize(
    ("one", "target"),
    [(one, target) for one in PUBLISHED for target in one.net.targets],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_spec_equals_the_network_of_keras(one: Published, target: str, record_property: Any) -> None:
    expected = known(one)
    assert expected.scores.std() > 0.1 * np.abs(expected.scores).mean()  # neither all alike nor one class for sure
    found = one.net.run(target, expected.weights, {"image": expected.images})
    record_property("error", assert_equal(found, dict.fromkeys(found, expected.scores), TOLERANCE))


@BY_NETWORK
def test_parameters_are_as_many_as_keras_counts(one: Published) -> None:
    costs = Net(one.name).checked().costs
    assert costs is not None
    assert (costs.parameters, costs.trainable) == (one.parameters, one.trainable)
    theirs = known(one).by_keras
    counted = sum(layer.count_params() for layer in weighted(theirs))
    assert one.net.model("keras").count_params() == counted


def test_the_body_of_the_band_network() -> None:
    """Its map, and its share of the parameters, which networks.md gives."""
    assert BAND.body().count_params() == 705_936
    layers = BAND.net.model("keras").layers
    assert layers[-2].input.shape == BAND.body().output.shape == (None, 1, 10, 1280)
    assert sum(layer.count_params() for layer in layers[:-1]) == 705_936


@pytest.mark.parametrize("one", [one for one in PUBLISHED if one.name in ("band_mobilenetv2", "resnet50")])
def test_a_step_in_training_mode_is_the_same(one: Published) -> None:
    """Batch statistics, the moving ones that they leave, and so momentum and epsilon."""
    expected = known(one)
    own, theirs = one.net.model("keras", expected.weights), expected.by_keras
    before = [layer.get_weights() for layer in weighted(theirs)]
    found = {"it": results(own, expected.images, training=True)}
    assert_equal(found, {"it": results(theirs, expected.images, training=True)}, 1e-4)
    for ours, layer, old in zip(weighted(own), weighted(theirs), before, strict=True):
        for mine, other in zip(ours.get_weights(), layer.get_weights(), strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5 * np.abs(other).max(), err_msg=ours.name)
        layer.set_weights(old)


@pytest.mark.parametrize("one", PUBLISHED[-2:], ids=lambda one: one.name)
def test_dropout_is_the_same(one: Published) -> None:
    """Where it stands, what it drops and how much; no two models share its noise."""

    def dropouts(model: Any) -> list[Any]:
        dropped = [layer for layer in model.layers if type(layer).__name__ == "Dropout"]
        return [(layer.input.shape, layer.noise_shape, pytest.approx(layer.rate)) for layer in dropped]

    found, expected = dropouts(one.net.model("keras")), dropouts(known(one).by_keras)
    assert found == expected and found
