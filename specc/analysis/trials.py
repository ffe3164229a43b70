"""Numbers for the sizes that inputs leave to the data, with which a network can be run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from specc.analysis.costs import costs
from specc.analysis.shapes import infer_types
from specc.diagnostics import Diagnostics
from specc.ir import Graph, Node, TensorType
from specc.ir.graph import OUT, Types
from specc.ir.sizes import Symbol

# The first that a network takes are chosen: small ones, then those that windows and factors divide.
_SIZES = (6, 11, 16, 24, 32, 35, 48, 60, 64, 70, 96, 128, 160, 192, 256, 420, 512, 1024, 2520, 5040)
_DRAWS = 300  # of sizes by chance, for those that have to go together in other ways
_WANTED = 2


@dataclass(frozen=True, slots=True)
class Trial:
    """The types of the inputs, and of all values, with numbers for all sizes; the activations of one example, loops

    unrolled.
    """

    inputs: Mapping[str, TensorType]
    activation_bytes: int
    types: Types = field(default_factory=dict[tuple[str, str], TensorType], compare=False, repr=False)


def is_static(graph: Graph) -> bool:
    """Whether all inputs have the sizes that they will have."""
    return not free_sizes(graph)


def free_sizes(graph: Graph) -> list[str]:
    """The sizes that the data give, each once, with those that have no name told apart."""
    sizes = (size for node in graph.inputs for size in node.attributes.shape)
    return list(dict.fromkeys(size.name for size in sizes if isinstance(size, Symbol)))


def trials(graph: Graph) -> list[Trial]:
    """Two choices of sizes that the network takes; one, where all sizes are known.

    Fewer where no such numbers are found.
    """
    names = free_sizes(graph)
    found: list[Trial] = []
    for numbers in _choices(names) if names else [()]:
        one = _tried(graph, dict(zip(names, numbers, strict=True)))
        if one is not None and one not in found:
            found.append(one)
        if len(found) == (_WANTED if names else 1):
            break
    return found


def _choices(names: list[str]) -> Iterator[tuple[int, ...]]:
    """Numbers for each name: different ones, multiples of one, the same ones, and at last by chance."""
    for size in _SIZES:
        yield tuple(size + more for more in range(len(names)))
    for size in _SIZES:
        yield tuple(size * (more + 1) for more in range(len(names)))
    for size in _SIZES:
        yield tuple(size for _ in names)
    random = Random(0)
    for _ in range(_DRAWS):
        yield tuple(random.choice((random.randint(1, 20), random.choice(_SIZES))) for _ in names)


def _tried(graph: Graph, numbers: Mapping[str, int]) -> Trial | None:
    """The trial of these numbers, by the names of the sizes; None where the network does not take them."""
    tried = replace(graph, inputs=tuple(_with_numbers(node, numbers) for node in graph.inputs))
    diagnostics = Diagnostics()
    types = infer_types(tried, diagnostics)
    if diagnostics.has_errors:
        return None
    inputs = {node.name: types[node.name, OUT] for node in tried.inputs}
    return Trial(inputs, costs(tried, types).activation_bytes_unrolled, types)


def _with_numbers(node: Node, numbers: Mapping[str, int]) -> Node:
    shape = tuple(numbers[size.name] if isinstance(size, Symbol) else size for size in node.attributes.shape)
    return replace(node, attributes=replace(node.attributes, shape=shape))
