"""The network simple_rnn.

Built by specc 0.1.0 for the target keras from the spec simple_rnn.
Spec SHA-256: 42f670a23d35d0b6cfeed9dd5b329d9272449a0052d35a8f19618a5ed113608a
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

SPEC = "simple_rnn"
SPEC_SHA256 = "42f670a23d35d0b6cfeed9dd5b329d9272449a0052d35a8f19618a5ed113608a"
TARGET = "keras"


class Tensor(NamedTuple):
    """One tensor of the data contract. Shapes leave out the batch axis; a size of None is the data's."""

    name: str
    logical: tuple[int | None, ...]  # the shape the spec speaks of
    physical: tuple[int | None, ...]  # the shape this model takes or gives
    dtype: str
    activation: str = "linear"  # what is still to be applied: the model gives logits where it is not linear


INPUTS = (Tensor("steps", (1, 4), (1, 4), "float32"),)
OUTPUTS = (Tensor("reading", (1, 2), (1, 2), "float32"),)
TARGETS = OUTPUTS
# the keras build's weights and their shapes, and layers that were renamed since
REFERENCE: dict[str, tuple[int, ...]] = {
    "memory/kernel": (4, 4),
    "memory/recurrent_kernel": (4, 4),
    "memory/bias": (4,),
    "reading/kernel": (4, 2),
    "reading/bias": (2,),
}
RENAMED: dict[str, str] = {}


def build_model(*, batch_size: int | None = None) -> keras.Model:
    """The network with fresh weights.

    `batch_size` fixes the batch axis, which converters want; None leaves it free.
    """
    steps = keras.Input((1, 4), batch_size=batch_size, name="steps")
    memory = layers.SimpleRNN(4, activation="sigmoid", return_sequences=True, name="memory")(steps)  # line 6
    reading = layers.Dense(2, name="reading")(memory)  # line 7
    return keras.Model(steps, reading, name="simple_rnn")


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
        "memory/kernel": reference["memory/kernel"],
        "memory/recurrent_kernel": reference["memory/recurrent_kernel"],
        "memory/bias": reference["memory/bias"],
        "reading/kernel": reference["reading/kernel"],
        "reading/bias": reference["reading/bias"],
    }
    _assign(model, arrays)


def compile_model(model: keras.Model) -> keras.Model:
    """The model, compiled as the spec trains it. Labels have to come through adapt_targets."""
    model.compile(optimizer=keras.optimizers.Adam(), loss=ExactShape(keras.losses.MeanAbsoluteError(), shape=(1, 2)))
    return model


def fit_options() -> dict[str, Any]:
    """The arguments for model.fit that the spec sets; callbacks are made anew at every call."""
    return {}


@keras.saving.register_keras_serializable(package=SPEC)
class ExactShape(keras.losses.Loss):
    """A loss in the spec's own shapes. It refuses labels that would only fit by broadcasting: that trains on nonsense.

    `shape` is that of the output in the spec, None where the data give a size; `sparse` says that labels are class
    numbers, without the last axis; `activation` is applied to the output first, where the target leaves it to the
    caller.
    """

    def __init__(
        self,
        loss: Any,
        shape: Any,
        sparse: bool = False,
        activation: str = "linear",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        loss = keras.saving.deserialize_keras_object(loss) if isinstance(loss, dict) else loss
        super().__init__(name=name or loss.name, reduction=kwargs.pop("reduction", loss.reduction), **kwargs)
        self.loss, self.shape, self.sparse, self.activation = loss, tuple(shape), sparse, activation

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        allowed = ((), (1,), self.shape[:-1])
        if sample_weight is not None and not any(_agree(sample_weight.shape[1:], shape) for shape in allowed):
            found = ", ".join(["batch", *map(str, sample_weight.shape[1:])])
            raise ValueError(f"sample weights of shape ({found}) would broadcast; give one for each example: (batch,)")
        return super().__call__(y_true, y_pred, sample_weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        rank = -1 if self.sparse else None
        expected, found = tuple(y_pred.shape[1:rank]), tuple(y_true.shape[1:])
        if not any((_agree(found, expected), _agree(found, (*expected, 1)), _agree((*found, 1), expected))):
            labels, output = (", ".join(["batch", *map(str, shape)]) for shape in (found, expected))
            raise ValueError(
                f"labels of shape ({labels}) for an output of shape ({output}) would broadcast; "
                "pass them through adapt_targets and compile again"
            )
        if None in self.shape:  # then the output lies as in the spec; another number of labels fails here
            sizes: Any = keras.ops.shape(y_pred)
            return self.loss.call(keras.ops.reshape(y_true, sizes[:rank]), y_pred)
        y_true = keras.ops.reshape(y_true, (-1, *self.shape[:rank]))
        if tuple(y_pred.shape[1:]) != self.shape:
            logits = getattr(y_pred, "_keras_logits", None)  # from which Keras computes cross-entropies exactly
            y_pred = keras.ops.reshape(y_pred, (-1, *self.shape))
            if logits is not None:
                y_pred._keras_logits = keras.ops.reshape(logits, (-1, *self.shape))
        return self.loss.call(y_true, keras.activations.get(self.activation)(y_pred))

    def get_config(self) -> dict[str, Any]:
        own = {"shape": self.shape, "sparse": self.sparse, "activation": self.activation}
        return {**super().get_config(), "loss": keras.saving.serialize_keras_object(self.loss), **own}


def _agree(one: Any, other: Any) -> bool:
    """Whether two shapes are the same, as far as is known before the data are there."""
    return len(one) == len(other) and all(None in pair or pair[0] == pair[1] for pair in zip(one, other, strict=True))


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
