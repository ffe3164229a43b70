"""`class_weight` and `sample_weight`, in `fit` and `train_on_batch`: the same on both builds, and as Keras has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.nets import TARGETS, Net, random_weights

pytestmark = pytest.mark.keras

HEADS = {
    "sparse": ("units: 3, activation: softmax", "sparse_categorical_crossentropy"),
    "one-hot": ("units: 3, activation: softmax", "categorical_crossentropy"),
    "flag": ("units: 1, activation: sigmoid", "binary_crossentropy"),
}
CLASSES = {0: 0.5, 1: 3.0, 2: 1.5}
ROWS = 32


def net(head: str, folder: Path) -> Net:
    given, loss = HEADS[head]
    text = f"specc: 1\nname: weighted\ninputs: {{x: [5]}}\nnodes: {{y: {{op: Dense, {given}}}}}\noutputs: y\n"
    (folder / "weighted.yaml").write_text(f"{text}training: {{optimizer: SGD, loss: {loss}}}\n", "utf-8")
    return Net("weighted", folder)


def labelled(head: str) -> tuple[Any, Any]:
    random = np.random.default_rng(2)
    classes = random.integers(0, 2 if head == "flag" else 3, ROWS)
    y = {"sparse": classes, "one-hot": np.eye(3)[classes], "flag": classes[:, np.newaxis].astype(np.float32)}
    return random.normal(size=(ROWS, 5)).astype(np.float32), y[head]


def compiled(one: Net, target: str) -> Any:
    return one.module(target).compile_model(one.model(target, random_weights(one.module("keras").REFERENCE, 4)))


@pytest.mark.parametrize("head", HEADS)
def test_weights_count_the_same_on_both_builds(head: str, tmp_path: Path) -> None:
    one, (x, y) = net(head, tmp_path), labelled(head)
    weight = np.random.default_rng(3).uniform(0, 3, ROWS).astype(np.float32)
    found: dict[str, dict[str, Any]] = {}
    for target in TARGETS:
        module = one.module(target)
        data, valid = module.adapt_batch(x, y), module.adapt_batch(x[:9], y[:9])
        options = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0}
        classes = {"class_weight": CLASSES}
        found[target] = {
            "plain": compiled(one, target).fit(*data, **options).history,
            "classes": compiled(one, target).fit(*data, **classes, **options).history,
            "split": compiled(one, target).fit(*data, **classes, validation_split=0.3, **options).history,
            "data": compiled(one, target).fit(*data, **classes, validation_data=valid, **options).history,
            "samples": compiled(one, target).fit(*data, sample_weight=weight, **options).history,
            "class batch": {"loss": compiled(one, target).train_on_batch(*data, class_weight=CLASSES)},
            "sample batch": {"loss": compiled(one, target).train_on_batch(*data, weight)},
            "tested": {"loss": compiled(one, target).test_on_batch(*data, sample_weight=weight)},
        }
        with pytest.raises(ValueError, match="class_weight"):
            compiled(one, target).fit(*data, **classes, sample_weight=weight, **options)
        with pytest.raises(ValueError, match="class_weight"):
            compiled(one, target).train_on_batch(*data, weight, CLASSES)
    for way, history in found["keras"].items():
        assert found["tidl"][way].keys() == history.keys()
        for key, values in history.items():
            np.testing.assert_allclose(found["tidl"][way][key], values, rtol=2e-5, err_msg=f"{way} {key}")
    assert found["keras"]["classes"]["loss"] != found["keras"]["plain"]["loss"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("head", HEADS)
def test_a_loaded_model_is_held_to_the_contract_again(head: str, target: str, tmp_path: Path) -> None:
    """`bind_contract` leaves the optimizer's state alone, refuses what would broadcast, and weighs classes."""
    import keras

    one, (x, y) = net(head, tmp_path), labelled(head)
    module = one.module(target)
    data = module.adapt_batch(x, y)
    model = compiled(one, target)
    model.fit(*data, verbose=0)
    model.save(tmp_path / "trained.keras")
    again = module.bind_contract(keras.models.load_model(tmp_path / "trained.keras"))
    assert int(again.optimizer.iterations) == int(model.optimizer.iterations) == 1
    losses = [[each.train_on_batch(*data, class_weight=CLASSES) for _ in range(2)] for each in (model, again)]
    np.testing.assert_allclose(losses[1], losses[0], rtol=2e-5)
    with pytest.raises(ValueError, match="would broadcast"):
        again.evaluate(data[0], np.zeros((ROWS, 2, 2)), verbose=0)


@pytest.mark.parametrize("target", TARGETS)
def test_gradients_pass_through_the_contract(target: str, tmp_path: Path) -> None:
    import tensorflow as tf

    one, (x, y) = net("one-hot", tmp_path), labelled("one-hot")
    module, model = one.module(target), compiled(one, target)
    with tf.GradientTape() as tape:
        powers = module.restore_outputs(model(module.adapt_inputs(tf.constant(x)), training=True))
        loss = -tf.reduce_mean(tf.reduce_sum(y.astype(np.float32) * tf.math.log(powers), axis=-1))
    assert powers.shape == (ROWS, 3)
    np.testing.assert_allclose(float(loss), float(model.test_on_batch(*module.adapt_batch(x, y))), rtol=1e-5)
    assert all(one is not None and np.any(one) for one in tape.gradient(loss, model.trainable_weights))
    assert isinstance(module.restore_outputs(model.predict(module.adapt_inputs(x), verbose=0)), np.ndarray)
