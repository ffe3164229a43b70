"""ConvLSTM1D."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import check, infer, macs, refused, shape, weights

SIZES = [8, 6, 5][:1]
WINDOWS = [4, 3, 2][:1]
POSITIONS = 4


def test_windows_slide_over_the_images_and_not_over_the_steps() -> None:
    assert shape("ConvLSTM1D", [7, *SIZES, 2], filters=3, kernel_size=2, strides=2) == [*WINDOWS, 3]
    steps = shape("ConvLSTM1D", [7, *SIZES, 2], filters=3, kernel_size=2, padding="same", return_sequences=True)
    assert steps == [7, *SIZES, 3]


def test_ports() -> None:
    state = TensorType((*WINDOWS, 3))
    found = infer("ConvLSTM1D", [7, *SIZES, 2], filters=3, kernel_size=2, strides=2, return_state=True)
    assert found == {"out": state, "state_h": state, "state_c": state}


def test_weights() -> None:
    found = weights("ConvLSTM1D", [7, *SIZES, 2], filters=3, kernel_size=2)
    window = [2] * 1
    assert found == {"kernel": [*window, 2, 12], "recurrent_kernel": [*window, 3, 12], "bias": [12]}


def test_every_step_convolves_the_image_and_the_state() -> None:
    window = 2**1
    found = macs("ConvLSTM1D", [7, *SIZES, 2], filters=3, kernel_size=2, strides=2)
    assert found == 7 * 4 * POSITIONS * 3 * window * (2 + 3)


def test_initial_states_are_images() -> None:
    plain = {"filters": 3, "kernel_size": 2, "strides": 2}
    assert shape("ConvLSTM1D", [7, *SIZES, 2], [*WINDOWS, 3], [*WINDOWS, 3], **plain) == [*WINDOWS, 3]
    error = refused("ConvLSTM1D", [7, *SIZES, 2], [*WINDOWS, 3], [*WINDOWS, 4], **plain)
    assert error.operand == 2 and "initial `state_c`" in error.message


def test_steps_may_be_unknown_and_images_may_not() -> None:
    sequence = TensorType((Symbol("T"), *SIZES, 2))
    assert shape("ConvLSTM1D", sequence, filters=3, kernel_size=1) == [*SIZES, 3]
    error = refused("ConvLSTM1D", TensorType((7, Symbol("H"), *SIZES[1:], 2)), filters=3, kernel_size=1)
    assert error.code == "unknown-size"


def test_a_frozen_one_is_refused_since_keras_trains_it() -> None:
    found = check("ConvLSTM1D", filters=3, kernel_size=2, trainable=False)
    assert found is not None and found[0] == "trainable"


def test_strides_and_dilation_do_not_go_together() -> None:
    found = check("ConvLSTM1D", filters=3, kernel_size=2, strides=2, dilation_rate=2)
    assert found is not None and found[0] == "dilation_rate"
