"""What users do with a trained model in a process of its own, without the emitted module. Not a test by itself.

`python -m tests.training.resumed FOLDER` reads the files and arrays that `test_saved.py` wrote and adds `resumed.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

OPTIONS = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}


def labels(folder: Path, name: str) -> tuple[Any, Any, Any]:
    """Inputs, labels and sample weights as the module adapted them."""
    with np.load(folder / f"{name}.npz") as arrays:
        parts: dict[str, dict[str, Any]] = {"x": {}, "y": {}, "w": {}}
        for key in arrays:
            kind, _, part = key.partition(" ")
            parts[kind][part] = arrays[key]
    x = list(parts["x"].values())
    y, w = (one if len(one) > 1 else next(iter(one.values())) for one in (parts["y"], parts["w"]))
    return x if len(x) > 1 else x[0], y, w


def uses(path: Path, folder: Path) -> dict[str, Any]:
    import keras
    import tensorflow as tf

    name = path.stem
    x, y, w = labels(folder, name)
    found: dict[str, Any] = {}
    model = keras.models.load_model(path)
    found["evaluate"] = model.evaluate(x, y, verbose=0, return_dict=True)
    found["weighted"] = model.evaluate(x, y, sample_weight=w, verbose=0, return_dict=True)["loss"]
    found["resume"] = model.fit(x, y, **OPTIONS).history["loss"]
    model.save(folder / f"{name}-again.keras")
    again = keras.models.load_model(folder / f"{name}-again.keras")
    found["saved again"] = again.evaluate(x, y, verbose=0, return_dict=True)["loss"]
    found["resumed"] = model.evaluate(x, y, verbose=0, return_dict=True)["loss"]

    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    each = tf.nest.map_structure
    outputs = tf.nest.flatten(each(np.asarray, model(x)))
    same = tf.nest.flatten(each(np.asarray, clone(x)))
    found["clone"] = max(float(np.abs(a - b).max()) for a, b in zip(outputs, same, strict=True))
    lines: list[str] = []
    model.summary(print_fn=lambda line, **_: lines.append(line))
    found["summary"] = sum(map(len, lines))
    model.export(folder / f"{name}-exported", verbose=False)
    exported = tf.saved_model.load(str(folder / f"{name}-exported"))
    served = exported.serve(x)
    served = tf.nest.flatten(each(np.asarray, served))
    found["export"] = max(float(np.abs(a - b).max()) for a, b in zip(outputs, served, strict=True))
    found["tflite"] = len(tf.lite.TFLiteConverter.from_keras_model(model).convert())

    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    kept = checkpoint.write(str(folder / f"{name}-checkpoint"))
    first = model.fit(x, y, **OPTIONS).history["loss"]
    checkpoint.read(kept).assert_consumed()
    found["checkpoint"] = [first, model.fit(x, y, **OPTIONS).history["loss"]]

    config = model.get_compile_config()
    frozen = next(layer for layer in model.layers if layer.trainable_weights)
    frozen.trainable = False
    model.compile_from_config(config)
    before = frozen.get_weights()
    model.fit(x, y, **OPTIONS)
    found["frozen"] = max(float(np.abs(a - b).max()) for a, b in zip(before, frozen.get_weights(), strict=True))

    half = keras.models.clone_model(clone, clone_function=_half)
    loss = keras.saving.deserialize_keras_object(config["loss"])
    half.compile("sgd", loss, metrics={})  # else a clone keeps those of its model, which may not take half precision
    found["half"] = half.fit(x, y, **OPTIONS).history["loss"]
    return found


def _half(layer: Any) -> Any:
    config = layer.get_config()
    if not type(layer).__name__.startswith("Input"):
        config["dtype"] = "mixed_bfloat16"
    return type(layer).from_config(config)


def main(folder: Path) -> None:
    found = {path.stem: uses(path, folder) for path in sorted(folder.glob("*.keras"))}
    (folder / "resumed.json").write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
