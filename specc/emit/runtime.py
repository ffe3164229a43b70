"""The one place that imports TensorFlow: runs emitted modules, saves models, converts and reads TFLite files.

Nothing here knows of specs or targets; it is handed module text, models and arrays.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import linecache
import os
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np

Array = np.ndarray[Any, Any]
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment a zip file can name


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Keeps what TensorFlow's C++ parts and converters print from the terminal; shown only if the work fails."""
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log:
        kept = [(fd, os.dup(fd)) for fd in (1, 2)]
        for fd, _ in kept:
            os.dup2(log.fileno(), fd)
        try:
            yield
        except BaseException as error:
            log.seek(0)
            error.add_note(log.read().decode(errors="replace")[-4000:])
            raise
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for fd, copy in kept:
                os.dup2(copy, fd)
                os.close(copy)


@cache
def tensorflow() -> Any:
    """TensorFlow, imported once and without its banner."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with quiet():
        found: Any = importlib.import_module("tensorflow")
        found.get_logger().setLevel("ERROR")
    return found


def keras() -> Any:
    return tensorflow().keras


def versions() -> dict[str, str]:
    """The versions that decide the bytes of model files."""
    return {"keras": keras().__version__, "tensorflow": tensorflow().__version__}


def load_module(text: str, name: str) -> ModuleType:
    """An emitted module, executed from its text; tracebacks show its lines."""
    tensorflow()
    module = ModuleType(name)
    module.__file__ = f"<{name}>"
    linecache.cache[module.__file__] = (len(text), None, text.splitlines(keepends=True), module.__file__)
    sys.modules[name] = module  # dataclasses and typing look the module up
    exec(compile(text, module.__file__, "exec"), module.__dict__)
    return module


def build(module: ModuleType, seed: int = 0, **arguments: Any) -> Any:
    """A fresh model of an emitted module. The same seed gives the same weights and the same names."""
    keras().backend.clear_session()
    keras().utils.set_random_seed(seed)
    return module.build_model(**arguments)


def randomize(model: Any, seed: int, gain: float = 1.0) -> None:
    """Random kernels of a size that keeps signals alive, random biases and moving statistics: nothing is 0 or 1."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        shape = tuple(weight.shape)
        if "variance" in weight.name or weight.name == "gamma":
            values = random.uniform(0.5, 1.5, shape)
        elif weight.name == "embeddings":
            values = random.normal(0.0, gain, shape)  # each example reads a row: nothing is summed up over the others
        elif len(shape) > 1:
            fan_in = max(int(np.prod(shape[:-1])), 1)
            values = random.normal(0.0, gain * np.sqrt(1.5 / fan_in), shape)
        else:
            values = random.normal(0.0, 0.3, shape)
        weight.assign(values.astype(weight.dtype))


def predict(model: Any, inputs: Any) -> Any:
    """The model's outputs in inference mode, as arrays."""
    each = tensorflow().nest.map_structure
    return each(np.asarray, model(each(np.asarray, inputs), training=False))


def is_stable(model: Any, inputs: Any) -> bool:
    """Whether calling the model without `training` changes no weight and gives what inference mode gives."""
    flat, expected = tensorflow().nest.flatten, predict(model, inputs)
    before = model.get_weights()
    bare = [np.asarray(one) for one in flat(model(tensorflow().nest.map_structure(np.asarray, inputs)))]
    after = model.get_weights()
    model.set_weights(before)
    unchanged = all(np.array_equal(one, other, equal_nan=True) for one, other in zip(before, after, strict=True))
    return unchanged and all(
        np.allclose(one.astype(np.float64), other.astype(np.float64), rtol=1e-4, atol=1e-4, equal_nan=True)
        for one, other in zip(bare, flat(expected), strict=True)
    )


def intermediate(model: Any, tensors: Sequence[Any], inputs: Any) -> list[Array]:
    """The values of some of a model's inner tensors."""
    inner = keras().Model(model.inputs, list(tensors))
    flat = tensorflow().nest.flatten
    return [np.asarray(one) for one in flat(inner(flat(inputs), training=False))]


def keras_bytes(model: Any) -> bytes:
    """The model as a `.keras` file, the same bytes whenever it is written: no dates, entries in a fixed order."""
    with tempfile.TemporaryDirectory() as folder, quiet():
        path = Path(folder) / "model.keras"
        model.save(path)
        saved = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    out = io.BytesIO()
    with saved, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as fixed:
        for name in sorted(saved.namelist()):
            data = saved.read(name)
            if name == "metadata.json":
                data = json.dumps(json.loads(data) | {"date_saved": "1980-01-01@00:00:00"}, sort_keys=True).encode()
            elif name == "config.json":
                data = json.dumps(_numbered(json.loads(data), {})).encode()
            fixed.writestr(zipfile.ZipInfo(name, _EPOCH), data)
    return out.getvalue()


