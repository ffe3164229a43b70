"""The network ring.

Built by specc 0.1.0 for the target keras from the spec ring.
Needs Keras 3.12 or newer.
Spec SHA-256: e87b11f75dbf74c5d4ffed91840d8b9e18f82a34508860762e83d8b0eecc01c0
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers, ops

SPEC = "ring"
SPEC_SHA256 = "e87b11f75dbf74c5d4ffed91840d8b9e18f82a34508860762e83d8b0eecc01c0"
TARGET = "keras"


class Tensor(NamedTuple):
    """One tensor of the data contract. Shapes leave out the batch axis; a size of None is the data's."""

    name: str
    logical: tuple[int | None, ...]  # the shape in the spec
    physical: tuple[int | None, ...]  # the shape this model accepts or returns
    dtype: str
    activation: str = "linear"  # not applied yet: the model returns logits where it is not linear
    bounds: tuple[float, float] | None = None  # the smallest and largest label that the loss accepts


INPUTS = (
    Tensor("x", (2,), (2,), "float32"),
    Tensor("start", (3,), (3,), "float32"),
)
OUTPUTS = (
    Tensor("left", (3,), (3,), "float32"),
    Tensor("right", (3,), (3,), "float32"),
)
TARGETS = OUTPUTS
# the keras build's weights and their shapes, and layers that were renamed since
REFERENCE: dict[str, tuple[int, ...]] = {
    "drive/kernel": (2, 3),
    "drive/bias": (3,),
    "left/kernel": (3, 3),
    "left/bias": (3,),
}
RENAMED: dict[str, str] = {}


def build_model(*, passes: int = 5, batch_size: int | None = None) -> keras.Model:
    """The network with fresh weights, which do not depend on `passes`.

    `batch_size` fixes the batch axis, which converters want; None leaves it free.
    """
    if passes < 1:
        raise ValueError(f"`passes` has to be at least 1, found {passes}")
    x = keras.Input((2,), batch_size=batch_size, name="x")
    start = keras.Input((3,), batch_size=batch_size, name="start")
    drive = layers.Dense(3, name="drive")(x)  # line 7

    left_layer = layers.Dense(3, activation="tanh", name="left")  # line 8
    right_layer = layers.Add(name="right")  # line 9
    # loop ring (line 11): after each pass back becomes right, left_before becomes left
    back, left_before = filled(x, (3,), 1.0), start
    for _ in range(passes):
        left = left_layer(back)
        right = right_layer([left_before, drive])
        back, left_before = right, left

    return keras.Model([x, start], {"left": left, "right": right}, name="ring")


def adapt_inputs(x: Any) -> Any:
    """Reshape data from the spec's shapes to this model's: an array, or a list of them in the order of INPUTS.

    Accepts an array, a list or a dict by name, each with the batch axis first; tensors stay tensors, symbolic ones
    included. Raises ValueError on any other shape.
    """
    arrays = [_adapt("input", value, tensor) for value, tensor in zip(_each(x, INPUTS), INPUTS, strict=True)]
    return arrays[0] if len(INPUTS) == 1 else arrays


def adapt_targets(y: Any) -> Any:
    """Reshape labels from the spec's shapes to those of this model's outputs. Raises ValueError on any other shape."""
    arrays = [_adapt("target", value, tensor) for value, tensor in zip(_each(y, TARGETS), TARGETS, strict=True)]
    return arrays[0] if len(TARGETS) == 1 else {t.name: a for t, a in zip(TARGETS, arrays, strict=True)}


def restore_outputs(y: Any) -> Any:
    """Reshape the model's outputs to the spec's shapes; apply activations that the target leaves to the caller.

    Arrays stay arrays and tensors stay tensors, so that gradients pass through.
    """
    arrays = []
    for value, tensor in zip(_each(y, OUTPUTS), OUTPUTS, strict=True):
        array = _reshaped(_checked("output", value, tensor, tensor.physical), tensor.logical)
        if tensor.activation != "linear":
            activated = keras.activations.get(tensor.activation)(array)
            array = keras.ops.convert_to_numpy(activated) if isinstance(array, np.ndarray) else activated
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


def _adapt(what: str, value: Any, tensor: Tensor) -> Any:
    return _reshaped(_checked(what, value, tensor, tensor.logical), tensor.physical)


def _library(array: Any) -> Any:
    """The library that reshapes and casts an array: TensorFlow within tf.data, whatever Keras' own backend is."""
    if type(array).__module__.startswith("tensorflow"):
        return sys.modules["tensorflow"]
    return keras.ops if keras.ops.is_tensor(array) or isinstance(array, keras.KerasTensor) else np


