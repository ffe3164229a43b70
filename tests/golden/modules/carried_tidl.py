"""A deep network whose copies carry a memory beside their result, and whose results are all read at the end.

Built by specc 0.1.0 for the target tidl from the spec carried.
Needs Keras 3.12 or newer.
Options: device am68a, sdk newest, quantize float32.
Spec SHA-256: cb566b6c289d14e43a49cd74cab7123b4b30988aa507525174c6b4446dc13559
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

SPEC = "carried"
SPEC_SHA256 = "cb566b6c289d14e43a49cd74cab7123b4b30988aa507525174c6b4446dc13559"
TARGET = "tidl"


class Tensor(NamedTuple):
    """One tensor of the data contract. Shapes leave out the batch axis; a size of None is the data's."""

    name: str
    logical: tuple[int | None, ...]  # the shape in the spec
    physical: tuple[int | None, ...]  # the shape this model accepts or returns
    dtype: str
    activation: str = "linear"  # not applied yet: the model returns logits where it is not linear
    bounds: tuple[float, float] | None = None  # the smallest and largest label that the loss accepts


INPUTS = (
    Tensor("features", (8,), (1, 1, 8), "float32"),
    Tensor("memory", (6,), (1, 1, 6), "float32"),
    Tensor("condition", (3,), (1, 1, 3), "float32"),
)
OUTPUTS = (
    Tensor("every", (48,), (1, 1, 48), "float32"),
    Tensor("half", (4,), (1, 1, 4), "float32"),
    Tensor("swapped", (8,), (1, 1, 8), "float32"),
)
TARGETS = OUTPUTS
# the keras build's weights and their shapes, and layers that were renamed since
REFERENCE: dict[str, tuple[int, ...]] = {
    "deep_1_gate/kernel": (17, 6),
    "deep_1_gate/bias": (6,),
    "deep_1_seen/kernel": (17, 8),
    "deep_1_seen/bias": (8,),
    "deep_1_new/kernel": (8, 6),
    "deep_1_new/bias": (6,),
    "deep_2_gate/kernel": (17, 6),
    "deep_2_gate/bias": (6,),
    "deep_2_seen/kernel": (17, 8),
    "deep_2_seen/bias": (8,),
    "deep_2_new/kernel": (8, 6),
    "deep_2_new/bias": (6,),
    "deep_3_gate/kernel": (17, 6),
    "deep_3_gate/bias": (6,),
    "deep_3_seen/kernel": (17, 8),
    "deep_3_seen/bias": (8,),
    "deep_3_new/kernel": (8, 6),
    "deep_3_new/bias": (6,),
    "deep_4_seen/kernel": (17, 8),
    "deep_4_seen/bias": (8,),
    "wide_1/kernel": (8, 8),
    "wide_1/bias": (8,),
    "wide_2/kernel": (8, 8),
    "wide_2/bias": (8,),
    "wide_3/kernel": (8, 8),
    "wide_3/bias": (8,),
    "dense_1_gate/kernel": (17, 6),
    "dense_1_gate/bias": (6,),
    "dense_1_seen/kernel": (17, 8),
    "dense_1_seen/bias": (8,),
    "dense_1_new/kernel": (8, 6),
    "dense_1_new/bias": (6,),
    "dense_2_gate/kernel": (17, 6),
    "dense_2_gate/bias": (6,),
    "dense_2_seen/kernel": (17, 8),
    "dense_2_seen/bias": (8,),
    "dense_2_new/kernel": (8, 6),
    "dense_2_new/bias": (6,),
    "dense_3_gate/kernel": (17, 6),
    "dense_3_gate/bias": (6,),
    "dense_3_seen/kernel": (17, 8),
    "dense_3_seen/bias": (8,),
    "dense_3_new/kernel": (8, 6),
    "dense_3_new/bias": (6,),
    "half/kernel": (6, 4),
    "half/bias": (4,),
}
RENAMED: dict[str, str] = {}


