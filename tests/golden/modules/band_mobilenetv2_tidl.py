"""Position of a bright band in a 32x320 image, from MobileNetV2 (alpha 0.5) without its top.

Built by specc 0.1.0 for the target tidl from the spec band_mobilenetv2.
Options: device am68a, sdk newest, quantize float32.
Spec SHA-256: 2182d6bfd3ad391ef21aa444d2ddf6e173da056ba44e3c04d1f0c1de77fbf490
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

SPEC = "band_mobilenetv2"
SPEC_SHA256 = "2182d6bfd3ad391ef21aa444d2ddf6e173da056ba44e3c04d1f0c1de77fbf490"
TARGET = "tidl"


class Tensor(NamedTuple):
    """One tensor of the data contract. Shapes leave out the batch axis; a size of None is the data's."""

    name: str
    logical: tuple[int | None, ...]  # the shape the spec speaks of
    physical: tuple[int | None, ...]  # the shape this model takes or gives
    dtype: str
    activation: str = "linear"  # what is still to be applied: the model gives logits where it is not linear


INPUTS = (Tensor("image", (32, 320, 1), (32, 320, 1), "float32"),)
OUTPUTS = (Tensor("position", (1,), (1, 1, 1), "float32"),)
TARGETS = OUTPUTS
# the keras build's weights and their shapes, and layers that were renamed since
REFERENCE: dict[str, tuple[int, ...]] = {
    "stem_conv/kernel": (3, 3, 1, 16),
    "stem_norm/gamma": (16,),
    "stem_norm/beta": (16,),
    "stem_norm/moving_mean": (16,),
    "stem_norm/moving_variance": (16,),
    "stage1_depthwise/kernel": (3, 3, 16, 1),
    "stage1_norm/gamma": (16,),
    "stage1_norm/beta": (16,),
    "stage1_norm/moving_mean": (16,),
    "stage1_norm/moving_variance": (16,),
    "stage1_project_conv/kernel": (1, 1, 16, 8),
    "stage1_project_norm/gamma": (8,),
    "stage1_project_norm/beta": (8,),
    "stage1_project_norm/moving_mean": (8,),
    "stage1_project_norm/moving_variance": (8,),
    "stage2_1_expand_conv/kernel": (1, 1, 8, 48),
    "stage2_1_expand_norm/gamma": (48,),
    "stage2_1_expand_norm/beta": (48,),
    "stage2_1_expand_norm/moving_mean": (48,),
    "stage2_1_expand_norm/moving_variance": (48,),
    "stage2_1_depthwise/kernel": (3, 3, 48, 1),
    "stage2_1_norm/gamma": (48,),
    "stage2_1_norm/beta": (48,),
    "stage2_1_norm/moving_mean": (48,),
    "stage2_1_norm/moving_variance": (48,),
    "stage2_1_project_conv/kernel": (1, 1, 48, 16),
    "stage2_1_project_norm/gamma": (16,),
    "stage2_1_project_norm/beta": (16,),
    "stage2_1_project_norm/moving_mean": (16,),
    "stage2_1_project_norm/moving_variance": (16,),
    "stage2_2_expand_conv/kernel": (1, 1, 16, 96),
    "stage2_2_expand_norm/gamma": (96,),
    "stage2_2_expand_norm/beta": (96,),
    "stage2_2_expand_norm/moving_mean": (96,),
    "stage2_2_expand_norm/moving_variance": (96,),
    "stage2_2_depthwise/kernel": (3, 3, 96, 1),
    "stage2_2_norm/gamma": (96,),
    "stage2_2_norm/beta": (96,),
    "stage2_2_norm/moving_mean": (96,),
    "stage2_2_norm/moving_variance": (96,),
    "stage2_2_project_conv/kernel": (1, 1, 96, 16),
    "stage2_2_project_norm/gamma": (16,),
    "stage2_2_project_norm/beta": (16,),
    "stage2_2_project_norm/moving_mean": (16,),
    "stage2_2_project_norm/moving_variance": (16,),
    "stage3_1_expand_conv/kernel": (1, 1, 16, 96),
    "stage3_1_expand_norm/gamma": (96,),
    "stage3_1_expand_norm/beta": (96,),
    "stage3_1_expand_norm/moving_mean": (96,),
    "stage3_1_expand_norm/moving_variance": (96,),
    "stage3_1_depthwise/kernel": (3, 3, 96, 1),
    "stage3_1_norm/gamma": (96,),
    "stage3_1_norm/beta": (96,),
    "stage3_1_norm/moving_mean": (96,),
    "stage3_1_norm/moving_variance": (96,),
    "stage3_1_project_conv/kernel": (1, 1, 96, 16),
    "stage3_1_project_norm/gamma": (16,),
    "stage3_1_project_norm/beta": (16,),
    "stage3_1_project_norm/moving_mean": (16,),
    "stage3_1_project_norm/moving_variance": (16,),
    "stage3_2_expand_conv/kernel": (1, 1, 16, 96),
    "stage3_2_expand_norm/gamma": (96,),
    "stage3_2_expand_norm/beta": (96,),
    "stage3_2_expand_norm/moving_mean": (96,),
    "stage3_2_expand_norm/moving_variance": (96,),
    "stage3_2_depthwise/kernel": (3, 3, 96, 1),
    "stage3_2_norm/gamma": (96,),
    "stage3_2_norm/beta": (96,),
    "stage3_2_norm/moving_mean": (96,),
    "stage3_2_norm/moving_variance": (96,),
    "stage3_2_project_conv/kernel": (1, 1, 96, 16),
    "stage3_2_project_norm/gamma": (16,),
    "stage3_2_project_norm/beta": (16,),
    "stage3_2_project_norm/moving_mean": (16,),
    "stage3_2_project_norm/moving_variance": (16,),
    "stage3_3_expand_conv/kernel": (1, 1, 16, 96),
    "stage3_3_expand_norm/gamma": (96,),
    "stage3_3_expand_norm/beta": (96,),
    "stage3_3_expand_norm/moving_mean": (96,),
    "stage3_3_expand_norm/moving_variance": (96,),
    "stage3_3_depthwise/kernel": (3, 3, 96, 1),
    "stage3_3_norm/gamma": (96,),
    "stage3_3_norm/beta": (96,),
    "stage3_3_norm/moving_mean": (96,),
    "stage3_3_norm/moving_variance": (96,),
    "stage3_3_project_conv/kernel": (1, 1, 96, 16),
    "stage3_3_project_norm/gamma": (16,),
    "stage3_3_project_norm/beta": (16,),
    "stage3_3_project_norm/moving_mean": (16,),
    "stage3_3_project_norm/moving_variance": (16,),
    "stage4_1_expand_conv/kernel": (1, 1, 16, 96),
    "stage4_1_expand_norm/gamma": (96,),
    "stage4_1_expand_norm/beta": (96,),
    "stage4_1_expand_norm/moving_mean": (96,),
    "stage4_1_expand_norm/moving_variance": (96,),
    "stage4_1_depthwise/kernel": (3, 3, 96, 1),
    "stage4_1_norm/gamma": (96,),
    "stage4_1_norm/beta": (96,),
    "stage4_1_norm/moving_mean": (96,),
    "stage4_1_norm/moving_variance": (96,),
    "stage4_1_project_conv/kernel": (1, 1, 96, 32),
    "stage4_1_project_norm/gamma": (32,),
    "stage4_1_project_norm/beta": (32,),
    "stage4_1_project_norm/moving_mean": (32,),
    "stage4_1_project_norm/moving_variance": (32,),
    "stage4_2_expand_conv/kernel": (1, 1, 32, 192),
    "stage4_2_expand_norm/gamma": (192,),
    "stage4_2_expand_norm/beta": (192,),
    "stage4_2_expand_norm/moving_mean": (192,),
    "stage4_2_expand_norm/moving_variance": (192,),
    "stage4_2_depthwise/kernel": (3, 3, 192, 1),
    "stage4_2_norm/gamma": (192,),
    "stage4_2_norm/beta": (192,),
    "stage4_2_norm/moving_mean": (192,),
    "stage4_2_norm/moving_variance": (192,),
    "stage4_2_project_conv/kernel": (1, 1, 192, 32),
    "stage4_2_project_norm/gamma": (32,),
    "stage4_2_project_norm/beta": (32,),
    "stage4_2_project_norm/moving_mean": (32,),
    "stage4_2_project_norm/moving_variance": (32,),
    "stage4_3_expand_conv/kernel": (1, 1, 32, 192),
    "stage4_3_expand_norm/gamma": (192,),
    "stage4_3_expand_norm/beta": (192,),
    "stage4_3_expand_norm/moving_mean": (192,),
    "stage4_3_expand_norm/moving_variance": (192,),
    "stage4_3_depthwise/kernel": (3, 3, 192, 1),
    "stage4_3_norm/gamma": (192,),
    "stage4_3_norm/beta": (192,),
    "stage4_3_norm/moving_mean": (192,),
    "stage4_3_norm/moving_variance": (192,),
    "stage4_3_project_conv/kernel": (1, 1, 192, 32),
    "stage4_3_project_norm/gamma": (32,),
    "stage4_3_project_norm/beta": (32,),
    "stage4_3_project_norm/moving_mean": (32,),
    "stage4_3_project_norm/moving_variance": (32,),
    "stage4_4_expand_conv/kernel": (1, 1, 32, 192),
    "stage4_4_expand_norm/gamma": (192,),
    "stage4_4_expand_norm/beta": (192,),
    "stage4_4_expand_norm/moving_mean": (192,),
    "stage4_4_expand_norm/moving_variance": (192,),
    "stage4_4_depthwise/kernel": (3, 3, 192, 1),
    "stage4_4_norm/gamma": (192,),
    "stage4_4_norm/beta": (192,),
    "stage4_4_norm/moving_mean": (192,),
    "stage4_4_norm/moving_variance": (192,),
    "stage4_4_project_conv/kernel": (1, 1, 192, 32),
    "stage4_4_project_norm/gamma": (32,),
    "stage4_4_project_norm/beta": (32,),
    "stage4_4_project_norm/moving_mean": (32,),
    "stage4_4_project_norm/moving_variance": (32,),
    "stage5_1_expand_conv/kernel": (1, 1, 32, 192),
    "stage5_1_expand_norm/gamma": (192,),
    "stage5_1_expand_norm/beta": (192,),
    "stage5_1_expand_norm/moving_mean": (192,),
    "stage5_1_expand_norm/moving_variance": (192,),
    "stage5_1_depthwise/kernel": (3, 3, 192, 1),
    "stage5_1_norm/gamma": (192,),
    "stage5_1_norm/beta": (192,),
    "stage5_1_norm/moving_mean": (192,),
    "stage5_1_norm/moving_variance": (192,),
    "stage5_1_project_conv/kernel": (1, 1, 192, 48),
    "stage5_1_project_norm/gamma": (48,),
    "stage5_1_project_norm/beta": (48,),
    "stage5_1_project_norm/moving_mean": (48,),
    "stage5_1_project_norm/moving_variance": (48,),
    "stage5_2_expand_conv/kernel": (1, 1, 48, 288),
    "stage5_2_expand_norm/gamma": (288,),
    "stage5_2_expand_norm/beta": (288,),
    "stage5_2_expand_norm/moving_mean": (288,),
    "stage5_2_expand_norm/moving_variance": (288,),
    "stage5_2_depthwise/kernel": (3, 3, 288, 1),
    "stage5_2_norm/gamma": (288,),
    "stage5_2_norm/beta": (288,),
    "stage5_2_norm/moving_mean": (288,),
    "stage5_2_norm/moving_variance": (288,),
    "stage5_2_project_conv/kernel": (1, 1, 288, 48),
    "stage5_2_project_norm/gamma": (48,),
    "stage5_2_project_norm/beta": (48,),
    "stage5_2_project_norm/moving_mean": (48,),
    "stage5_2_project_norm/moving_variance": (48,),
    "stage5_3_expand_conv/kernel": (1, 1, 48, 288),
    "stage5_3_expand_norm/gamma": (288,),
    "stage5_3_expand_norm/beta": (288,),
    "stage5_3_expand_norm/moving_mean": (288,),
    "stage5_3_expand_norm/moving_variance": (288,),
    "stage5_3_depthwise/kernel": (3, 3, 288, 1),
    "stage5_3_norm/gamma": (288,),
    "stage5_3_norm/beta": (288,),
    "stage5_3_norm/moving_mean": (288,),
    "stage5_3_norm/moving_variance": (288,),
    "stage5_3_project_conv/kernel": (1, 1, 288, 48),
    "stage5_3_project_norm/gamma": (48,),
    "stage5_3_project_norm/beta": (48,),
    "stage5_3_project_norm/moving_mean": (48,),
    "stage5_3_project_norm/moving_variance": (48,),
    "stage6_1_expand_conv/kernel": (1, 1, 48, 288),
    "stage6_1_expand_norm/gamma": (288,),
    "stage6_1_expand_norm/beta": (288,),
    "stage6_1_expand_norm/moving_mean": (288,),
    "stage6_1_expand_norm/moving_variance": (288,),
    "stage6_1_depthwise/kernel": (3, 3, 288, 1),
    "stage6_1_norm/gamma": (288,),
    "stage6_1_norm/beta": (288,),
    "stage6_1_norm/moving_mean": (288,),
    "stage6_1_norm/moving_variance": (288,),
    "stage6_1_project_conv/kernel": (1, 1, 288, 80),
    "stage6_1_project_norm/gamma": (80,),
    "stage6_1_project_norm/beta": (80,),
    "stage6_1_project_norm/moving_mean": (80,),
    "stage6_1_project_norm/moving_variance": (80,),
    "stage6_2_expand_conv/kernel": (1, 1, 80, 480),
    "stage6_2_expand_norm/gamma": (480,),
    "stage6_2_expand_norm/beta": (480,),
    "stage6_2_expand_norm/moving_mean": (480,),
    "stage6_2_expand_norm/moving_variance": (480,),
    "stage6_2_depthwise/kernel": (3, 3, 480, 1),
    "stage6_2_norm/gamma": (480,),
    "stage6_2_norm/beta": (480,),
    "stage6_2_norm/moving_mean": (480,),
    "stage6_2_norm/moving_variance": (480,),
    "stage6_2_project_conv/kernel": (1, 1, 480, 80),
    "stage6_2_project_norm/gamma": (80,),
    "stage6_2_project_norm/beta": (80,),
    "stage6_2_project_norm/moving_mean": (80,),
    "stage6_2_project_norm/moving_variance": (80,),
    "stage6_3_expand_conv/kernel": (1, 1, 80, 480),
    "stage6_3_expand_norm/gamma": (480,),
    "stage6_3_expand_norm/beta": (480,),
    "stage6_3_expand_norm/moving_mean": (480,),
    "stage6_3_expand_norm/moving_variance": (480,),
    "stage6_3_depthwise/kernel": (3, 3, 480, 1),
    "stage6_3_norm/gamma": (480,),
    "stage6_3_norm/beta": (480,),
    "stage6_3_norm/moving_mean": (480,),
    "stage6_3_norm/moving_variance": (480,),
    "stage6_3_project_conv/kernel": (1, 1, 480, 80),
    "stage6_3_project_norm/gamma": (80,),
    "stage6_3_project_norm/beta": (80,),
    "stage6_3_project_norm/moving_mean": (80,),
    "stage6_3_project_norm/moving_variance": (80,),
    "stage7_expand_conv/kernel": (1, 1, 80, 480),
    "stage7_expand_norm/gamma": (480,),
    "stage7_expand_norm/beta": (480,),
    "stage7_expand_norm/moving_mean": (480,),
    "stage7_expand_norm/moving_variance": (480,),
    "stage7_depthwise/kernel": (3, 3, 480, 1),
    "stage7_norm/gamma": (480,),
    "stage7_norm/beta": (480,),
    "stage7_norm/moving_mean": (480,),
    "stage7_norm/moving_variance": (480,),
    "stage7_project_conv/kernel": (1, 1, 480, 160),
    "stage7_project_norm/gamma": (160,),
    "stage7_project_norm/beta": (160,),
    "stage7_project_norm/moving_mean": (160,),
    "stage7_project_norm/moving_variance": (160,),
    "map_conv/kernel": (1, 1, 160, 1280),
    "map_norm/gamma": (1280,),
    "map_norm/beta": (1280,),
    "map_norm/moving_mean": (1280,),
    "map_norm/moving_variance": (1280,),
    "position/kernel": (12800, 1),
    "position/bias": (1,),
}
RENAMED: dict[str, str] = {}


