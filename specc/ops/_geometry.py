"""Window arithmetic shared by convolutions and pools (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding)."""

from __future__ import annotations

from collections.abc import Sequence

from specc.ops._attributes import Enum
from specc.ops._base import Mismatch

CHANNELS_LAST = Enum(
    "channels_last",
    refused={"channels_first": "specc keeps channels last, as TFLite does; move the channel axis to the end"},
)
SPATIAL = {1: ("steps",), 2: ("height", "width"), 3: ("depth", "height", "width")}  # by how many axes they are


def layout(axes: int) -> str:
    """An operand with so many spatial axes, as messages name it: `[height, width, channels]`."""
    return f"[{', '.join(SPATIAL[axes])}, channels]"


def lengths(axes: int) -> str:
    """What so many numbers measure, as attributes are described: `Height and width`."""
    names = [name.capitalize() if index == 0 else name for index, name in enumerate(SPATIAL[axes])]
    return "Length" if axes == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def effective_kernel(kernel: int, dilation: int) -> int:
    """How many elements a dilated window spans."""
    return (kernel - 1) * dilation + 1


def window_length(size: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    """How many windows fit along one axis; at most 0 where none does."""
    if padding in ("same", "causal"):
        return (size + stride - 1) // stride
    return (size - effective_kernel(kernel, dilation)) // stride + 1


def window_shape(
    op: str,
    spatial: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    padding: str,
    attribute: str = "kernel_size",
) -> tuple[int, ...]:
    """The spatial shape after sliding a window; raises `Mismatch` where the window does not fit."""
    result: list[int] = []
    for size, k, stride, rate in zip(spatial, kernel, strides, dilation, strict=True):
        length = window_length(size, k, stride, rate, padding)
        if length < 1:
            spans = f"{k}" if rate == 1 else f"{effective_kernel(k, rate)} ({k}, dilated by {rate})"
            raise Mismatch(
                f"{op}'s window of {spans} is longer than the axis of {size} it slides on",
                0,
                help=f"make `{attribute}` smaller or use `padding: same`",
                attribute=attribute,
            )
        result.append(length)
    return tuple(result)


def same_padding(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """The zeros that `same` adds before and after an axis: the odd one goes after."""
    length = (size + stride - 1) // stride
    total = max((length - 1) * stride + effective_kernel(kernel, dilation) - size, 0)
    return total // 2, total - total // 2