def cell(x: Any, state: Any, condition: Any, *, name: str) -> Any:
    """The block cell: deep/1, deep/2, deep/3, dense/1, ….

    One step of the memory.
    """
    joined = layers.Concatenate(name=f"{name}_joined")([x, state, condition])  # line 12
    gate = layers.Conv2D(6, 1, activation="sigmoid", name=f"{name}_gate")(joined)  # line 13
    held = layers.Multiply(name=f"{name}_held")([gate, state])  # line 14
    seen = layers.Conv2D(8, 1, activation="tanh", name=f"{name}_seen")(joined)  # line 15
    new = layers.Conv2D(6, 1, name=f"{name}_new")(seen)  # line 16
    sum_ = layers.Add(name=f"{name}_sum")([held, new])  # line 17
    return seen, sum_


def cell_(x: Any, state: Any, condition: Any, *, name: str) -> Any:
    """The block cell: deep/4.

    One step of the memory.
    """
    joined = layers.Concatenate(name=f"{name}_joined")([x, state, condition])  # line 12
    return layers.Conv2D(8, 1, activation="tanh", name=f"{name}_seen")(joined)  # line 15


def mixed(other: Any, bias: Any, one: Any, *, name: str) -> Any:
    """The block mixed: mixed/1, mixed/2, mixed/3."""
    swapped = layers.Add(name=f"{name}_swapped")([other, bias])  # line 22
    next_ = layers.Multiply(name=f"{name}_next")([one, swapped])  # line 23
    return swapped, next_


def build_model(*, batch_size: int | None = None) -> keras.Model:
    """The network with fresh weights.

    `batch_size` fixes the batch axis, which converters want; None leaves it free.
    """
    features = keras.Input((1, 1, 8), batch_size=batch_size, name="features")
    memory = keras.Input((1, 1, 6), batch_size=batch_size, name="memory")
    condition = keras.Input((1, 1, 3), batch_size=batch_size, name="condition")
    deep_seen, deep_sum = features, memory
    for number in range(1, 4):
        deep_seen, deep_sum = cell(deep_seen, deep_sum, condition, name=f"deep_{number}")  # line 26
    deep = cell_(deep_seen, deep_sum, condition, name="deep_4")  # line 26
    wide_1 = layers.Conv2D(8, 1, name="wide_1")(deep)  # line 27
    wide_2 = layers.Conv2D(8, 1, name="wide_2")(wide_1)  # line 27
    wide_3 = layers.Conv2D(8, 1, name="wide_3")(wide_2)  # line 27
    mixed_next, mixed_swapped = wide_2, deep
    for number in range(1, 4):
        mixed_swapped, mixed_next = mixed(mixed_next, wide_3, mixed_swapped, name=f"mixed_{number}")  # line 28
    dense_1_seen, dense_1_sum = cell(mixed_next, memory, condition, name="dense_1")  # line 29
    dense_2_seen, dense_2_sum = cell(dense_1_seen, dense_1_sum, condition, name="dense_2")  # line 29
    dense_seen, dense_sum = cell(dense_2_seen, dense_2_sum, condition, name="dense_3")  # line 29
    every_layer = layers.Concatenate(name="every")  # line 30
    every = every_layer([dense_1_seen, dense_2_seen, dense_seen, wide_1, wide_2, wide_3])
    half = layers.Conv2D(4, 1, name="half")(dense_sum)  # line 31
    return keras.Model(
        [features, memory, condition], {"every": every, "half": half, "swapped": mixed_swapped}, name="carried"
    )


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
        _check_same_network(model, source)
    _assign(model, arrays)