def conv(x: Any, *, name: str, filters: int, kernel_size: int = 1, strides: int = 1, relu: bool = True) -> Any:
    """The block conv: stem, stage1/project, stage2/1/expand, stage2/1/project, ….

    A convolution, normalised.
    """
    conv_layer = layers.Conv2D(
        filters, kernel_size, strides=strides, padding="same", use_bias=False, name=f"{name}_conv"
    )  # line 15
    conv_ = conv_layer(x)
    norm = layers.BatchNormalization(momentum=0.999, name=f"{name}_norm")(conv_)  # line 22
    relu_ = norm
    if relu:
        relu_ = layers.ReLU(max_value=6.0, name=f"{name}_relu")(norm)  # line 23
    return relu_


def inverted_residual(x: Any, *, name: str, filters: int, strides: int = 1, expansion: int = 6) -> Any:
    """The block inverted_residual: stage1, stage2/1, stage2/2, stage3/1, ….

    Widened, filtered channel by channel, narrowed again; added to what came in where the shapes agree.
    """
    expand = x
    if expansion > 1:
        expand = conv(x, name=f"{name}_expand", filters=expansion * x.shape[-1])
    depthwise_layer = layers.DepthwiseConv2D(
        3, strides=strides, padding="same", use_bias=False, name=f"{name}_depthwise"
    )  # line 32
    depthwise = depthwise_layer(expand)
    norm = layers.BatchNormalization(momentum=0.999, name=f"{name}_norm")(depthwise)  # line 33
    relu = layers.ReLU(max_value=6.0, name=f"{name}_relu")(norm)  # line 34
    project = conv(relu, name=f"{name}_project", filters=filters, relu=False)
    add = project
    if strides == 1 and x.shape[-1] == filters:
        add = layers.Add(name=f"{name}_add")([project, x])  # line 36
    return add


