"""Tensor types: a shape without the batch dimension, and a dtype."""

from __future__ import annotations

import math
from dataclasses import dataclass

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
DTYPES = (*FLOATS, *INTS, "bool")
DTYPE_WORDS = {  # what others call them
    **dict.fromkeys(["float", "fp32", "f32", "single", "floattensor"], "float32"),
    **dict.fromkeys(["double", "fp64", "f64"], "float64"),
    **dict.fromkeys(["half", "fp16", "f16"], "float16"),
    "bf16": "bfloat16",
    **dict.fromkeys(["int", "integer", "i32"], "int32"),
    **dict.fromkeys(["long", "i64", "longtensor"], "int64"),
    **dict.fromkeys(["byte", "u8", "char"], "uint8"),
    "boolean": "bool",
}


MAX_RANK = 253  # TensorFlow has tensors of at most 254 axes, one of which is the batch


@dataclass(frozen=True, slots=True)
class TensorType:
    """Shape in elements per axis, the batch axis left out; dtype by its Keras name."""

    shape: tuple[int, ...]
    dtype: str = "float32"

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def elements(self) -> int:
        return elements(self.shape)

    @property
    def bytes(self) -> int:
        digits = "".join(char for char in self.dtype if char.isdigit())
        return self.elements * (int(digits) // 8 if digits else 1)

    def with_shape(self, shape: tuple[int, ...]) -> TensorType:
        return TensorType(shape, self.dtype)

    def __str__(self) -> str:
        suffix = "" if self.dtype == "float32" else f" {self.dtype}"
        return show_shape(self.shape) + suffix


def elements(shape: tuple[int, ...]) -> int:
    """How many elements a shape holds; 1 for a scalar."""
    return math.prod(shape)


def show_shape(shape: tuple[int, ...]) -> str:
    """A shape as a spec writes it: `[28, 28, 1]`."""
    return "[" + ", ".join(str(size) for size in shape) + "]"
