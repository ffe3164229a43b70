"""`bind_contract`: training accepts labels that line up without broadcasting, and no others."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from specc.driver import check
from specc.emit import runtime
from specc.emit.module import plain_text
from tests.nets import Array

pytestmark = pytest.mark.keras

BATCH = 5
LABELS = [shape for rank in range(4) for shape in product((1, 2, 3), repeat=rank)]
OUTPUTS = [(1,), (3,), (2, 1), (2, 3), (1, 1), (2, 1, 3), (1, 1, 1)]


def module_of(output: list[Any], training: str, target: str, folder: Path) -> ModuleType:
    text = f"specc: 1\nname: bound\ninputs: {{x: {output}}}\nnodes: {{y: {{op: Identity}}}}\noutputs: y\n{training}\n"
    (folder / "bound.yaml").write_text(text, "utf-8")
    made = check(folder / "bound.yaml", targets=[target])
    assert made.spec is not None and made.ok, made.diagnostics
    return runtime.load_module(plain_text(made.spec, made.lowered[target], made.targets[target]), "tested_bound")


def numbers(shape: tuple[int, ...], seed: int) -> Array:
    return np.random.default_rng(seed).normal(size=(BATCH, *shape)).astype(np.float32)


def lined_up(labels: tuple[int, ...], output: tuple[int, ...]) -> bool:
    """Whether Keras' own lining up of labels and output leaves two equal shapes."""
    from keras.src.losses.loss import squeeze_or_expand_to_same_rank

    one, other = squeeze_or_expand_to_same_rank(np.zeros((BATCH, *labels)), np.zeros((BATCH, *output)))
    return tuple(one.shape) == tuple(other.shape)


@pytest.mark.parametrize("target", ["keras", "tidl"])
@pytest.mark.parametrize("output", OUTPUTS, ids=str)
def test_accepts_what_keras_lines_up_and_nothing_else(output: tuple[int, ...], target: str, tmp_path: Path) -> None:
    module = module_of(list(output), "training: {optimizer: SGD, loss: mse}", target, tmp_path)
    model = module.compile_model(module.build_model())
    y_pred = model(module.adapt_inputs(numbers(output, 1)))
    for labels in LABELS:
        y_true = numbers(labels, 2)
        if lined_up(labels, tuple(y_pred.shape[1:])):
            expected = np.mean((np.float64(y_true.reshape(y_pred.shape)) - y_pred) ** 2)
            np.testing.assert_allclose(float(model.compute_loss(None, y_true, y_pred)), expected, rtol=1e-5)
        else:
            with pytest.raises(ValueError, match="would broadcast; pass them through adapt_targets"):
                model.compute_loss(None, y_true, y_pred)


@pytest.mark.parametrize("target", ["keras", "tidl"])
@pytest.mark.parametrize("output", [(3,), (2, 3), (2, 2, 3)], ids=str)
def test_sample_weights_weigh_examples_or_positions(output: tuple[int, ...], target: str, tmp_path: Path) -> None:
    module = module_of(list(output), "training: {optimizer: SGD, loss: mse}", target, tmp_path)
    model = module.compile_model(module.build_model())
    x, y = numbers(output, 1), numbers(output, 2)
    y_pred, y_true = model(module.adapt_inputs(x)), module.adapt_targets(y)
    each = np.mean((np.float64(y) - x) ** 2, axis=-1)
    for shape in {(), (1,), output[:-1]}:
        weight = np.abs(numbers(shape, 3))
        lined = weight.reshape(BATCH, *(shape if shape == output[:-1] else (1,) * (len(output) - 1)))
        expected = np.mean(each * lined)
        for given in (weight, module.adapt_sample_weight(weight)):
            found = float(model.compute_loss(None, y_true, y_pred, given))
            np.testing.assert_allclose(found, expected, rtol=1e-5)
        plain = float(model.loss(y_true, y_pred, module.adapt_sample_weight(weight)))
        np.testing.assert_allclose(plain, expected, rtol=1e-5)  # also without the binding, as after loading
    for shape in ((BATCH,), (7, 1), (1, 1, 1, 1)):
        with pytest.raises(ValueError, match=r"sample weights of shape \(batch, .*would broadcast"):
            model.compute_loss(None, y_true, y_pred, np.abs(numbers(shape, 3)))


@pytest.mark.parametrize("target", ["keras", "tidl"])
@pytest.mark.parametrize("output", [(4,), (3, 4)], ids=str)
@pytest.mark.parametrize("loss", ["SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy"])
def test_class_numbers_may_have_a_column(loss: str, output: tuple[int, ...], target: str, tmp_path: Path) -> None:
    """Of the generalized loss Keras itself would compare each example with all the others."""
    import keras

    module = module_of(list(output), f"training: {{optimizer: SGD, loss: {loss}}}", target, tmp_path)
    model = module.compile_model(module.build_model())
    powers = np.exp(numbers(output, 1))
    shares = (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
    truth = np.random.default_rng(4).integers(0, 4, (BATCH, *output[:-1]))
    expected = float(getattr(keras.losses, loss)()(truth, shares))
    y_pred, y_true = model(module.adapt_inputs(shares)), module.adapt_targets(truth)
    for labels in (y_true, y_true[..., np.newaxis]):
        np.testing.assert_allclose(float(model.compute_loss(None, labels, y_pred)), expected, rtol=1e-5)
    with pytest.raises(ValueError, match="would broadcast"):
        model.compute_loss(None, np.eye(4)[truth], y_pred)
    with pytest.raises(ValueError, match="the loss expects class numbers"):
        module.adapt_targets(np.eye(4)[truth])
    with pytest.raises(ValueError, match="expected labels from 0 to 3, found 1 to 4"):
        module.adapt_targets(np.full_like(truth, 1) + 3 * (np.arange(truth.size).reshape(truth.shape) % 2))
    with pytest.raises(ValueError, match="expected int32, found float64"):
        module.adapt_targets(truth.astype(np.float64))


def test_keras_own_losses_broadcast_without_a_word() -> None:
    """What is refused above is no mistake to Keras: labels `(5, 1)` for outputs `(5, 1, 1)` give 25 differences."""
    import keras

    y_true, y_pred = numbers((1,), 1), numbers((1, 1, 1), 2)
    found = float(keras.losses.MeanSquaredError()(y_true, y_pred))
    every_pair = np.mean((np.float64(y_pred.reshape(-1, 1)) - y_true.reshape(1, -1)) ** 2)
    np.testing.assert_allclose(found, every_pair, rtol=1e-5)


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
    module = runtime.load_module(plain_text(made.spec, made.lowered["keras"], made.targets["keras"]), "tested_series")
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