def _reshaped(array: Any, shape: tuple[int | None, ...]) -> Any:
    """The array in another shape of the contract. It keeps its batch axis, so another number of elements fails."""
    if None in shape or tuple(array.shape[1:]) == shape:
        return array
    library = _library(array)
    batch = array.shape[0] if array.shape[0] is not None else library.shape(array)[0]
    reshaped = library.reshape(array, (batch, *shape))
    if hasattr(array, "_keras_logits"):  # from which Keras computes cross-entropies exactly
        reshaped._keras_logits = _reshaped(array._keras_logits, shape)
    return reshaped


def _checked(what: str, value: Any, tensor: Tensor, shape: tuple[int | None, ...]) -> Any:
    """The value as an array or tensor of the contract's dtype; a size that is not known yet is not checked."""
    array = np.asarray(value) if _library(value) is np else value
    dtype = str(getattr(array.dtype, "name", array.dtype)).rpartition(".")[2]
    if not dtype.startswith(("float", "bfloat", "int", "uint", "bool")):
        raise ValueError(f"{what} `{tensor.name}`: expected numbers, found dtype {dtype}")
    if getattr(array.shape, "rank", 0) is None:
        raise ValueError(f"{what} `{tensor.name}`: its number of axes is unknown; give the dataset an output_signature")
    found, is_whole = tuple(array.shape), tensor.dtype.startswith(("int", "uint"))
    if shape in ((), (1,)) and found[1:] in ((), (1,)) and found:
        array = _reshaped(array, shape)  # a column may come flat
    sizes = tuple(array.shape[1:])
    if not found or not _agree(sizes, shape):
        expected = ", ".join(["batch", *map(str, shape)])
        message = f"{what} `{tensor.name}`: expected an array of shape ({expected}), found {found}"
        if found == shape:
            message += "; the batch axis is missing: array[np.newaxis]"
        elif [n for n in found[1:] if n != 1] == [n for n in shape if n != 1]:
            message += f"; its axes of 1 would broadcast: array.reshape({(-1, *shape)})"
        elif what == "target" and is_whole and found[1:-1] == shape:
            message += "; the loss expects class numbers: pass one-hot labels as array.argmax(axis=-1)"
        elif what == "target" and found[1:] == shape[:-1]:
            message += f"; pass class numbers as one-hot labels: keras.utils.to_categorical(array, {shape[-1]})"
        raise ValueError(message)
    if is_whole and "float" in dtype:
        raise ValueError(f"{what} `{tensor.name}`: expected {tensor.dtype}, found {dtype}; round it and cast it")
    if what == "target" and tensor.bounds and isinstance(array, np.ndarray) and array.size:
        (least, most), (low, high) = (array.min(), array.max()), tensor.bounds
        if not low <= least <= most <= high:
            raise ValueError(f"target `{tensor.name}`: expected labels from {low} to {high}, found {least} to {most}")
    if _library(array) is np:
        return array.astype(tensor.dtype, copy=False)
    return _library(array).cast(array, tensor.dtype)


def _agree(one: Any, other: Any) -> bool:
    """Whether two shapes are the same, as far as is known before the data are there."""
    return len(one) == len(other) and all(None in pair or pair[0] == pair[1] for pair in zip(one, other, strict=True))


def load_reference_weights(
    model: keras.Model, source: keras.Model | str | Path | Mapping[str, Any], *, allow_different_network: bool = False
) -> None:
    """Sets the model's weights to those of the reference (keras) build, matched by name.

    `source` is that model, its `.keras` file, or its arrays by `layer/weight` (a mapping or an `.npz` file).
    A model has to compute what this network computes, unless `allow_different_network`; of arrays, only
    names and shapes can be checked.

    Raises ValueError where something does not fit; the model is then left as it was.
    """
    source = _opened(source)
    arrays = _from_reference(_reference(source))
    if isinstance(source, keras.Model) and not allow_different_network:
        _check_same_network(_with_passes_of(source), source)
    _assign(model, arrays)