def build_model(*, batch_size: int | None = None) -> keras.Model:
    """The network with fresh weights.

    `batch_size` fixes the batch axis, which converters want; None leaves it free.
    """
    image = keras.Input((32, 320, 1), batch_size=batch_size, name="image")
    stem = conv(image, name="stem", filters=16, kernel_size=3, strides=2)  # line 41
    stage1 = inverted_residual(stem, name="stage1", filters=8, expansion=1)  # line 42
    stage2 = inverted_residual(stage1, name="stage2_1", filters=16, strides=2)  # line 43
    stage2 = inverted_residual(stage2, name="stage2_2", filters=16)  # line 43
    stage3 = inverted_residual(stage2, name="stage3_1", filters=16, strides=2)  # line 44
    for number in range(2, 4):
        stage3 = inverted_residual(stage3, name=f"stage3_{number}", filters=16)  # line 44
    stage4 = inverted_residual(stage3, name="stage4_1", filters=32, strides=2)  # line 45
    for number in range(2, 5):
        stage4 = inverted_residual(stage4, name=f"stage4_{number}", filters=32)  # line 45
    stage5 = stage4
    for number in range(1, 4):
        stage5 = inverted_residual(stage5, name=f"stage5_{number}", filters=48)  # line 46
    stage6 = inverted_residual(stage5, name="stage6_1", filters=80, strides=2)  # line 47
    for number in range(2, 4):
        stage6 = inverted_residual(stage6, name=f"stage6_{number}", filters=80)  # line 47
    stage7 = inverted_residual(stage6, name="stage7", filters=160)  # line 48
    map_ = conv(stage7, name="map", filters=1280)  # line 49
    position_reshape = layers.Reshape((1, 1, 12800), name="position_reshape")(map_)  # line 51, of position
    position_layer = layers.Conv2D(
        1,
        1,
        kernel_initializer=keras.initializers.RandomUniform(minval=-0.021649789416228728, maxval=0.021649789416228728),
        name="position",
    )  # line 51
    position = position_layer(position_reshape)
    return keras.Model(image, position, name="band_mobilenetv2")


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
        "stem_conv/kernel": reference["stem_conv/kernel"],
        "stem_norm/gamma": reference["stem_norm/gamma"],
        "stem_norm/beta": reference["stem_norm/beta"],
        "stem_norm/moving_mean": reference["stem_norm/moving_mean"],
        "stem_norm/moving_variance": reference["stem_norm/moving_variance"],
        "stage1_depthwise/kernel": reference["stage1_depthwise/kernel"],
        "stage1_norm/gamma": reference["stage1_norm/gamma"],
        "stage1_norm/beta": reference["stage1_norm/beta"],
        "stage1_norm/moving_mean": reference["stage1_norm/moving_mean"],
        "stage1_norm/moving_variance": reference["stage1_norm/moving_variance"],
        "stage1_project_conv/kernel": reference["stage1_project_conv/kernel"],
        "stage1_project_norm/gamma": reference["stage1_project_norm/gamma"],
        "stage1_project_norm/beta": reference["stage1_project_norm/beta"],
        "stage1_project_norm/moving_mean": reference["stage1_project_norm/moving_mean"],
        "stage1_project_norm/moving_variance": reference["stage1_project_norm/moving_variance"],
        "stage2_1_expand_conv/kernel": reference["stage2_1_expand_conv/kernel"],
        "stage2_1_expand_norm/gamma": reference["stage2_1_expand_norm/gamma"],
        "stage2_1_expand_norm/beta": reference["stage2_1_expand_norm/beta"],
        "stage2_1_expand_norm/moving_mean": reference["stage2_1_expand_norm/moving_mean"],
        "stage2_1_expand_norm/moving_variance": reference["stage2_1_expand_norm/moving_variance"],
        "stage2_1_depthwise/kernel": reference["stage2_1_depthwise/kernel"],
        "stage2_1_norm/gamma": reference["stage2_1_norm/gamma"],
        "stage2_1_norm/beta": reference["stage2_1_norm/beta"],
        "stage2_1_norm/moving_mean": reference["stage2_1_norm/moving_mean"],
        "stage2_1_norm/moving_variance": reference["stage2_1_norm/moving_variance"],
        "stage2_1_project_conv/kernel": reference["stage2_1_project_conv/kernel"],
        "stage2_1_project_norm/gamma": reference["stage2_1_project_norm/gamma"],
        "stage2_1_project_norm/beta": reference["stage2_1_project_norm/beta"],
        "stage2_1_project_norm/moving_mean": reference["stage2_1_project_norm/moving_mean"],
        "stage2_1_project_norm/moving_variance": reference["stage2_1_project_norm/moving_variance"],
        "stage2_2_expand_conv/kernel": reference["stage2_2_expand_conv/kernel"],
        "stage2_2_expand_norm/gamma": reference["stage2_2_expand_norm/gamma"],
        "stage2_2_expand_norm/beta": reference["stage2_2_expand_norm/beta"],
        "stage2_2_expand_norm/moving_mean": reference["stage2_2_expand_norm/moving_mean"],
        "stage2_2_expand_norm/moving_variance": reference["stage2_2_expand_norm/moving_variance"],
        "stage2_2_depthwise/kernel": reference["stage2_2_depthwise/kernel"],
        "stage2_2_norm/gamma": reference["stage2_2_norm/gamma"],
        "stage2_2_norm/beta": reference["stage2_2_norm/beta"],
        "stage2_2_norm/moving_mean": reference["stage2_2_norm/moving_mean"],
        "stage2_2_norm/moving_variance": reference["stage2_2_norm/moving_variance"],
        "stage2_2_project_conv/kernel": reference["stage2_2_project_conv/kernel"],
        "stage2_2_project_norm/gamma": reference["stage2_2_project_norm/gamma"],
        "stage2_2_project_norm/beta": reference["stage2_2_project_norm/beta"],
        "stage2_2_project_norm/moving_mean": reference["stage2_2_project_norm/moving_mean"],
        "stage2_2_project_norm/moving_variance": reference["stage2_2_project_norm/moving_variance"],
        "stage3_1_expand_conv/kernel": reference["stage3_1_expand_conv/kernel"],
        "stage3_1_expand_norm/gamma": reference["stage3_1_expand_norm/gamma"],
        "stage3_1_expand_norm/beta": reference["stage3_1_expand_norm/beta"],
        "stage3_1_expand_norm/moving_mean": reference["stage3_1_expand_norm/moving_mean"],
        "stage3_1_expand_norm/moving_variance": reference["stage3_1_expand_norm/moving_variance"],
        "stage3_1_depthwise/kernel": reference["stage3_1_depthwise/kernel"],
        "stage3_1_norm/gamma": reference["stage3_1_norm/gamma"],
        "stage3_1_norm/beta": reference["stage3_1_norm/beta"],
        "stage3_1_norm/moving_mean": reference["stage3_1_norm/moving_mean"],
        "stage3_1_norm/moving_variance": reference["stage3_1_norm/moving_variance"],
        "stage3_1_project_conv/kernel": reference["stage3_1_project_conv/kernel"],
        "stage3_1_project_norm/gamma": reference["stage3_1_project_norm/gamma"],
        "stage3_1_project_norm/beta": reference["stage3_1_project_norm/beta"],
        "stage3_1_project_norm/moving_mean": reference["stage3_1_project_norm/moving_mean"],
        "stage3_1_project_norm/moving_variance": reference["stage3_1_project_norm/moving_variance"],
        "stage3_2_expand_conv/kernel": reference["stage3_2_expand_conv/kernel"],
        "stage3_2_expand_norm/gamma": reference["stage3_2_expand_norm/gamma"],
        "stage3_2_expand_norm/beta": reference["stage3_2_expand_norm/beta"],
        "stage3_2_expand_norm/moving_mean": reference["stage3_2_expand_norm/moving_mean"],
        "stage3_2_expand_norm/moving_variance": reference["stage3_2_expand_norm/moving_variance"],
        "stage3_2_depthwise/kernel": reference["stage3_2_depthwise/kernel"],
        "stage3_2_norm/gamma": reference["stage3_2_norm/gamma"],
        "stage3_2_norm/beta": reference["stage3_2_norm/beta"],
        "stage3_2_norm/moving_mean": reference["stage3_2_norm/moving_mean"],
        "stage3_2_norm/moving_variance": reference["stage3_2_norm/moving_variance"],
        "stage3_2_project_conv/kernel": reference["stage3_2_project_conv/kernel"],
        "stage3_2_project_norm/gamma": reference["stage3_2_project_norm/gamma"],
        "stage3_2_project_norm/beta": reference["stage3_2_project_norm/beta"],
        "stage3_2_project_norm/moving_mean": reference["stage3_2_project_norm/moving_mean"],
        "stage3_2_project_norm/moving_variance": reference["stage3_2_project_norm/moving_variance"],
        "stage3_3_expand_conv/kernel": reference["stage3_3_expand_conv/kernel"],
        "stage3_3_expand_norm/gamma": reference["stage3_3_expand_norm/gamma"],
        "stage3_3_expand_norm/beta": reference["stage3_3_expand_norm/beta"],
        "stage3_3_expand_norm/moving_mean": reference["stage3_3_expand_norm/moving_mean"],
        "stage3_3_expand_norm/moving_variance": reference["stage3_3_expand_norm/moving_variance"],
        "stage3_3_depthwise/kernel": reference["stage3_3_depthwise/kernel"],
        "stage3_3_norm/gamma": reference["stage3_3_norm/gamma"],
        "stage3_3_norm/beta": reference["stage3_3_norm/beta"],
        "stage3_3_norm/moving_mean": reference["stage3_3_norm/moving_mean"],
        "stage3_3_norm/moving_variance": reference["stage3_3_norm/moving_variance"],
        "stage3_3_project_conv/kernel": reference["stage3_3_project_conv/kernel"],
        "stage3_3_project_norm/gamma": reference["stage3_3_project_norm/gamma"],
        "stage3_3_project_norm/beta": reference["stage3_3_project_norm/beta"],
        "stage3_3_project_norm/moving_mean": reference["stage3_3_project_norm/moving_mean"],
        "stage3_3_project_norm/moving_variance": reference["stage3_3_project_norm/moving_variance"],
        "stage4_1_expand_conv/kernel": reference["stage4_1_expand_conv/kernel"],
        "stage4_1_expand_norm/gamma": reference["stage4_1_expand_norm/gamma"],
        "stage4_1_expand_norm/beta": reference["stage4_1_expand_norm/beta"],
        "stage4_1_expand_norm/moving_mean": reference["stage4_1_expand_norm/moving_mean"],
        "stage4_1_expand_norm/moving_variance": reference["stage4_1_expand_norm/moving_variance"],
        "stage4_1_depthwise/kernel": reference["stage4_1_depthwise/kernel"],
        "stage4_1_norm/gamma": reference["stage4_1_norm/gamma"],
        "stage4_1_norm/beta": reference["stage4_1_norm/beta"],
        "stage4_1_norm/moving_mean": reference["stage4_1_norm/moving_mean"],
        "stage4_1_norm/moving_variance": reference["stage4_1_norm/moving_variance"],
        "stage4_1_project_conv/kernel": reference["stage4_1_project_conv/kernel"],
        "stage4_1_project_norm/gamma": reference["stage4_1_project_norm/gamma"],
        "stage4_1_project_norm/beta": reference["stage4_1_project_norm/beta"],
        "stage4_1_project_norm/moving_mean": reference["stage4_1_project_norm/moving_mean"],
        "stage4_1_project_norm/moving_variance": reference["stage4_1_project_norm/moving_variance"],
        "stage4_2_expand_conv/kernel": reference["stage4_2_expand_conv/kernel"],
        "stage4_2_expand_norm/gamma": reference["stage4_2_expand_norm/gamma"],
        "stage4_2_expand_norm/beta": reference["stage4_2_expand_norm/beta"],
        "stage4_2_expand_norm/moving_mean": reference["stage4_2_expand_norm/moving_mean"],
        "stage4_2_expand_norm/moving_variance": reference["stage4_2_expand_norm/moving_variance"],
        "stage4_2_depthwise/kernel": reference["stage4_2_depthwise/kernel"],
        "stage4_2_norm/gamma": reference["stage4_2_norm/gamma"],
        "stage4_2_norm/beta": reference["stage4_2_norm/beta"],
        "stage4_2_norm/moving_mean": reference["stage4_2_norm/moving_mean"],
        "stage4_2_norm/moving_variance": reference["stage4_2_norm/moving_variance"],
        "stage4_2_project_conv/kernel": reference["stage4_2_project_conv/kernel"],
        "stage4_2_project_norm/gamma": reference["stage4_2_project_norm/gamma"],
        "stage4_2_project_norm/beta": reference["stage4_2_project_norm/beta"],
        "stage4_2_project_norm/moving_mean": reference["stage4_2_project_norm/moving_mean"],
        "stage4_2_project_norm/moving_variance": reference["stage4_2_project_norm/moving_variance"],
        "stage4_3_expand_conv/kernel": reference["stage4_3_expand_conv/kernel"],
        "stage4_3_expand_norm/gamma": reference["stage4_3_expand_norm/gamma"],
        "stage4_3_expand_norm/beta": reference["stage4_3_expand_norm/beta"],
        "stage4_3_expand_norm/moving_mean": reference["stage4_3_expand_norm/moving_mean"],
        "stage4_3_expand_norm/moving_variance": reference["stage4_3_expand_norm/moving_variance"],
        "stage4_3_depthwise/kernel": reference["stage4_3_depthwise/kernel"],
        "stage4_3_norm/gamma": reference["stage4_3_norm/gamma"],
        "stage4_3_norm/beta": reference["stage4_3_norm/beta"],
        "stage4_3_norm/moving_mean": reference["stage4_3_norm/moving_mean"],
        "stage4_3_norm/moving_variance": reference["stage4_3_norm/moving_variance"],
        "stage4_3_project_conv/kernel": reference["stage4_3_project_conv/kernel"],
        "stage4_3_project_norm/gamma": reference["stage4_3_project_norm/gamma"],
        "stage4_3_project_norm/beta": reference["stage4_3_project_norm/beta"],
        "stage4_3_project_norm/moving_mean": reference["stage4_3_project_norm/moving_mean"],
        "stage4_3_project_norm/moving_variance": reference["stage4_3_project_norm/moving_variance"],
        "stage4_4_expand_conv/kernel": reference["stage4_4_expand_conv/kernel"],
        "stage4_4_expand_norm/gamma": reference["stage4_4_expand_norm/gamma"],
        "stage4_4_expand_norm/beta": reference["stage4_4_expand_norm/beta"],
        "stage4_4_expand_norm/moving_mean": reference["stage4_4_expand_norm/moving_mean"],
        "stage4_4_expand_norm/moving_variance": reference["stage4_4_expand_norm/moving_variance"],
        "stage4_4_depthwise/kernel": reference["stage4_4_depthwise/kernel"],
        "stage4_4_norm/gamma": reference["stage4_4_norm/gamma"],
        "stage4_4_norm/beta": reference["stage4_4_norm/beta"],
        "stage4_4_norm/moving_mean": reference["stage4_4_norm/moving_mean"],
        "stage4_4_norm/moving_variance": reference["stage4_4_norm/moving_variance"],
        "stage4_4_project_conv/kernel": reference["stage4_4_project_conv/kernel"],
        "stage4_4_project_norm/gamma": reference["stage4_4_project_norm/gamma"],
        "stage4_4_project_norm/beta": reference["stage4_4_project_norm/beta"],
        "stage4_4_project_norm/moving_mean": reference["stage4_4_project_norm/moving_mean"],
        "stage4_4_project_norm/moving_variance": reference["stage4_4_project_norm/moving_variance"],
        "stage5_1_expand_conv/kernel": reference["stage5_1_expand_conv/kernel"],
        "stage5_1_expand_norm/gamma": reference["stage5_1_expand_norm/gamma"],
        "stage5_1_expand_norm/beta": reference["stage5_1_expand_norm/beta"],
        "stage5_1_expand_norm/moving_mean": reference["stage5_1_expand_norm/moving_mean"],
        "stage5_1_expand_norm/moving_variance": reference["stage5_1_expand_norm/moving_variance"],
        "stage5_1_depthwise/kernel": reference["stage5_1_depthwise/kernel"],
        "stage5_1_norm/gamma": reference["stage5_1_norm/gamma"],
        "stage5_1_norm/beta": reference["stage5_1_norm/beta"],
        "stage5_1_norm/moving_mean": reference["stage5_1_norm/moving_mean"],
        "stage5_1_norm/moving_variance": reference["stage5_1_norm/moving_variance"],
        "stage5_1_project_conv/kernel": reference["stage5_1_project_conv/kernel"],
        "stage5_1_project_norm/gamma": reference["stage5_1_project_norm/gamma"],
        "stage5_1_project_norm/beta": reference["stage5_1_project_norm/beta"],
        "stage5_1_project_norm/moving_mean": reference["stage5_1_project_norm/moving_mean"],
        "stage5_1_project_norm/moving_variance": reference["stage5_1_project_norm/moving_variance"],
        "stage5_2_expand_conv/kernel": reference["stage5_2_expand_conv/kernel"],
        "stage5_2_expand_norm/gamma": reference["stage5_2_expand_norm/gamma"],
        "stage5_2_expand_norm/beta": reference["stage5_2_expand_norm/beta"],
        "stage5_2_expand_norm/moving_mean": reference["stage5_2_expand_norm/moving_mean"],
        "stage5_2_expand_norm/moving_variance": reference["stage5_2_expand_norm/moving_variance"],
        "stage5_2_depthwise/kernel": reference["stage5_2_depthwise/kernel"],
        "stage5_2_norm/gamma": reference["stage5_2_norm/gamma"],
        "stage5_2_norm/beta": reference["stage5_2_norm/beta"],
        "stage5_2_norm/moving_mean": reference["stage5_2_norm/moving_mean"],
        "stage5_2_norm/moving_variance": reference["stage5_2_norm/moving_variance"],
        "stage5_2_project_conv/kernel": reference["stage5_2_project_conv/kernel"],
        "stage5_2_project_norm/gamma": reference["stage5_2_project_norm/gamma"],
        "stage5_2_project_norm/beta": reference["stage5_2_project_norm/beta"],
        "stage5_2_project_norm/moving_mean": reference["stage5_2_project_norm/moving_mean"],
        "stage5_2_project_norm/moving_variance": reference["stage5_2_project_norm/moving_variance"],
        "stage5_3_expand_conv/kernel": reference["stage5_3_expand_conv/kernel"],
        "stage5_3_expand_norm/gamma": reference["stage5_3_expand_norm/gamma"],
        "stage5_3_expand_norm/beta": reference["stage5_3_expand_norm/beta"],
        "stage5_3_expand_norm/moving_mean": reference["stage5_3_expand_norm/moving_mean"],
        "stage5_3_expand_norm/moving_variance": reference["stage5_3_expand_norm/moving_variance"],
        "stage5_3_depthwise/kernel": reference["stage5_3_depthwise/kernel"],
        "stage5_3_norm/gamma": reference["stage5_3_norm/gamma"],
        "stage5_3_norm/beta": reference["stage5_3_norm/beta"],
        "stage5_3_norm/moving_mean": reference["stage5_3_norm/moving_mean"],
        "stage5_3_norm/moving_variance": reference["stage5_3_norm/moving_variance"],
        "stage5_3_project_conv/kernel": reference["stage5_3_project_conv/kernel"],
        "stage5_3_project_norm/gamma": reference["stage5_3_project_norm/gamma"],
        "stage5_3_project_norm/beta": reference["stage5_3_project_norm/beta"],
        "stage5_3_project_norm/moving_mean": reference["stage5_3_project_norm/moving_mean"],
        "stage5_3_project_norm/moving_variance": reference["stage5_3_project_norm/moving_variance"],
        "stage6_1_expand_conv/kernel": reference["stage6_1_expand_conv/kernel"],
        "stage6_1_expand_norm/gamma": reference["stage6_1_expand_norm/gamma"],
        "stage6_1_expand_norm/beta": reference["stage6_1_expand_norm/beta"],
        "stage6_1_expand_norm/moving_mean": reference["stage6_1_expand_norm/moving_mean"],
        "stage6_1_expand_norm/moving_variance": reference["stage6_1_expand_norm/moving_variance"],
        "stage6_1_depthwise/kernel": reference["stage6_1_depthwise/kernel"],
        "stage6_1_norm/gamma": reference["stage6_1_norm/gamma"],
        "stage6_1_norm/beta": reference["stage6_1_norm/beta"],
        "stage6_1_norm/moving_mean": reference["stage6_1_norm/moving_mean"],
        "stage6_1_norm/moving_variance": reference["stage6_1_norm/moving_variance"],
        "stage6_1_project_conv/kernel": reference["stage6_1_project_conv/kernel"],
        "stage6_1_project_norm/gamma": reference["stage6_1_project_norm/gamma"],
        "stage6_1_project_norm/beta": reference["stage6_1_project_norm/beta"],
        "stage6_1_project_norm/moving_mean": reference["stage6_1_project_norm/moving_mean"],
        "stage6_1_project_norm/moving_variance": reference["stage6_1_project_norm/moving_variance"],
        "stage6_2_expand_conv/kernel": reference["stage6_2_expand_conv/kernel"],
        "stage6_2_expand_norm/gamma": reference["stage6_2_expand_norm/gamma"],
        "stage6_2_expand_norm/beta": reference["stage6_2_expand_norm/beta"],
        "stage6_2_expand_norm/moving_mean": reference["stage6_2_expand_norm/moving_mean"],
        "stage6_2_expand_norm/moving_variance": reference["stage6_2_expand_norm/moving_variance"],
        "stage6_2_depthwise/kernel": reference["stage6_2_depthwise/kernel"],
        "stage6_2_norm/gamma": reference["stage6_2_norm/gamma"],
        "stage6_2_norm/beta": reference["stage6_2_norm/beta"],
        "stage6_2_norm/moving_mean": reference["stage6_2_norm/moving_mean"],
        "stage6_2_norm/moving_variance": reference["stage6_2_norm/moving_variance"],
        "stage6_2_project_conv/kernel": reference["stage6_2_project_conv/kernel"],
        "stage6_2_project_norm/gamma": reference["stage6_2_project_norm/gamma"],
        "stage6_2_project_norm/beta": reference["stage6_2_project_norm/beta"],
        "stage6_2_project_norm/moving_mean": reference["stage6_2_project_norm/moving_mean"],
        "stage6_2_project_norm/moving_variance": reference["stage6_2_project_norm/moving_variance"],
        "stage6_3_expand_conv/kernel": reference["stage6_3_expand_conv/kernel"],
        "stage6_3_expand_norm/gamma": reference["stage6_3_expand_norm/gamma"],
        "stage6_3_expand_norm/beta": reference["stage6_3_expand_norm/beta"],
        "stage6_3_expand_norm/moving_mean": reference["stage6_3_expand_norm/moving_mean"],
        "stage6_3_expand_norm/moving_variance": reference["stage6_3_expand_norm/moving_variance"],
        "stage6_3_depthwise/kernel": reference["stage6_3_depthwise/kernel"],
        "stage6_3_norm/gamma": reference["stage6_3_norm/gamma"],
        "stage6_3_norm/beta": reference["stage6_3_norm/beta"],
        "stage6_3_norm/moving_mean": reference["stage6_3_norm/moving_mean"],
        "stage6_3_norm/moving_variance": reference["stage6_3_norm/moving_variance"],
        "stage6_3_project_conv/kernel": reference["stage6_3_project_conv/kernel"],
        "stage6_3_project_norm/gamma": reference["stage6_3_project_norm/gamma"],
        "stage6_3_project_norm/beta": reference["stage6_3_project_norm/beta"],
        "stage6_3_project_norm/moving_mean": reference["stage6_3_project_norm/moving_mean"],
        "stage6_3_project_norm/moving_variance": reference["stage6_3_project_norm/moving_variance"],
        "stage7_expand_conv/kernel": reference["stage7_expand_conv/kernel"],
        "stage7_expand_norm/gamma": reference["stage7_expand_norm/gamma"],
        "stage7_expand_norm/beta": reference["stage7_expand_norm/beta"],
        "stage7_expand_norm/moving_mean": reference["stage7_expand_norm/moving_mean"],
        "stage7_expand_norm/moving_variance": reference["stage7_expand_norm/moving_variance"],
        "stage7_depthwise/kernel": reference["stage7_depthwise/kernel"],
        "stage7_norm/gamma": reference["stage7_norm/gamma"],
        "stage7_norm/beta": reference["stage7_norm/beta"],
        "stage7_norm/moving_mean": reference["stage7_norm/moving_mean"],
        "stage7_norm/moving_variance": reference["stage7_norm/moving_variance"],
        "stage7_project_conv/kernel": reference["stage7_project_conv/kernel"],
        "stage7_project_norm/gamma": reference["stage7_project_norm/gamma"],
        "stage7_project_norm/beta": reference["stage7_project_norm/beta"],
        "stage7_project_norm/moving_mean": reference["stage7_project_norm/moving_mean"],
        "stage7_project_norm/moving_variance": reference["stage7_project_norm/moving_variance"],
        "map_conv/kernel": reference["map_conv/kernel"],
        "map_norm/gamma": reference["map_norm/gamma"],
        "map_norm/beta": reference["map_norm/beta"],
        "map_norm/moving_mean": reference["map_norm/moving_mean"],
        "map_norm/moving_variance": reference["map_norm/moving_variance"],
        "position/kernel": reference["position/kernel"].reshape(1, 10, 1280, 1).reshape(1, 1, 12800, 1),
        "position/bias": reference["position/bias"],
    }
    _assign(model, arrays)


def compile_model(model: keras.Model) -> keras.Model:
    """The model, compiled as the spec trains it. Labels have to come through adapt_targets."""
    model.compile(
        optimizer=keras.optimizers.Adam(
            learning_rate=keras.optimizers.schedules.ExponentialDecay(
                initial_learning_rate=0.01, decay_steps=1000, decay_rate=0.9
            )
        ),
        loss=ExactShape(keras.losses.MeanSquaredError(), shape=(1,)),
    )
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
