"""`ExactShape`, the loss of every emitted module: it takes labels that line up without broadcasting, and no others.

Its class is the same in all modules.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from specc.driver import check
from specc.emit import module_text, runtime
from tests.nets import Array, Net

pytestmark = pytest.mark.keras

BATCH = 5
SHAPES = [shape for rank in range(4) for shape in product((1, 2, 3), repeat=rank)]


def module() -> ModuleType:
    return Net("boston_dense").module("keras")


def numbers(shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).normal(size=(BATCH, *shape)).astype(np.float32)


def lined_up(labels: tuple[int, ...], output: tuple[int, ...]) -> bool:
    """Whether Keras' own lining up of labels and output leaves two equal shapes."""
    from keras.src.losses.loss import squeeze_or_expand_to_same_rank

    one, other = squeeze_or_expand_to_same_rank(np.zeros((BATCH, *labels)), np.zeros((BATCH, *output)))
    return tuple(one.shape) == tuple(other.shape)


@pytest.mark.parametrize("output", [shape for shape in SHAPES if shape], ids=str)
def test_takes_what_keras_lines_up_and_nothing_else(output: tuple[int, ...]) -> None:
    import keras

    loss = module().ExactShape(keras.losses.MeanSquaredError(), shape=output)
    y_pred = numbers(output, 1)
    taken = 0
    for labels in SHAPES:
        y_true = numbers(labels, 2)
        if lined_up(labels, output):
            expected = np.mean((np.float64(y_true.reshape(y_pred.shape)) - y_pred) ** 2)
            np.testing.assert_allclose(float(loss(y_true, y_pred)), expected, rtol=1e-5)
            taken += 1
        else:
            with pytest.raises(ValueError, match="would broadcast; pass them through adapt_targets"):
                loss(y_true, y_pred)
    assert taken == 1 + (output[-1] == 1) + (len(output) < 3)


@pytest.mark.parametrize("leading", [(), (1,), (3,), (1, 1), (3, 2)], ids=str)
def test_sparse_labels_have_no_last_axis(leading: tuple[int, ...]) -> None:
    """The output's shape without its last axis, or with an axis of 1 in its place."""
    import keras

    classes = 4
    loss = module().ExactShape(
        keras.losses.SparseCategoricalCrossentropy(from_logits=True), shape=(*leading, classes), sparse=True
    )
    logits = numbers((*leading, classes), 3)
    powers = np.exp(np.float64(logits))
    taken = set()
    for labels in [*SHAPES, (classes,), (*leading, classes)]:
        truth = np.random.default_rng(4).integers(0, classes, (BATCH, *labels))
        if labels in (leading, (*leading, 1)) or (*labels, 1) == leading:
            picked = np.take_along_axis(powers, truth.reshape(BATCH, *leading, 1), axis=-1)[..., 0]
            expected = np.mean(-np.log(picked / powers.sum(axis=-1)))
            np.testing.assert_allclose(float(loss(truth, logits)), expected, rtol=1e-5)
            taken.add(labels)
        else:
            with pytest.raises(ValueError, match="would broadcast"):
                loss(truth, logits)
    assert {leading, (*leading, 1)} <= taken | {shape for shape in [(*leading, 1)] if len(shape) > 3}


def test_keras_own_losses_broadcast_without_a_word() -> None:
    """What is refused above is no mistake to Keras: labels `(5, 1)` for outputs `(5, 1, 1)` give 25 differences."""
    import keras

    y_true, y_pred = numbers((1,), 1), numbers((1, 1, 1), 2)
    found = float(keras.losses.MeanSquaredError()(y_true, y_pred))
    every_pair = np.mean((np.float64(y_pred.reshape(-1, 1)) - y_true.reshape(1, -1)) ** 2)
    np.testing.assert_allclose(found, every_pair, rtol=1e-5)
    with pytest.raises(ValueError, match="would broadcast"):
        module().ExactShape(keras.losses.MeanSquaredError(), shape=(1,))(y_true, y_pred)


def test_class_numbers_in_a_column_broadcast_in_keras_own_generalized_loss() -> None:
    """`(batch, 1)` is what its documentation allows, and what makes it compare each example with all the others."""
    import keras

    powers = np.exp(3 * numbers((4,), 1))
    shares = powers / powers.sum(axis=-1, keepdims=True)
    truth = np.argmax(shares, axis=-1)
    assert len(set(truth)) > 1
    plain = keras.losses.CategoricalGeneralizedCrossEntropy()
    picked = shares[np.arange(BATCH), truth]
    expected = np.mean((1 - picked**0.5) / 0.5)
    assert abs(float(plain(truth.reshape(-1, 1), shares)) - expected) > 0.01 * expected
    exact = module().ExactShape(plain, shape=(4,), sparse=True)
    for labels in (truth, truth.reshape(-1, 1)):
        np.testing.assert_allclose(float(exact(labels, shares)), expected, rtol=1e-5)


