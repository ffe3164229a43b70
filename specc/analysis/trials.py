"""Numbers for the sizes that inputs leave to the data, with which a network can be run."""

from __future__ import annotations

from dataclasses import replace

from specc.analysis.shapes import infer_types
from specc.diagnostics import Diagnostics
from specc.ir import Graph, TensorType
from specc.ir.graph import OUT
from specc.ir.sizes import UNNAMED, Symbol, is_known

_SIZES = (6, 10, 18, 34, 66, 130, 258, 514)  # the first that the windows fit on is taken
_APART = 5  # a second trial is longer by so much


def is_static(graph: Graph) -> bool:
    """Whether all inputs have the sizes that they will have."""
    return all(is_known(size) for node in graph.inputs for size in node.attributes.shape)


def trials(graph: Graph) -> list[dict[str, TensorType]]:
    """The inputs' types with numbers for their symbolic sizes: two choices that the network takes.

    Fewer where no such numbers are found; the inputs as they are, once, where all sizes are known.
    """
    if is_static(graph):
        return [{node.name: TensorType(node.attributes.shape, node.attributes.dtype) for node in graph.inputs}]
    found: list[dict[str, TensorType]] = []
    for size in _SIZES:
        for more in (0, _APART):
            tried = _with_sizes(graph, size + more)
            diagnostics = Diagnostics()
            types = infer_types(tried, diagnostics)
            if diagnostics.has_errors:
                break
            found.append({node.name: types[node.name, OUT] for node in tried.inputs})
        if found:
            break
    return found


def _with_sizes(graph: Graph, size: int) -> Graph:
    """The graph with a number for each symbolic size, another one for each name."""
    names: dict[str, int] = {}

    def number(given: int, place: str) -> int:
        if not isinstance(given, Symbol):
            return given
        return names.setdefault(place if given.name == UNNAMED else given.name, size + len(names))

    inputs = [
        replace(
            node,
            attributes=replace(
                node.attributes,
                shape=tuple(number(one, f"{node.name} {at}") for at, one in enumerate(node.attributes.shape)),
            ),
        )
        for node in graph.inputs
    ]
    return replace(graph, inputs=tuple(inputs))