def _from_reference(reference: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """This build's arrays, from those of the reference build."""
    return {
        "drive/kernel": reference["drive/kernel"],
        "drive/bias": reference["drive/bias"],
        "left/kernel": reference["left/kernel"],
        "left/bias": reference["left/bias"],
    }


def _with_passes_of(source: keras.Model) -> keras.Model:
    """This network, its loops as long as the source's."""
    rows: Any = source.get_config().get("layers", []) if getattr(source, "inputs", None) else []
    calls = {RENAMED.get(row["name"], row["name"]): len(row.get("inbound_nodes", ())) for row in rows if "name" in row}
    return build_model(passes=max(calls.get("left", 1), 1))


def _probes(count: int) -> dict[str, np.ndarray]:
    """Random inputs in the spec's shapes."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(count, 2)).astype("float32"),
        "start": random.normal(size=(count, 3)).astype("float32"),
    }


def _weights(model: keras.Model) -> dict[str, Any]:
    """A model's variables as `layer/weight`."""
    return {f"{layer.name}/{weight.name}": weight for layer in model.layers for weight in layer.weights}


def _opened(source: Any) -> Any:
    """The model of a `.keras` file, or the arrays of an `.npz` file; anything else as it is."""
    if not isinstance(source, (str, Path)):
        return source
    if str(source).endswith(".weights.h5"):
        raise ValueError("`specc build --weights` and `specc.load_model` read `.weights.h5` files by name")
    if Path(source).suffix == ".npz":
        with np.load(source) as file:
            return dict(file)
    return keras.models.load_model(source, compile=False)


def _reference(source: keras.Model | Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The reference build's arrays as `layer/weight`."""
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


def _check_same_network(model: keras.Model, source: keras.Model) -> None:
    """Raises ValueError unless the model computes what the source does, with the same weights on random inputs.

    Compares with the source's weights and with random ones, which hide less. The model keeps its own.
    """
    hint = "load the model of this network, or pass allow_different_network=True"
    if not getattr(source, "inputs", None):
        raise ValueError(f"only a functional model can be compared with this network; {hint}")
    fixed = [tensor.shape[0] for tensor in (*model.inputs, *source.inputs) if tensor.shape[0]]
    probes = _probes(fixed[0] if fixed else 4)
    names = [tensor.name for tensor in source.inputs]
    inputs = [probes[name] for name in (names if set(names) == set(probes) else probes)]
    if len(names) != len(inputs) or not all(
        _agree(tuple(tensor.shape[1:]), array.shape[1:]) for tensor, array in zip(source.inputs, inputs, strict=True)
    ):
        shapes = [tuple(tensor.shape[1:]) for tensor in source.inputs]
        raise ValueError(f"the source has inputs of the shapes {shapes}, other than this network; {hint}")
    before = {name: keras.ops.convert_to_numpy(weight) for name, weight in _weights(model).items()}
    try:
        for reference in (source, _randomized(source)):
            _assign(model, _from_reference(_reference(reference)))
            expected = _by_output(reference(inputs if len(inputs) > 1 else inputs[0], training=False))
            found = _by_output(restore_outputs(model(adapt_inputs(probes), training=False)))
            common = [name for name in found if name in expected]
            if not common:
                raise ValueError(f"the source has the outputs {sorted(expected)}, other than this network; {hint}")
            for name in common:
                if not _is_close(found[name], expected[name], model):
                    raise ValueError(f"the source is another network: its output `{name}` has other values; {hint}")
    finally:
        _assign(model, before)


def _randomized(source: keras.Model) -> keras.Model:
    """The same network with random weights."""
    random = np.random.default_rng(0)
    copy = keras.models.clone_model(source)
    for weight in copy.weights:
        fan_in = max(int(np.prod(weight.shape[:-1])), 1)
        values = random.normal(0.0, fan_in**-0.5, tuple(weight.shape))
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.name else values)
    return copy


def _by_output(y: Any) -> dict[str, np.ndarray]:
    """A model's outputs by name; those without names are in the order of OUTPUTS."""
    if not isinstance(y, Mapping):
        y = dict(zip([tensor.name for tensor in OUTPUTS], y if isinstance(y, (list, tuple)) else [y], strict=False))
    return {name: np.asarray(keras.ops.convert_to_numpy(array), "float64") for name, array in y.items()}


def _is_close(found: np.ndarray, expected: np.ndarray, model: keras.Model) -> bool:
    """Whether two outputs are equal but for rounding; those that are not finite tell nothing."""
    if found.shape != expected.shape:
        return False
    if not np.isfinite(expected).all():
        return True
    tolerance = 5e-2 if any("16" in layer.compute_dtype for layer in model.layers) else 1e-3
    return bool(np.abs(found - expected).max(initial=0.0) <= tolerance * np.abs(expected).max(initial=1e-6))


def filled(like: Any, shape: tuple[int, ...], value: float) -> Any:
    """`value` in every element of `shape`, once for each example of `like`."""
    column = ops.cast(ops.zeros_like(layers.Flatten()(like)[:, :1]), "float32")
    return layers.Reshape(shape)(ops.tile(column, (1, math.prod(shape)))) + value
