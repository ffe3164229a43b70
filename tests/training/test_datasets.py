"""The data contract within tf.data: the conv-only build trains from a generator as from arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.nets import TARGETS, Net, arrays_of
from tests.training.test_compile import HEADS, heads_data

pytestmark = pytest.mark.keras


@pytest.mark.parametrize("target", ["tidl"])
def test_band_mobilenetv2_trains_from_a_generator(target: str) -> None:
    import tensorflow as tf

    module = Net("band_mobilenetv2").module(target)
    shape = module.INPUTS[0].logical
    random = np.random.default_rng(5)

    def examples() -> Any:
        for _ in range(4):
            yield random.normal(size=shape).astype(np.float32), random.normal(size=(1,)).astype(np.float32)

    signature = (tf.TensorSpec(shape), tf.TensorSpec((1,)))
    dataset = tf.data.Dataset.from_generator(examples, output_signature=signature).batch(2).map(module.adapt_batch)
    model = module.compile_model(module.build_model())
    before = arrays_of(model)
    history = model.fit(dataset, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert any(not np.array_equal(before[name], array) for name, array in arrays_of(model).items())


@pytest.mark.parametrize("sized", [True, False], ids=["known sizes", "unknown sizes"])
@pytest.mark.parametrize("target", TARGETS)
def test_a_dataset_trains_as_arrays_do(target: str, sized: bool) -> None:
    """Several inputs and outputs, class numbers, sample weights; also where tf.data knows no sizes but the ranks."""
    import tensorflow as tf

    module = HEADS.module(target)
    inputs, labels = heads_data()
    weight = np.random.default_rng(1).uniform(0, 2, 80).astype(np.float32)
    dataset = tf.data.Dataset.from_tensor_slices((inputs, labels, weight)).batch(16)
    if not sized:
        specs = tf.nest.map_structure(
            lambda one: tf.TensorSpec([None] * one.shape.rank, one.dtype), dataset.element_spec
        )
        dataset = tf.data.Dataset.from_generator(lambda: iter(list(kept)), output_signature=specs)
        kept = list(tf.data.Dataset.from_tensor_slices((inputs, labels, weight)).batch(16))
    arrays = module.adapt_batch(inputs, labels, weight)
    models = [module.compile_model(HEADS.model(target)) for _ in range(2)]
    models[1].set_weights(models[0].get_weights())
    options = {"epochs": 2, "shuffle": False, "verbose": 0}
    expected = models[0].fit(list(arrays[0]), *arrays[1:2], sample_weight=arrays[2], batch_size=16, **options).history
    found = models[1].fit(dataset.map(module.adapt_batch), **options).history
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        if not sized and key.endswith("_loss"):
            continue  # of a dataset of unknown length, Keras counts a batch too many in these means
        np.testing.assert_allclose(found[key], values, rtol=1e-5, atol=1e-6, err_msg=key)


def test_wrong_shapes_are_refused_while_the_dataset_is_made() -> None:
    import tensorflow as tf

    module = Net("boston_dense").module("tidl")
    x, y = np.zeros((8, 13), np.float32), np.zeros((8, 1), np.float32)
    for bad in ((x[..., np.newaxis], y), (x, y[:, :, np.newaxis]), (x, y, np.zeros((8, 2), np.float32))):
        with pytest.raises(ValueError, match=r"expected an array of shape|would broadcast"):
            tf.data.Dataset.from_tensor_slices(bad).batch(4).map(module.adapt_batch)
    unbatched = tf.data.Dataset.from_tensor_slices((x, y))
    with pytest.raises(ValueError, match="the batch axis is missing"):
        unbatched.map(module.adapt_batch)
    longer = tf.data.Dataset.from_generator(lambda: iter([x[:, :12]]), output_signature=tf.TensorSpec((None, None)))
    with pytest.raises(tf.errors.InvalidArgumentError):
        list(longer.map(module.adapt_inputs))


def test_outputs_without_a_loss_need_no_labels(tmp_path: Any) -> None:
    text = """
specc: 1
name: partly
inputs: {x: [4]}
nodes:
  a: {op: Dense, units: 2, from: x}
  b: {op: Dense, units: 3, from: x}
  c: {op: Dense, units: 1, from: x}
outputs: [a, b, c]
training: {optimizer: SGD, losses: {b: mse}, metrics: {c: [mae]}}
"""
    (tmp_path / "partly.yaml").write_text(text.lstrip(), "utf-8")
    net, random = Net("partly", tmp_path), np.random.default_rng(0)
    x, b, c = (random.normal(size=(8, size)).astype(np.float32) for size in (4, 3, 1))
    losses = []
    for target in TARGETS:
        module = net.module(target)
        weights = {name: np.full(shape, 0.3, np.float32) for name, shape in net.module("keras").REFERENCE.items()}
        model = module.compile_model(net.model(target, weights))
        for labels in ({"b": b, "c": c}, [b, c], {"a": b, "b": b, "c": c}):
            losses.append(model.evaluate(module.adapt_inputs(x), module.adapt_targets(labels), verbose=0))
    np.testing.assert_allclose(losses, [losses[0]] * len(losses), rtol=1e-5)
