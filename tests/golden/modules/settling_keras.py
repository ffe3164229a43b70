"""States that start from zeros and ones and have sizes that the data give.

Built by specc 0.1.0 for the target keras from the spec settling.
Spec SHA-256: 333d57be58643720bbfc96cfbb160c93a32d2350fe50bdcb8c7bf637b5618332
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers, ops

SPEC = "settling"
SPEC_SHA256 = "333d57be58643720bbfc96cfbb160c93a32d2350fe50bdcb8c7bf637b5618332"
TARGET = "keras"


class Tensor(NamedTuple):
    """One tensor of the data contract. Shapes leave out the batch axis; a size of None is the data's."""

    name: str
    logical: tuple[int | None, ...]  # the shape the spec speaks of
    physical: tuple[int | None, ...]  # the shape this model takes or gives
    dtype: str
    activation: str = "linear"  # what is still to be applied: the model gives logits where it is not linear


INPUTS = (
    Tensor("series", (None, 3), (None, 3), "float32"),
    Tensor("field", (None, None, 2), (None, None, 2), "float32"),
    Tensor("level", (2,), (2,), "float32"),
)
OUTPUTS = (
    Tensor("memory", (None, 2), (None, 2), "float32"),
    Tensor("height", (None, None, 2), (None, None, 2), "float32"),
    Tensor("sum", (2,), (2,), "float32"),
)
TARGETS = OUTPUTS
# the keras build's weights and their shapes, and layers that were renamed since
REFERENCE: dict[str, tuple[int, ...]] = {"step/kernel": (5, 2), "step/bias": (2,), "wave/kernel": (2, 2)}
RENAMED: dict[str, str] = {}


def build_model(*, batch_size: int | None = None) -> keras.Model:
    """The network with fresh weights.

    `batch_size` fixes the batch axis, which converters want; None leaves it free.
    """
    series = keras.Input((None, 3), batch_size=batch_size, name="series")
    field = keras.Input((None, None, 2), batch_size=batch_size, name="field")
    level = keras.Input((2,), batch_size=batch_size, name="level")

    seen_layer = layers.Concatenate(name="seen")  # line 6
    step_layer = layers.Dense(2, activation="tanh", name="step")  # line 7
    # loop remember (line 12): after each pass memory becomes step
    memory = filled_along(series, (1,), (None, 2), 0.0)
    for _ in range(3):
        seen = seen_layer([series, memory])
        step = step_layer(seen)
        memory = step

    wave = layers.Dense(2, use_bias=False, name="wave")(field)  # line 8

    filled_along_layer = layers.Add(name="filled_along")  # line 9
    # loop grow (line 16): after each pass height becomes filled_along
    height = filled_along(field, (1, 2), (None, None, 2), 1.0)
    for _ in range(2):
        filled_along_ = filled_along_layer([wave, height])
        height = filled_along_

    rise_layer = layers.Add(name="rise")  # line 10
    # loop add (line 20): after each pass sum becomes rise
    sum_ = filled(series, (2,), 1.0)
    for _ in range(4):
        rise = rise_layer([level, sum_])
        sum_ = rise

    return keras.Model([series, field, level], {"memory": step, "height": filled_along_, "sum": rise}, name="settling")


def adapt_inputs(x: Any) -> Any:
    """Data in the spec's shapes, laid out as this model takes it: an array, or a list of them in the order of INPUTS.

    Takes an array, a list or a dict by name, each with the batch axis first. Raises ValueError on any other shape.
    """
    arrays = [_adapt("input", value, tensor) for value, tensor in zip(_each(x, INPUTS), INPUTS, strict=True)]
    return arrays[0] if len(INPUTS) == 1 else arrays


def adapt_targets(y: Any) -> Any:
    """Labels in the spec's shapes, laid out as this model's outputs are. Raises ValueError on any other shape."""
    arrays = [_adapt("target", value, tensor) for value, tensor in zip(_each(y, TARGETS), TARGETS, strict=True)]
    return arrays[0] if len(TARGETS) == 1 else {t.name: a for t, a in zip(TARGETS, arrays, strict=True)}


def restore_outputs(y: Any) -> Any:
    """What the model gave, in the spec's shapes, with the activations applied that the target leaves to the caller."""
    arrays = []
    for value, tensor in zip(_each(y, OUTPUTS), OUTPUTS, strict=True):
        array = _checked("output", value, tensor, tensor.physical)
        array = _laid_out(array, tensor, tensor.logical)
        if tensor.activation != "linear":
            array = keras.ops.convert_to_numpy(keras.activations.get(tensor.activation)(array))
        arrays.append(array)
    return arrays[0] if len(OUTPUTS) == 1 else {t.name: a for t, a in zip(OUTPUTS, arrays, strict=True)}


def _each(data: Any, tensors: tuple[Tensor, ...]) -> list[Any]:
    """One array for each tensor of the contract, from an array, a list or a dict."""
    names = [tensor.name for tensor in tensors]
    if isinstance(data, Mapping):
        if set(data) != set(names):
            raise ValueError(f"expected arrays for {names}, found {sorted(data)}")
        return [data[name] for name in names]
    if len(tensors) == 1 and not (isinstance(data, (list, tuple)) and len(data) == 1 and hasattr(data[0], "shape")):
        return [data]
    if not isinstance(data, (list, tuple)) or len(data) != len(tensors):
        raise ValueError(f"expected {len(tensors)} arrays, for {names}, as a list or a dict by name")
    return list(data)


