"""The network blocks.

Built by specc 0.1.0 for the target keras from the spec blocks.
Needs Keras 3.12 or newer.
Spec SHA-256: 3add907c088d31c61764f434fb35d05999b995ca15746f218c1c77889d40acb1
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

SPEC = "blocks"
SPEC_SHA256 = "3add907c088d31c61764f434fb35d05999b995ca15746f218c1c77889d40acb1"
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
    Tensor("image", (16, 16, 3), (16, 16, 3), "float32"),
    Tensor("other", (16, 16, 3), (16, 16, 3), "float32"),
)
OUTPUTS = (
    Tensor("head", (3,), (3,), "float32"),
    Tensor("first", (16, 16, 4), (16, 16, 4), "float32"),
    Tensor("body", (512,), (512,), "float32"),
)
TARGETS = OUTPUTS
# the keras build's weights and their shapes, and layers that were renamed since
REFERENCE: dict[str, tuple[int, ...]] = {
    "stem_conv/kernel": (3, 3, 3, 8),
    "stem_conv/bias": (8,),
    "stem_bn/gamma": (8,),
    "stem_bn/beta": (8,),
    "stem_bn/moving_mean": (8,),
    "stem_bn/moving_variance": (8,),
    "pair_shared/kernel": (1, 1, 8, 4),
    "pair_shared/bias": (4,),
    "tower_1_squeeze_conv/kernel": (1, 1, 4, 3),
    "tower_1_squeeze_conv/bias": (3,),
    "tower_1_squeeze_bn/gamma": (3,),
    "tower_1_squeeze_bn/beta": (3,),
    "tower_1_squeeze_bn/moving_mean": (3,),
    "tower_1_squeeze_bn/moving_variance": (3,),
    "tower_1_middle_1_conv/kernel": (5, 5, 3, 8),
    "tower_1_middle_1_conv/bias": (8,),
    "tower_1_middle_1_bn/gamma": (8,),
    "tower_1_middle_1_bn/beta": (8,),
    "tower_1_middle_1_bn/moving_mean": (8,),
    "tower_1_middle_1_bn/moving_variance": (8,),
    "tower_1_middle_2_conv/kernel": (3, 3, 8, 8),
    "tower_1_middle_2_conv/bias": (8,),
    "tower_1_middle_2_bn/gamma": (8,),
    "tower_1_middle_2_bn/beta": (8,),
    "tower_1_middle_2_bn/moving_mean": (8,),
    "tower_1_middle_2_bn/moving_variance": (8,),
    "tower_1_skip/kernel": (1, 1, 4, 8),
    "tower_1_skip/bias": (8,),
    "tower_2_squeeze_conv/kernel": (1, 1, 8, 5),
    "tower_2_squeeze_conv/bias": (5,),
    "tower_2_squeeze_bn/gamma": (5,),
    "tower_2_squeeze_bn/beta": (5,),
    "tower_2_squeeze_bn/moving_mean": (5,),
    "tower_2_squeeze_bn/moving_variance": (5,),
    "tower_2_middle_1_conv/kernel": (5, 5, 5, 8),
    "tower_2_middle_1_conv/bias": (8,),
    "tower_2_middle_1_bn/gamma": (8,),
    "tower_2_middle_1_bn/beta": (8,),
    "tower_2_middle_1_bn/moving_mean": (8,),
    "tower_2_middle_1_bn/moving_variance": (8,),
    "tower_2_middle_2_conv/kernel": (3, 3, 8, 8),
    "tower_2_middle_2_conv/bias": (8,),
    "tower_2_middle_2_bn/gamma": (8,),
    "tower_2_middle_2_bn/beta": (8,),
    "tower_2_middle_2_bn/moving_mean": (8,),
    "tower_2_middle_2_bn/moving_variance": (8,),
    "tower_3_squeeze_conv/kernel": (1, 1, 8, 5),
    "tower_3_squeeze_conv/bias": (5,),
    "tower_3_squeeze_bn/gamma": (5,),
    "tower_3_squeeze_bn/beta": (5,),
    "tower_3_squeeze_bn/moving_mean": (5,),
    "tower_3_squeeze_bn/moving_variance": (5,),
    "tower_3_middle_1_conv/kernel": (5, 5, 5, 8),
    "tower_3_middle_1_conv/bias": (8,),
    "tower_3_middle_1_bn/gamma": (8,),
    "tower_3_middle_1_bn/beta": (8,),
    "tower_3_middle_1_bn/moving_mean": (8,),
    "tower_3_middle_1_bn/moving_variance": (8,),
    "tower_3_middle_2_conv/kernel": (3, 3, 8, 8),
    "tower_3_middle_2_conv/bias": (8,),
    "tower_3_middle_2_bn/gamma": (8,),
    "tower_3_middle_2_bn/beta": (8,),
    "tower_3_middle_2_bn/moving_mean": (8,),
    "tower_3_middle_2_bn/moving_variance": (8,),
    "wide_1_d/kernel": (8, 16),
    "wide_1_d/bias": (16,),
    "wide_2_d/kernel": (16, 32),
    "wide_2_d/bias": (32,),
    "growing_1/kernel": (32, 4),
    "growing_1/bias": (4,),
    "growing_2/kernel": (4, 8),
    "growing_2/bias": (8,),
    "growing_3/kernel": (8, 12),
    "growing_3/bias": (12,),
    "state_in/kernel": (12, 3),
    "state_in/bias": (3,),
    "step_d/kernel": (3, 6),
    "step_d/bias": (6,),
    "back/kernel": (6, 3),
    "back/bias": (3,),
}
RENAMED: dict[str, str] = {}


def conv_bn(x: Any, *, name: str, filters: int, kernel: int = 3, stride: int = 1) -> Any:
    """The block conv_bn: tower/1/squeeze, tower/1/middle/1, tower/1/middle/2, tower/2/squeeze, ….

    A convolution with its normalisation
    """
    conv = layers.Conv2D(filters, kernel, strides=stride, padding="same", name=f"{name}_conv")(x)  # line 12
    bn = layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(conv)  # line 13
    return layers.ReLU(name=f"{name}_relu")(bn)  # line 14


def never_named_but_used(x: Any, *, name: str) -> Any:
    """The block never_named_but_used: wide/1, wide/2."""
    return layers.Dense(2 * x.shape[-1], name=f"{name}_d")(x)  # line 34


def residual(x: Any, *, name: str, filters: int, stride: int = 1, ratio: float = 0.5) -> Any:
    """The block residual: tower/1, tower/2, tower/3."""
    squeeze = conv_bn(x, name=f"{name}_squeeze", filters=int(x.shape[-1] * ratio) + 1, kernel=1)
    middle = conv_bn(squeeze, name=f"{name}_middle_1", filters=8, kernel=5, stride=stride)
    middle = conv_bn(middle, name=f"{name}_middle_2", filters=8)
    skip = x
    if stride > 1 or x.shape[-1] != filters:
        skip = layers.Conv2D(8, 1, strides=2, name=f"{name}_skip")(x)  # line 22
    sum_ = layers.Add(name=f"{name}_sum")([middle, skip])  # line 23
    return layers.Activation("relu", name=f"{name}_out")(sum_)  # line 24


def build_model(*, passes: int = 3, batch_size: int | None = None) -> keras.Model:
    """The network with fresh weights, which do not depend on `passes`.

    `batch_size` fixes the batch axis, which converters want; None leaves it free.
    """
    if passes < 1:
        raise ValueError(f"`passes` has to be at least 1, found {passes}")
    image = keras.Input((16, 16, 3), batch_size=batch_size, name="image")
    other = keras.Input((16, 16, 3), batch_size=batch_size, name="other")
    stem_conv_layer = layers.Conv2D(8, 3, padding="same", name="stem_conv")  # line 12
    stem_conv = stem_conv_layer(image)
    stem_bn_layer = layers.BatchNormalization(momentum=0.9, name="stem_bn")  # line 13
    stem_bn = stem_bn_layer(stem_conv)
    stem_relu_layer = layers.ReLU(name="stem_relu")  # line 14
    stem_relu = stem_relu_layer(stem_bn)
    twin_conv = stem_conv_layer(other)  # line 12
    twin_bn = stem_bn_layer(twin_conv)  # line 13
    twin_relu = stem_relu_layer(twin_bn)  # line 14
    pair_shared_layer = layers.Conv2D(4, 1, name="pair_shared")  # line 29
    pair_shared = pair_shared_layer(stem_relu)
    pair_again = pair_shared_layer(twin_relu)  # line 30
    pair_sum = layers.Add(name="pair_sum")([pair_shared, pair_again])  # line 31
    # the body
    tower = residual(pair_sum, name="tower_1", filters=8, stride=2)  # line 39
    for number in range(2, 4):
        tower = residual(tower, name=f"tower_{number}", filters=8)  # line 39
    mean = layers.GlobalAveragePooling2D(name="mean")(tower)  # line 40
    wide = mean
    for number in range(1, 3):
        wide = never_named_but_used(wide, name=f"wide_{number}")  # line 41
    growing_1 = layers.Dense(4, name="growing_1")(wide)  # line 42
    growing_2 = layers.Dense(8, name="growing_2")(growing_1)  # line 42
    growing_3 = layers.Dense(12, name="growing_3")(growing_2)  # line 42
    state_in = layers.Dense(3, name="state_in")(growing_3)  # line 44

    step_d_layer = layers.Dense(6, name="step_d")  # line 34
    back_layer = layers.Dense(3, name="back")  # line 46
    # loop settle (line 48): after each pass s becomes back
    s = state_in
    for _ in range(passes):
        step_d = step_d_layer(s)
        back = back_layer(step_d)
        s = back

    body = layers.Flatten(name="body")(tower)  # line 49
    return keras.Model([image, other], {"head": back, "first": pair_shared, "body": body}, name="blocks")


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
        "stem_conv/kernel": reference["stem_conv/kernel"],
        "stem_conv/bias": reference["stem_conv/bias"],
        "stem_bn/gamma": reference["stem_bn/gamma"],
        "stem_bn/beta": reference["stem_bn/beta"],
        "stem_bn/moving_mean": reference["stem_bn/moving_mean"],
        "stem_bn/moving_variance": reference["stem_bn/moving_variance"],
        "pair_shared/kernel": reference["pair_shared/kernel"],
        "pair_shared/bias": reference["pair_shared/bias"],
        "tower_1_squeeze_conv/kernel": reference["tower_1_squeeze_conv/kernel"],
        "tower_1_squeeze_conv/bias": reference["tower_1_squeeze_conv/bias"],
        "tower_1_squeeze_bn/gamma": reference["tower_1_squeeze_bn/gamma"],
        "tower_1_squeeze_bn/beta": reference["tower_1_squeeze_bn/beta"],
        "tower_1_squeeze_bn/moving_mean": reference["tower_1_squeeze_bn/moving_mean"],
        "tower_1_squeeze_bn/moving_variance": reference["tower_1_squeeze_bn/moving_variance"],
        "tower_1_middle_1_conv/kernel": reference["tower_1_middle_1_conv/kernel"],
        "tower_1_middle_1_conv/bias": reference["tower_1_middle_1_conv/bias"],
        "tower_1_middle_1_bn/gamma": reference["tower_1_middle_1_bn/gamma"],
        "tower_1_middle_1_bn/beta": reference["tower_1_middle_1_bn/beta"],
        "tower_1_middle_1_bn/moving_mean": reference["tower_1_middle_1_bn/moving_mean"],
        "tower_1_middle_1_bn/moving_variance": reference["tower_1_middle_1_bn/moving_variance"],
        "tower_1_middle_2_conv/kernel": reference["tower_1_middle_2_conv/kernel"],
        "tower_1_middle_2_conv/bias": reference["tower_1_middle_2_conv/bias"],
        "tower_1_middle_2_bn/gamma": reference["tower_1_middle_2_bn/gamma"],
        "tower_1_middle_2_bn/beta": reference["tower_1_middle_2_bn/beta"],
        "tower_1_middle_2_bn/moving_mean": reference["tower_1_middle_2_bn/moving_mean"],
        "tower_1_middle_2_bn/moving_variance": reference["tower_1_middle_2_bn/moving_variance"],
        "tower_1_skip/kernel": reference["tower_1_skip/kernel"],
        "tower_1_skip/bias": reference["tower_1_skip/bias"],
        "tower_2_squeeze_conv/kernel": reference["tower_2_squeeze_conv/kernel"],
        "tower_2_squeeze_conv/bias": reference["tower_2_squeeze_conv/bias"],
        "tower_2_squeeze_bn/gamma": reference["tower_2_squeeze_bn/gamma"],
        "tower_2_squeeze_bn/beta": reference["tower_2_squeeze_bn/beta"],
        "tower_2_squeeze_bn/moving_mean": reference["tower_2_squeeze_bn/moving_mean"],
        "tower_2_squeeze_bn/moving_variance": reference["tower_2_squeeze_bn/moving_variance"],
        "tower_2_middle_1_conv/kernel": reference["tower_2_middle_1_conv/kernel"],
        "tower_2_middle_1_conv/bias": reference["tower_2_middle_1_conv/bias"],
        "tower_2_middle_1_bn/gamma": reference["tower_2_middle_1_bn/gamma"],
        "tower_2_middle_1_bn/beta": reference["tower_2_middle_1_bn/beta"],
        "tower_2_middle_1_bn/moving_mean": reference["tower_2_middle_1_bn/moving_mean"],
        "tower_2_middle_1_bn/moving_variance": reference["tower_2_middle_1_bn/moving_variance"],
        "tower_2_middle_2_conv/kernel": reference["tower_2_middle_2_conv/kernel"],
        "tower_2_middle_2_conv/bias": reference["tower_2_middle_2_conv/bias"],
        "tower_2_middle_2_bn/gamma": reference["tower_2_middle_2_bn/gamma"],
        "tower_2_middle_2_bn/beta": reference["tower_2_middle_2_bn/beta"],
        "tower_2_middle_2_bn/moving_mean": reference["tower_2_middle_2_bn/moving_mean"],
        "tower_2_middle_2_bn/moving_variance": reference["tower_2_middle_2_bn/moving_variance"],
        "tower_3_squeeze_conv/kernel": reference["tower_3_squeeze_conv/kernel"],
        "tower_3_squeeze_conv/bias": reference["tower_3_squeeze_conv/bias"],
        "tower_3_squeeze_bn/gamma": reference["tower_3_squeeze_bn/gamma"],
        "tower_3_squeeze_bn/beta": reference["tower_3_squeeze_bn/beta"],
        "tower_3_squeeze_bn/moving_mean": reference["tower_3_squeeze_bn/moving_mean"],
        "tower_3_squeeze_bn/moving_variance": reference["tower_3_squeeze_bn/moving_variance"],
        "tower_3_middle_1_conv/kernel": reference["tower_3_middle_1_conv/kernel"],
        "tower_3_middle_1_conv/bias": reference["tower_3_middle_1_conv/bias"],
        "tower_3_middle_1_bn/gamma": reference["tower_3_middle_1_bn/gamma"],
        "tower_3_middle_1_bn/beta": reference["tower_3_middle_1_bn/beta"],
        "tower_3_middle_1_bn/moving_mean": reference["tower_3_middle_1_bn/moving_mean"],
        "tower_3_middle_1_bn/moving_variance": reference["tower_3_middle_1_bn/moving_variance"],
        "tower_3_middle_2_conv/kernel": reference["tower_3_middle_2_conv/kernel"],
        "tower_3_middle_2_conv/bias": reference["tower_3_middle_2_conv/bias"],
        "tower_3_middle_2_bn/gamma": reference["tower_3_middle_2_bn/gamma"],
        "tower_3_middle_2_bn/beta": reference["tower_3_middle_2_bn/beta"],
        "tower_3_middle_2_bn/moving_mean": reference["tower_3_middle_2_bn/moving_mean"],
        "tower_3_middle_2_bn/moving_variance": reference["tower_3_middle_2_bn/moving_variance"],
        "wide_1_d/kernel": reference["wide_1_d/kernel"],
        "wide_1_d/bias": reference["wide_1_d/bias"],
        "wide_2_d/kernel": reference["wide_2_d/kernel"],
        "wide_2_d/bias": reference["wide_2_d/bias"],
        "growing_1/kernel": reference["growing_1/kernel"],
        "growing_1/bias": reference["growing_1/bias"],
        "growing_2/kernel": reference["growing_2/kernel"],
        "growing_2/bias": reference["growing_2/bias"],
        "growing_3/kernel": reference["growing_3/kernel"],
        "growing_3/bias": reference["growing_3/bias"],
        "state_in/kernel": reference["state_in/kernel"],
        "state_in/bias": reference["state_in/bias"],
        "step_d/kernel": reference["step_d/kernel"],
        "step_d/bias": reference["step_d/bias"],
        "back/kernel": reference["back/kernel"],
        "back/bias": reference["back/bias"],
    }


def _with_passes_of(source: keras.Model) -> keras.Model:
    """This network, its loops as long as the source's."""
    rows: Any = source.get_config().get("layers", []) if getattr(source, "inputs", None) else []
    calls = {RENAMED.get(row["name"], row["name"]): len(row.get("inbound_nodes", ())) for row in rows if "name" in row}
    return build_model(passes=max(calls.get("step_d", 1), 1))


def _probes(count: int) -> dict[str, np.ndarray]:
    """Random inputs in the spec's shapes."""
    random = np.random.default_rng(0)
    return {
        "image": random.normal(size=(count, 16, 16, 3)).astype("float32"),
        "other": random.normal(size=(count, 16, 16, 3)).astype("float32"),
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