def _from_reference(reference: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """This build's arrays, from those of the reference build."""
    return {
        "deep_1_gate/kernel": reference["deep_1_gate/kernel"].reshape(1, 1, 17, 6),
        "deep_1_gate/bias": reference["deep_1_gate/bias"],
        "deep_1_seen/kernel": reference["deep_1_seen/kernel"].reshape(1, 1, 17, 8),
        "deep_1_seen/bias": reference["deep_1_seen/bias"],
        "deep_1_new/kernel": reference["deep_1_new/kernel"].reshape(1, 1, 8, 6),
        "deep_1_new/bias": reference["deep_1_new/bias"],
        "deep_2_gate/kernel": reference["deep_2_gate/kernel"].reshape(1, 1, 17, 6),
        "deep_2_gate/bias": reference["deep_2_gate/bias"],
        "deep_2_seen/kernel": reference["deep_2_seen/kernel"].reshape(1, 1, 17, 8),
        "deep_2_seen/bias": reference["deep_2_seen/bias"],
        "deep_2_new/kernel": reference["deep_2_new/kernel"].reshape(1, 1, 8, 6),
        "deep_2_new/bias": reference["deep_2_new/bias"],
        "deep_3_gate/kernel": reference["deep_3_gate/kernel"].reshape(1, 1, 17, 6),
        "deep_3_gate/bias": reference["deep_3_gate/bias"],
        "deep_3_seen/kernel": reference["deep_3_seen/kernel"].reshape(1, 1, 17, 8),
        "deep_3_seen/bias": reference["deep_3_seen/bias"],
        "deep_3_new/kernel": reference["deep_3_new/kernel"].reshape(1, 1, 8, 6),
        "deep_3_new/bias": reference["deep_3_new/bias"],
        "deep_4_seen/kernel": reference["deep_4_seen/kernel"].reshape(1, 1, 17, 8),
        "deep_4_seen/bias": reference["deep_4_seen/bias"],
        "wide_1/kernel": reference["wide_1/kernel"].reshape(1, 1, 8, 8),
        "wide_1/bias": reference["wide_1/bias"],
        "wide_2/kernel": reference["wide_2/kernel"].reshape(1, 1, 8, 8),
        "wide_2/bias": reference["wide_2/bias"],
        "wide_3/kernel": reference["wide_3/kernel"].reshape(1, 1, 8, 8),
        "wide_3/bias": reference["wide_3/bias"],
        "dense_1_gate/kernel": reference["dense_1_gate/kernel"].reshape(1, 1, 17, 6),
        "dense_1_gate/bias": reference["dense_1_gate/bias"],
        "dense_1_seen/kernel": reference["dense_1_seen/kernel"].reshape(1, 1, 17, 8),
        "dense_1_seen/bias": reference["dense_1_seen/bias"],
        "dense_1_new/kernel": reference["dense_1_new/kernel"].reshape(1, 1, 8, 6),
        "dense_1_new/bias": reference["dense_1_new/bias"],
        "dense_2_gate/kernel": reference["dense_2_gate/kernel"].reshape(1, 1, 17, 6),
        "dense_2_gate/bias": reference["dense_2_gate/bias"],
        "dense_2_seen/kernel": reference["dense_2_seen/kernel"].reshape(1, 1, 17, 8),
        "dense_2_seen/bias": reference["dense_2_seen/bias"],
        "dense_2_new/kernel": reference["dense_2_new/kernel"].reshape(1, 1, 8, 6),
        "dense_2_new/bias": reference["dense_2_new/bias"],
        "dense_3_gate/kernel": reference["dense_3_gate/kernel"].reshape(1, 1, 17, 6),
        "dense_3_gate/bias": reference["dense_3_gate/bias"],
        "dense_3_seen/kernel": reference["dense_3_seen/kernel"].reshape(1, 1, 17, 8),
        "dense_3_seen/bias": reference["dense_3_seen/bias"],
        "dense_3_new/kernel": reference["dense_3_new/kernel"].reshape(1, 1, 8, 6),
        "dense_3_new/bias": reference["dense_3_new/bias"],
        "half/kernel": reference["half/kernel"].reshape(1, 1, 6, 4),
        "half/bias": reference["half/bias"],
    }


def _probes(count: int) -> dict[str, np.ndarray]:
    """Random inputs in the spec's shapes."""
    random = np.random.default_rng(0)
    return {
        "features": random.normal(size=(count, 8)).astype("float32"),
        "memory": random.normal(size=(count, 6)).astype("float32"),
        "condition": random.normal(size=(count, 3)).astype("float32"),
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
