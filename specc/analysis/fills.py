"""Where a state that starts from a number gets the sizes that the data give: from the axes of an input."""

from __future__ import annotations

from specc.ir import Graph
from specc.ir.sizes import is_known


def axes_like(shape: tuple[int, ...], graph: Graph) -> tuple[str, tuple[int, ...]] | None:
    """The first input that has the free sizes of `shape` in their order, and its axes that have them."""
    wanted = [size for size in shape if not is_known(size)]
    for node in graph.inputs:
        axes: list[int] = []
        for axis, size in enumerate(node.attributes.shape if node.attributes else ()):
            if len(axes) < len(wanted) and size == wanted[len(axes)]:
                axes.append(axis)
        if len(axes) == len(wanted):
            return node.name, tuple(axes)
    return None
