"""ConvLSTM1D: an LSTM whose gates are convolutions, over a sequence of sequences."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ops import _conv_lstm as conv_lstm


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvLSTM1DAttributes(conv_lstm.ConvLSTMAttributes):
    kernel_size: tuple[int, ...] = conv_lstm.kernel_size(1)
    strides: tuple[int, ...] = conv_lstm.strides(1)
    dilation_rate: tuple[int, ...] = conv_lstm.dilation_rate(1)


OP = conv_lstm.conv_lstm(
    "ConvLSTM1D",
    "An LSTM whose gates are convolutions, over a sequence of sequences.",
    ConvLSTM1DAttributes,
    "length",
)
