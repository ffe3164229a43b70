"""Emitted modules on another backend of Keras than TensorFlow, in a process of their own. Not a test by itself.

`KERAS_BACKEND=jax python -m tests.training.on_jax FOLDER` imports the modules in the folder and adds `found.json`.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROWS = 4


def arrays(tensors: Any, seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    found: dict[str, Any] = {}
    for tensor in tensors:
        shape = (ROWS, *tensor.logical)
        low, high = tensor.bounds or (-1, 1)
        drawn = random.integers(low, high + 1, shape) if tensor.dtype == "int32" else random.uniform(low, high, shape)
        found[tensor.name] = drawn.astype(tensor.dtype)
    return found


def uses(reference: ModuleType, module: ModuleType) -> dict[str, Any]:
    random, source, model = np.random.default_rng(1), reference.build_model(), module.build_model()
    for weight in source.weights:
        is_positive = weight.name in ("gamma", "moving_variance")
        scale = 0.3 if len(weight.shape) < 2 else 1.2 / np.sqrt(np.prod(weight.shape[:-1]))
        values = random.uniform(0.5, 1.5, weight.shape) if is_positive else random.normal(0, scale, weight.shape)
        weight.assign(values.astype(weight.dtype))
    module.load_reference_weights(model, source)
    inputs = module.adapt_inputs(arrays(module.INPUTS, 2))
    called = [model(inputs), model(inputs, training=False), model.predict(inputs, verbose=0)]
    found: dict[str, Any] = {"outputs": [flat(module.restore_outputs(one)) for one in called]}
    if hasattr(module, "compile_model"):
        x, y, weight = module.adapt_batch(
            arrays(module.INPUTS, 2), arrays(module.TARGETS, 3), np.linspace(0.5, 2, ROWS)
        )
        model = module.compile_model(model)
        found["evaluate"] = model.evaluate(x, y, sample_weight=weight, verbose=0, return_dict=True)
        model.fit(x, y, sample_weight=weight, epochs=2, verbose=0)
        found["batch"] = [float(one) for one in np.ravel(model.train_on_batch(x, y))]
    return found


def flat(outputs: Any) -> list[float]:
    values = outputs.values() if isinstance(outputs, dict) else [outputs]
    return [float(number) for one in values for number in np.asarray(one).ravel()]


def main(folder: Path) -> None:
    sys.path.insert(0, str(folder))
    names = sorted(path.stem.removesuffix("_keras") for path in folder.glob("*_keras.py"))
    found = {
        f"{name} {target}": uses(*(importlib.import_module(f"{name}_{one}") for one in ("keras", target)))
        for name in names
        for target in ("keras", "tidl")
    }
    found["TensorFlow"] = "tensorflow" in sys.modules
    (folder / "found.json").write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