@pytest.mark.parametrize("weights", [(), (1,)], ids=str)
@pytest.mark.parametrize("physical", [(1,), (1, 1, 1)], ids=str)
def test_sample_weights_are_one_for_each_example(physical: tuple[int, ...], weights: tuple[int, ...]) -> None:
    """Where the output lies as `(1, 1, 1)`, Keras' own losses would weigh each example by all the weights."""
    import keras

    loss = module().ExactShape(keras.losses.MeanSquaredError(), shape=(1,))
    y_true, y_pred = numbers(physical, 1), numbers(physical, 2)
    weight = np.abs(numbers(weights, 3))
    expected = np.mean(np.ravel(weight) * np.ravel(np.float64(y_true) - y_pred) ** 2)
    np.testing.assert_allclose(float(loss(y_true, y_pred, weight)), expected, rtol=1e-5)


@pytest.mark.parametrize("weights", [(1, 1), (1, 1, 1), (5,), (2,)], ids=str)
def test_other_sample_weights_are_refused(weights: tuple[int, ...]) -> None:
    import keras

    loss = module().ExactShape(keras.losses.MeanSquaredError(), shape=(1,))
    with pytest.raises(ValueError, match=r"sample weights of shape \(batch, .*would broadcast"):
        loss(numbers((1, 1, 1), 1), numbers((1, 1, 1), 2), np.abs(numbers(weights, 3)))


def test_weights_for_each_step_of_a_sequence() -> None:
    import keras

    loss = module().ExactShape(keras.losses.MeanSquaredError(), shape=(3, 2))
    y_true, y_pred, weight = numbers((3, 1, 2), 1), numbers((3, 1, 2), 2), np.abs(numbers((3,), 3))
    each = np.mean((np.float64(y_true) - y_pred) ** 2, axis=-1)[..., 0]
    np.testing.assert_allclose(float(loss(y_true, y_pred, weight)), np.mean(each * weight), rtol=1e-5)


def test_configuration_makes_the_same_loss_again() -> None:
    """Of every loss that a spec may name; but Keras itself forgets Huber's `delta` and CosineSimilarity's `axis`."""
    import keras

    from specc.spec._training_objects import LOSSES

    y_true = np.abs(numbers((2, 3), 1))
    for name in LOSSES:
        sparse = name in ("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy", "Circle")
        shape = (3,) if name == "Circle" else (2, 3)
        labels = np.random.default_rng(5).integers(0, 3, (BATCH, *shape[:-1])) if sparse else y_true
        y_pred = numbers(shape, 2)
        one: Any = getattr(keras.losses, name)(reduction="sum")
        loss = module().ExactShape(one, shape=shape, sparse=sparse, activation="sigmoid")
        again = keras.losses.deserialize(keras.losses.serialize(loss))
        assert type(again).__name__ == "ExactShape"  # of the module that registered the name last
        assert type(again.loss) is type(one)
        assert (again.name, again.reduction, again.shape, again.sparse) == (one.name, "sum", shape, sparse)
        found, expected = float(loss(labels, y_pred)), float(one(labels, keras.activations.sigmoid(y_pred)))
        assert np.isfinite(expected)
        np.testing.assert_allclose(found, expected, rtol=1e-6, err_msg=name)
        np.testing.assert_allclose(float(again(labels, y_pred)), expected, rtol=1e-6, err_msg=name)


SERIES = """
specc: 1
name: series
inputs: {x: [T, 3]}
nodes:
  level: {op: Dense, units: 1}
outputs: level
training: {optimizer: Adam, loss: mse, metrics: [mae]}
"""


def test_a_size_that_the_data_give(tmp_path: Path) -> None:
    """Sequences of several lengths train one model; labels of another length are refused, if need be as they run."""
    import keras
    import tensorflow as tf

    (tmp_path / "series.yaml").write_text(SERIES.lstrip(), "utf-8")
    made = check(tmp_path / "series.yaml", targets=["keras"])
    assert made.spec is not None and made.ok
    module = runtime.load_module(module_text(made.spec, made.lowered["keras"], made.targets["keras"]), "tested_series")
    for column in (False, True):
        model = module.compile_model(module.build_model())
        for steps in (5, 7, 4):
            x, y = numbers((steps, 3), 1), numbers((steps,), 2)
            labels = y[..., np.newaxis] if column else y
            found = model.evaluate(x, labels, verbose=0)[0]
            expected = float(keras.losses.MeanSquaredError()(y[..., np.newaxis], model(x)))
            np.testing.assert_allclose(found, expected, rtol=1e-5)
            assert np.isfinite(model.fit(x, labels, verbose=0).history["loss"][0])
    for bad in ((1, 1), (3, 1), (4, 2)):
        with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
            model.evaluate(numbers((4, 3), 1), numbers(bad, 2), verbose=0)
    loss = model.loss
    with pytest.raises(ValueError, match="would broadcast; pass them through adapt_targets"):
        loss(numbers((1, 1), 2), numbers((4, 1), 1))
