"""ConvLSTM3D: an LSTM whose gates are convolutions, over a sequence of volumes."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ops import _conv_lstm as conv_lstm


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvLSTM3DAttributes(conv_lstm.ConvLSTMAttributes):
    kernel_size: tuple[int, ...] = conv_lstm.kernel_size(3)
    strides: tuple[int, ...] = conv_lstm.strides(3)
    dilation_rate: tuple[int, ...] = conv_lstm.dilation_rate(3)


OP = conv_lstm.conv_lstm(
    "ConvLSTM3D",
    "An LSTM whose gates are convolutions, over a sequence of volumes.",
    ConvLSTM3DAttributes,
    "depth, height, width",
)
