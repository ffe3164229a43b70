"""Inputs that tell networks apart: random ones and structured ones, never all zeros or all ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from specc.emit.runtime import Array
from specc.ir import Graph, TensorType

INTEGERS = 8  # how many different ones an input gets that no Embedding reads
_BUDGET = 256 * 1024 * 1024  # bytes of activations that a batch of probes may take


def batch_size(activation_bytes: int, most: int = 8) -> int:
    """How many examples fit; at least two, so that a batch axis mixed up with another one shows."""
    return max(2, min(most, _BUDGET // max(activation_bytes, 1)))


def integers_below(graph: Graph) -> dict[str, int]:
    """What the integers of an input stay below: the smallest `input_dim` of the Embeddings that look them up.

    Between the two stand only nodes that give integers, which are taken to pass them on as they are.
    """
    sources: dict[str, list[str]] = {}
    for value, reader in graph.edges():
        sources.setdefault(reader, []).append(value)
    found: dict[str, int] = {}
    for node in graph.nodes:
        layer = getattr(node.attributes, "layer", node)  # what TimeDistributed applies
        if layer.op != "Embedding":
            continue
        seen = {node.name}
        waiting = [node.name]
        while waiting:
            new = [one for one in sources.get(waiting.pop(), []) if one not in seen]
            seen.update(new)
            waiting += new
        for one in graph.inputs:
            if one.name in seen:
                found[one.name] = min(found.get(one.name, layer.attributes.input_dim), layer.attributes.input_dim)
    return found


def probes(inputs: Mapping[str, TensorType], count: int, seed: int, below: Mapping[str, int]) -> dict[str, Array]:
    """`count` examples for each input: a ramp, an impulse, alternating signs, and random numbers of several sizes.

    Integers are at least 0 and stay `below` a number, by the input's name.
    """
    random = np.random.default_rng(seed)
    return {name: _examples(one, count, random, below.get(name, INTEGERS)) for name, one in inputs.items()}


def _examples(kind: TensorType, count: int, random: np.random.Generator, below: int) -> Array:
    shape, size = kind.shape, kind.elements
    if kind.dtype == "bool":
        return random.integers(0, 2, (count, *shape)).astype(bool)
    if "int" in kind.dtype:
        most = min(below - 1, np.iinfo(kind.dtype).max)
        return random.integers(0, most, (count, *shape), endpoint=True).astype(kind.dtype)
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
