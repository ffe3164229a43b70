"""Inputs that tell networks apart: random ones and structured ones, never all zeros or all ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from specc.emit.runtime import Array
from specc.ir import TensorType

_BUDGET = 256 * 1024 * 1024  # bytes of activations that a batch of probes may take


def batch_size(activation_bytes: int, most: int = 8) -> int:
    """How many examples fit; at least two, so that a batch axis mixed up with another one shows."""
    return max(2, min(most, _BUDGET // max(activation_bytes, 1)))


def probes(inputs: Mapping[str, TensorType], count: int, seed: int) -> dict[str, Array]:
    """`count` examples for each input: a ramp, an impulse, alternating signs, and random numbers of several sizes."""
    random = np.random.default_rng(seed)
    return {name: _examples(one, count, random) for name, one in inputs.items()}


def _examples(kind: TensorType, count: int, random: np.random.Generator) -> Array:
    shape, size = kind.shape, kind.elements
    if kind.dtype == "bool":
        return random.integers(0, 2, (count, *shape)).astype(bool)
    if "int" in kind.dtype:
        return random.integers(0, 8, (count, *shape)).astype(kind.dtype)
    rows = [
        random.normal(0.0, 1.0, size),
        np.linspace(-1.0, 1.0, size) + 0.1 * random.normal(),
        np.where(np.arange(size) == random.integers(size), 2.0, 0.1),
        np.where(np.arange(size) % 2, 1.0, -1.0) * random.uniform(0.5, 1.5),
    ]
    while len(rows) < count:
        rows.append(random.normal(0.0, 0.3 * len(rows), size))
    order = rows[:count] if count >= len(rows) else [rows[index] for index in range(count)]
    return np.stack(order).reshape((count, *shape)).astype(kind.dtype)
