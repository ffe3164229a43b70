"""Trains emitted modules on one device and on two, in a process of its own: `python -m tests.training.mirrored x.npz`.

TensorFlow has to be told of the second device before it does anything, so this cannot run where other tests run.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from tests.nets import Array, Net
from tests.training.test_compile import FOLDER, HEADS, heads_data

NORMED = Net("normed", FOLDER)
NETS = {"heads": HEADS, "normed": NORMED, "apart": Net("normed", FOLDER, overrides=(("shared", "false"),))}


def data(name: str) -> tuple[Any, Any]:
    if name == "heads":
        return heads_data()
    random = np.random.default_rng(4)
    images = random.normal(size=(48, 6, 5, 2)).astype(np.float32)
    return images, np.argmax(images.sum(axis=(1, 3))[:, :3], axis=1)


def train(name: str, target: str, strategy: Any) -> dict[str, Array]:
    """The history and the weights after a training as the spec has it."""
    import keras

    module = NETS[name].module(target)
    inputs, labels = data(name)
    keras.utils.set_random_seed(3)
    with strategy.scope():
        model = module.compile_model(module.build_model())
    options = {**module.fit_options(), "verbose": 0}
    history = model.fit(module.adapt_inputs(inputs), module.adapt_targets(labels), **options).history
    weights = {f"weight {one.path}": one.numpy() for one in model.weights}
    return {**weights, **{f"history {key}": np.asarray(values) for key, values in history.items()}}


def refusal(strategy: Any) -> str:
    """What is said of labels that would broadcast; empty where nobody says anything."""
    module = HEADS.module("tidl")
    inputs, labels = heads_data()
    with strategy.scope():
        model = module.compile_model(module.build_model())
    try:
        model.fit(module.adapt_inputs(inputs), labels, batch_size=16, epochs=1, verbose=0)
    except ValueError as error:
        return str(error)
    return ""


def main(path: str) -> None:
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    found: dict[str, Any] = {"replicas": two.num_replicas_in_sync, "refusal": refusal(two)}
    for name in NETS:
        for target in ("keras", "tidl"):
            for devices, strategy in (("one", tf.distribute.get_strategy()), ("two", two)):
                for key, value in train(name, target, strategy).items():
                    found[f"{name} {target} {devices} {key}"] = value
    np.savez(path, **found)


if __name__ == "__main__":
    main(sys.argv[1])