def _numbered(config: Any, seen: dict[int, int]) -> Any:
    """A model's configuration with its shared objects numbered in order; Keras numbers them by memory address."""
    if isinstance(config, dict):
        entries = cast("dict[str, Any]", config)
        return {
            key: seen.setdefault(value, len(seen)) if key == "shared_object_id" else _numbered(value, seen)
            for key, value in entries.items()
        }
    return [_numbered(one, seen) for one in cast("list[Any]", config)] if isinstance(config, list) else config


def load_keras(path: Path) -> Any:
    return keras().models.load_model(path, compile=False)


def gradients(compute: Callable[[], tuple[Any, Sequence[Any]]]) -> tuple[Any, Sequence[Any], list[Any]]:
    """A loss, the weights that it is differentiated by, and the gradients; `compute` gives the first two."""
    with tensorflow().GradientTape() as tape:
        loss, weights = compute()
    found: list[Any] = tape.gradient(loss, [one.value for one in weights], unconnected_gradients="zero")
    return loss, weights, [tensorflow().convert_to_tensor(one) for one in found]


def leave_nothing_to_chance(layer: Any) -> None:
    """Sets to 0 what a layer, or a model, draws in training: what dropouts drop, and the noise."""
    for one in layer._flatten_layers():
        for name in ("rate", "dropout", "recurrent_dropout", "stddev"):
            is_own = not isinstance(getattr(one.__class__, name, None), property)  # and not an inner layer's
            if is_own and isinstance(getattr(one, name, None), (int, float)):
                setattr(one, name, 0.0)


def calls(model: Any) -> dict[str, list[list[Any]]]:
    """The symbolic results of each application of each layer of a model, in order, by the layer's name."""
    # there is no public way to see every call of a layer
    return {layer.name: [list(node.output_tensors) for node in layer._inbound_nodes] for layer in model.layers}


def rebuilt(model: Any) -> Any:
    """The model as it would be read from a file, with fresh weights."""
    return keras().models.model_from_json(model.to_json())


def description(model: Any) -> dict[str, Any]:
    """The model's configuration as Keras stores it."""
    return json.loads(model.to_json())


def tflite_bytes(model: Any) -> bytes:
    """A model with a fixed batch as a float32 TFLite file."""
    with quiet():
        converter = tensorflow().lite.TFLiteConverter.from_keras_model(model)
        return bytes(converter.convert())


def run_tflite(data: bytes, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """The outputs of a TFLite file by the names of its signature; a single one is called `output_0`."""
    with quiet(), warnings.catch_warnings(action="ignore"):  # that the interpreter moves to another package
        interpreter = tensorflow().lite.Interpreter(model_content=data)
        runner = interpreter.get_signature_runner("serving_default")
        return dict(runner(**inputs))


@dataclass(frozen=True)
class TFLiteFile:
    """What a TFLite file holds: operators by name with their counts, and its stored float tensors.

    `kernels` are the elements of each distinct constant that a convolution or a dense operator multiplies with.
    `results` are the names of each operator's result tensors, which hold those of the layers they were converted from.
    """

    operators: Mapping[str, int]
    kernels: tuple[int, ...]
    stored: int
    results: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


def read_tflite(data: bytes) -> TFLiteFile:
    """The operators and constants of a TFLite file, every subgraph counted."""
    tensorflow()
    schema: Any = importlib.import_module("tensorflow.lite.python.schema_py_generated")
    names, types = _codes(schema.BuiltinOperator), _codes(schema.TensorType)
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    operators: dict[str, int] = {}
    kernels: dict[int, int] = {}
    stored: dict[int, int] = {}
    results: dict[str, tuple[str, ...]] = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            buffer = model.buffers[tensor.buffer].data
            if buffer is not None and len(buffer) and types[tensor.type] == "FLOAT32":
                stored[int(tensor.buffer)] = int(np.prod(list(tensor.shape)))
        for operator in graph.operators:
            code = model.operatorCodes[operator.opcodeIndex]
            name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
            operators[name] = operators.get(name, 0) + 1
            made = [graph.tensors[index].name.decode(errors="replace") for index in operator.outputs]
            results[name] = (*results.get(name, ()), *made)
            if name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
                kernel = int(graph.tensors[operator.inputs[1]].buffer)
                if kernel in stored:
                    kernels[kernel] = stored[kernel]
    sizes = tuple(sorted(kernels.values()))
    return TFLiteFile(dict(sorted(operators.items())), sizes, sum(stored.values()), results)


def _codes(enumeration: Any) -> dict[int, str]:
    """The names of an enumeration of the file format, by code."""
    members = cast("dict[str, Any]", vars(enumeration))
    return {code: name for name, code in members.items() if not name.startswith("_")}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
