"""Convolutional LSTMs of any number of spatial axes: attributes, and the op made of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from specc.ir.types import TensorType
from specc.ops import _recurrent as recurrent
from specc.ops._attributes import Enum, Int, PerAxis, attribute, optional
from specc.ops._base import Attributes, OpDef, Weight, compute_dtype
from specc.ops._geometry import CHANNELS_LAST, window_shape
from specc.ops._keras_objects import GLOROT_UNIFORM, ORTHOGONAL, ZEROS, KerasObject
from specc.ops._recurrent import Cell
from specc.ops._weighted import activation, activity_regularizer, constraint, initializer, regularizer, use_bias

_KERNEL = "Size of the window."
_STRIDES = "Steps of the window over each image; over the state it goes by one."
_DILATION = "Distance between the window's elements over each image; over the state it is one."


def kernel_size(axes: int) -> Any:
    return attribute(PerAxis(axes), doc=_KERNEL, positional=True)


def strides(axes: int) -> Any:
    return attribute(PerAxis(axes), (1,) * axes, _STRIDES)


def dilation_rate(axes: int) -> Any:
    return attribute(PerAxis(axes), (1,) * axes, _DILATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvLSTMAttributes(Attributes):
    """The attributes of ConvLSTM2D; the others replace the kinds that depend on the number of axes."""

    filters: int = attribute(Int(1), doc="How many filters, the channels of the result.", positional=True)
    kernel_size: tuple[int, ...] = kernel_size(2)
    strides: tuple[int, ...] = strides(2)
    padding: str = attribute(Enum("valid", "same"), "valid", "`same` pads with zeros, so that stride 1 keeps the size.")
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")
    dilation_rate: tuple[int, ...] = dilation_rate(2)
    activation: str = activation("tanh")
    recurrent_activation: str = recurrent.recurrent_activation()
    use_bias: bool = use_bias()
    kernel_initializer: KerasObject = initializer("kernel", GLOROT_UNIFORM)
    recurrent_initializer: KerasObject = initializer("recurrent kernel", ORTHOGONAL)
    bias_initializer: KerasObject = initializer("bias", ZEROS)
    unit_forget_bias: bool = recurrent.unit_forget_bias()
    kernel_regularizer: KerasObject | None = regularizer("kernel")
    recurrent_regularizer: KerasObject | None = regularizer("recurrent kernel")
    bias_regularizer: KerasObject | None = regularizer("bias")
    activity_regularizer: KerasObject | None = activity_regularizer()
    kernel_constraint: KerasObject | None = constraint("kernel")
    recurrent_constraint: KerasObject | None = constraint("recurrent kernel")
    bias_constraint: KerasObject | None = constraint("bias")
    dropout: float = recurrent.dropout()
    recurrent_dropout: float = recurrent.recurrent_dropout()
    seed: int | None = recurrent.seed()
    return_sequences: bool = recurrent.return_sequences()
    return_state: bool = recurrent.return_state("the ports `state_h` and `state_c`")
    go_backwards: bool = recurrent.go_backwards()
    stateful: bool = recurrent.stateful()


def conv_lstm(name: str, doc: str, attributes: type[ConvLSTMAttributes], axes: str) -> OpDef:
    """The op over images of those axes, `height, width`."""

    def state(attributes: ConvLSTMAttributes, image: TensorType) -> TensorType:
        given = attributes
        spatial = image.shape[:-1]
        sizes = window_shape(name, spatial, given.kernel_size, given.strides, given.dilation_rate, given.padding)
        return TensorType((*sizes, given.filters), compute_dtype(given))

    def weights(attributes: ConvLSTMAttributes, image: TensorType) -> tuple[Weight, ...]:
        window, filters = attributes.kernel_size, attributes.filters
        kernel = (*window, image.shape[-1], 4 * filters)
        return recurrent.cell_weights(attributes, kernel, (*window, filters, 4 * filters), (4 * filters,))

    def macs(attributes: ConvLSTMAttributes, image: TensorType) -> int:
        """Four convolutions of the image and four of the state."""
        each = prod(attributes.kernel_size) * (image.shape[-1] + attributes.filters)
        return 4 * state(attributes, image).elements * each

    def checks(attributes: ConvLSTMAttributes) -> tuple[str, str] | None:
        if max(attributes.strides) > 1 and max(attributes.dilation_rate) > 1:
            return "dilation_rate", "a convolution cannot have both `strides` and `dilation_rate` above 1"
        if not attributes.trainable:
            return "trainable", f"Keras trains a {name} all the same; freeze it in the built model, by `get_layer`"
        return recurrent.cell_checks(attributes, len(attributes.kernel_size) + 2, 1)

    cell = Cell(("state_h", "state_c"), f"[steps, {axes}, channels]", state, weights, macs, checks)
    return recurrent.recurrent(name, doc, attributes, cell)
