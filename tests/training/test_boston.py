"""The question behind boston_dense, on its real data: both builds train alike; the costly mistake is refused.

The author's Dense network reached a mean squared error of 16.2 and the Conv2D one 83.8, which is the variance of the
prices: trained on broadcast labels, a network learns their mean and nothing else.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.nets import TARGETS, Array, Net, arrays_of, assert_equal
from tests.training.boston import housing

pytestmark = pytest.mark.keras

NET = Net("boston_dense")
# Of a loss. The largest share found over 100 epochs is 3e-7, the last digit of single precision.
TOLERANCE = 1e-5
EPOCHS = 15


def compiled(target: str, weights: dict[str, Array] | None = None) -> Any:
    return NET.module(target).compile_model(NET.model(target, weights))


def fit(target: str, model: Any, **options: Any) -> dict[str, list[float]]:
    module, data = NET.module(target), housing()
    return model.fit(module.adapt_inputs(data.x), module.adapt_targets(data.y), verbose=0, **options).history


@cache
def initial() -> dict[str, Array]:
    import keras

    keras.utils.set_random_seed(3)
    return arrays_of(NET.model("keras"))


@cache
def trained(target: str, shuffle: bool) -> tuple[dict[str, list[float]], dict[str, Array], Array]:
    """The history of a training with the spec's own settings, the weights after it, and what the model then says."""
    import keras

    module, data = NET.module(target), housing()
    model = compiled(target, initial())
    keras.utils.set_random_seed(5)  # which shuffles alike
    history = fit(target, model, **{**module.fit_options(), "epochs": EPOCHS, "shuffle": shuffle})
    prices = module.restore_outputs(model.predict(module.adapt_inputs(data.x_test), verbose=0))
    return history, arrays_of(model), prices


@pytest.mark.parametrize("shuffle", [False, True], ids=["in order", "shuffled"])
def test_both_builds_train_alike(shuffle: bool) -> None:
    """The same initial weights and batches: the same loss and metrics, epoch by epoch, on both parts of the data."""
    expected, weights, prices = trained("keras", shuffle)
    found, other_weights, other_prices = trained("tidl", shuffle)
    assert set(found) == set(expected) == {"loss", "mae", "mse", "val_loss", "val_mae", "val_mse"}
    for key, values in expected.items():
        assert len(values) == EPOCHS
        assert values[-1] < 0.85 * values[0], "nothing was learnt"
        np.testing.assert_allclose(found[key], values, rtol=TOLERANCE, err_msg=key)
    for name, array in weights.items():
        assert not np.allclose(array, initial()[name])
        np.testing.assert_allclose(other_weights[name].reshape(array.shape), array, rtol=1e-3, atol=1e-5)
    assert_equal({"price": other_prices}, {"price": prices}, 1e-5)


def test_the_loss_is_that_of_plain_keras() -> None:
    """A network by hand, compiled by hand, with the same weights and batches has the same history."""
    import keras

    from tests.networks import by_hand

    model, data = by_hand.boston_dense(), housing()
    for layer in model.layers:
        layer.set_weights([initial()[f"{layer.name}/{weight.name}"] for weight in layer.weights])
    model.compile(keras.optimizers.Adam(), loss="mse", metrics=["mae", "mse"])
    options = {"validation_split": 0.1, "epochs": EPOCHS, "shuffle": False, "verbose": 0}
    history = model.fit(data.x, data.y.reshape(-1, 1), **options).history
    found, _, _ = trained("tidl", False)
    assert set(history) == set(found)
    for key, values in history.items():
        np.testing.assert_allclose(found[key], values, rtol=TOLERANCE, err_msg=key)


def test_the_conv_only_build_learns_prices() -> None:
    """Held-out houses, 30 epochs of batches of 8: about 22, against a variance of 72 and the 16.2 of the question."""
    import keras

    module, data = NET.module("tidl"), housing()
    keras.utils.set_random_seed(3)
    model = compiled("tidl", initial())
    fit("tidl", model, epochs=30, batch_size=8)
    prices = module.restore_outputs(model.predict(module.adapt_inputs(data.x_test), verbose=0))[:, 0]
    error = float(np.mean((prices - data.y_test) ** 2))
    assert error < 27
    measured = model.evaluate(module.adapt_inputs(data.x_test), module.adapt_targets(data.y_test), verbose=0)
    np.testing.assert_allclose(measured[0], error, rtol=1e-4)


# the mistake


def the_conv_net_of_the_question() -> Any:
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [keras.Input((13, 1, 1)), layers.Conv2D(20, (13, 1), activation="relu"), layers.Conv2D(1, 1)]
    )


def test_plain_keras_takes_the_mistake_and_learns_the_mean() -> None:
    """Without specc nothing complains: features `(N, 13, 1)`, labels `(N, 1)`, outputs `(N, 1, 1, 1)`."""
    data = housing()
    model = the_conv_net_of_the_question()
    model.compile("adam", loss="mse")
    model.fit(data.x.reshape(-1, 13, 1), data.y.reshape(-1, 1), epochs=12, batch_size=8, verbose=0)
    prices = model.predict(data.x_test.reshape(-1, 13, 1, 1), verbose=0).ravel()
    error = float(np.mean((prices - data.y_test) ** 2))
    assert error > 0.9 * float(np.var(data.y_test))


