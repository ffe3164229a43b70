"""ConvLSTM2D: an LSTM whose gates are convolutions, over a sequence of images."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ops import _conv_lstm as conv_lstm


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvLSTM2DAttributes(conv_lstm.ConvLSTMAttributes):
    kernel_size: tuple[int, ...] = conv_lstm.kernel_size(2)
    strides: tuple[int, ...] = conv_lstm.strides(2)
    dilation_rate: tuple[int, ...] = conv_lstm.dilation_rate(2)


OP = conv_lstm.conv_lstm(
    "ConvLSTM2D",
    "An LSTM whose gates are convolutions, over a sequence of images.",
    ConvLSTM2DAttributes,
    "height, width",
)