def _adapt(what: str, value: Any, tensor: Tensor) -> np.ndarray:
    return _laid_out(_checked(what, value, tensor, tensor.logical), tensor, tensor.physical)


def _laid_out(array: np.ndarray, tensor: Tensor, shape: tuple[int | None, ...]) -> np.ndarray:
    """The array in another shape of the contract. Where the two differ, all sizes are known."""
    if tensor.logical == tensor.physical:
        return array
    return array.reshape(-1, *(size for size in shape if size is not None))


def _checked(what: str, value: Any, tensor: Tensor, shape: tuple[int | None, ...]) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{what} `{tensor.name}`: expected numbers, found dtype {array.dtype}")
    if array.dtype.kind == "f" and np.dtype(tensor.dtype).kind in "iu":
        raise ValueError(f"{what} `{tensor.name}`: expected {tensor.dtype}, found {array.dtype}")
    if shape in ((), (1,)) and array.shape[1:] in ((), (1,)) and array.ndim:
        array = array.reshape((-1, 1) if shape else (-1,))  # a column may come flat
    sizes = array.shape[1:]
    fits = len(sizes) == len(shape) and all(size in (None, found) for found, size in zip(sizes, shape, strict=True))
    if array.ndim == 0 or not fits:
        expected = ", ".join(["batch", *map(str, shape)])
        message = f"{what} `{tensor.name}`: expected an array of shape ({expected}), found {array.shape}"
        if array.shape == shape:
            message += "; the batch axis is missing: array[np.newaxis]"
        elif [n for n in array.shape[1:] if n != 1] == [n for n in shape if n != 1]:
            message += f"; its axes of 1 would broadcast: array.reshape({(-1, *shape)})"
        raise ValueError(message)
    return array.astype(tensor.dtype, copy=False)


def load_reference_weights(model: keras.Model, source: keras.Model | str | Path | Mapping[str, Any]) -> None:
    """Sets the model's weights to those of the reference (keras) build, matched by name.

    `source` is that model, its `.keras` file, or its arrays by `layer/weight` (a mapping or an `.npz` file).
    Raises ValueError where a weight is missing or has another shape; the model is then left as it was.
    """
    reference = _reference(source)
    arrays = {
        "step/kernel": reference["step/kernel"],
        "step/bias": reference["step/bias"],
        "wave/kernel": reference["wave/kernel"],
    }
    _assign(model, arrays)


def _weights(model: keras.Model) -> dict[str, Any]:
    """A model's variables as `layer/weight`."""
    return {f"{layer.name}/{weight.name}": weight for layer in model.layers for weight in layer.weights}


def _reference(source: Any) -> dict[str, np.ndarray]:
    """The reference build's arrays as `layer/weight`, from a model, a `.keras` or `.npz` file, or a mapping."""
    if isinstance(source, (str, Path)) and Path(source).suffix == ".npz":
        with np.load(source) as file:
            source = dict(file)
    elif isinstance(source, (str, Path)):
        source = keras.models.load_model(source, compile=False)
    if isinstance(source, keras.Model):
        source = {name: weight.numpy() for name, weight in _weights(source).items()}
    found: dict[str, np.ndarray] = {}
    for name, array in source.items():
        layer, _, weight = name.partition("/")
        found[f"{RENAMED.get(layer, layer)}/{weight}"] = np.asarray(array)
    for name, shape in REFERENCE.items():
        if name not in found:
            raise ValueError(f"the reference has no weight `{name}`")
        if found[name].shape != shape:
            raise ValueError(f"weight `{name}` of the reference: expected shape {shape}, found {found[name].shape}")
    return found


def _assign(model: keras.Model, arrays: Mapping[str, np.ndarray]) -> None:
    weights = _weights(model)
    for name, weight in weights.items():
        if name not in arrays:
            raise ValueError(f"no values for the weight `{name}`")
        if tuple(weight.shape) != arrays[name].shape:
            raise ValueError(f"weight `{name}`: expected shape {tuple(weight.shape)}, found {arrays[name].shape}")
    for name, weight in weights.items():
        weight.assign(arrays[name])


def filled(like: Any, shape: tuple[int, ...], value: float) -> Any:
    """`value` in every element of `shape`, once for each example of `like`."""
    column = ops.cast(ops.zeros_like(layers.Flatten()(like)[:, :1]), "float32")
    return layers.Reshape(shape)(ops.tile(column, (1, math.prod(shape)))) + value


def filled_along(like: Any, axes: tuple[int, ...], shape: tuple[int | None, ...], value: float) -> Any:
    """`value` in every element of `shape`, once per example of `like`, whose `axes` give the sizes that are None."""
    row: Any = tuple(slice(None) if axis in (0, *axes) else 0 for axis in range(len(like.shape)))
    zeros: Any = ops.cast(ops.zeros_like(like[row]), "float32")
    for axis, size in enumerate(shape, start=1):
        if size is not None:
            zeros = ops.repeat(ops.expand_dims(zeros, axis), size, axis)
    return zeros + value