@pytest.mark.parametrize("shape", [(13, 1), (1, 13), (13, 1, 1)])
@pytest.mark.parametrize("target", TARGETS)
def test_adapt_inputs_refuses_features_that_would_broadcast(target: str, shape: tuple[int, ...]) -> None:
    data = housing()
    with pytest.raises(ValueError, match=r"input `features`: expected an array of shape \(batch, 13\), found \(404, "):
        NET.module(target).adapt_inputs(data.x.reshape(-1, *shape))


@pytest.mark.parametrize("target", TARGETS)
def test_adapt_inputs_names_the_shape_that_is_wanted(target: str) -> None:
    with pytest.raises(ValueError, match=r"its axes of 1 would broadcast: array\.reshape\(\(-1, 13\)\)"):
        NET.module(target).adapt_inputs(housing().x.reshape(-1, 13, 1))


@pytest.mark.parametrize("shape", [(), (1,)])
def test_fit_refuses_labels_that_would_broadcast(shape: tuple[int, ...]) -> None:
    """Labels as the question's author had them, on the conv-only build whose output is `(N, 1, 1, 1)`."""
    data, module, model = housing(), NET.module("tidl"), compiled("tidl")
    labels = data.y.reshape(-1, *shape)
    message = (
        r"for an output of shape \(batch, 1, 1, 1\) would broadcast; pass them through adapt_targets and compile again"
    )
    with pytest.raises(ValueError, match=message):
        model.fit(module.adapt_inputs(data.x), labels, epochs=1, verbose=0)
    before = arrays_of(model)
    module.compile_model(model)  # Keras cannot use a training step whose first run failed
    model.fit(module.adapt_inputs(data.x), module.adapt_targets(labels), epochs=1, verbose=0)
    assert not np.array_equal(arrays_of(model)["hidden/kernel"], before["hidden/kernel"])


def test_fit_refuses_labels_of_a_transposed_shape() -> None:
    data, module, model = housing(), NET.module("keras"), compiled("keras")
    with pytest.raises(ValueError, match=r"labels of shape \(batch, 2\) for an output of shape \(batch, 1\)"):
        model.fit(module.adapt_inputs(data.x), np.stack([data.y, data.y], axis=1), epochs=1, verbose=0)


@pytest.mark.parametrize("shape", [(13, 1), (13,), (13, 1, 1)])
def test_the_conv_only_model_itself_refuses_raw_features(shape: tuple[int, ...]) -> None:
    data, module, model = housing(), NET.module("tidl"), compiled("tidl")
    with pytest.raises(ValueError):
        model.fit(data.x.reshape(-1, *shape), module.adapt_targets(data.y), epochs=1, verbose=0)


def test_plain_keras_takes_the_labels_that_exact_shape_refuses() -> None:
    """The refusal above is specc's: the same model under the bare loss trains on 404 × 404 differences."""
    data, module = housing(), NET.module("tidl")
    model = NET.model("tidl", initial())
    model.compile("adam", loss="mse")
    loss = model.evaluate(module.adapt_inputs(data.x), data.y.reshape(-1, 1), batch_size=404, verbose=0)
    prices = module.restore_outputs(model.predict(module.adapt_inputs(data.x), verbose=0))
    every_pair = float(np.mean((prices - data.y.reshape(1, -1)) ** 2))
    own = float(np.mean((prices[:, 0] - data.y) ** 2))
    np.testing.assert_allclose(loss, every_pair, rtol=1e-4)
    assert abs(every_pair - own) > 0.01 * own


# the settings of the spec


@pytest.mark.parametrize("target", TARGETS)
def test_fit_options_stop_early(target: str) -> None:
    import keras

    module = NET.module(target)
    options = module.fit_options()
    assert {key: value for key, value in options.items() if key != "callbacks"} == {
        "epochs": 1000,
        "validation_split": 0.1,
    }
    (stopping,) = options["callbacks"]
    assert isinstance(stopping, keras.callbacks.EarlyStopping)
    assert (stopping.monitor, stopping.patience) == ("val_loss", 50)
    assert module.fit_options()["callbacks"][0] is not stopping, "a callback keeps state from one fit to the next"


def test_early_stopping_stops() -> None:
    """With a patience of 2, and a learning rate so high that it soon gets worse."""
    words = (("patience: 50", "patience: 2"), ("optimizer: Adam", "optimizer: {op: Adam, learning_rate: 0.8}"))
    net, data = Net("boston_dense", replaced=words), housing()
    module = net.module("tidl")
    model = module.compile_model(net.model("tidl", initial()))
    history = model.fit(module.adapt_inputs(data.x), module.adapt_targets(data.y), verbose=0, **module.fit_options())
    losses = history.history["val_loss"]
    assert 3 <= len(losses) < 100
    assert min(losses[:-2]) <= min(losses[-2:])
