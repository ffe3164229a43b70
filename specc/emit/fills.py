"""States that start from zeros or ones into the expressions that make them, and the functions that these call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, LiteralString

from specc.analysis.fills import axes_like
from specc.emit import _literals as literals
from specc.ir import Fill, Graph
from specc.ir.graph import OUT, Types
from specc.ir.sizes import is_known

FILLED: Final = '''
def filled(like: Any, shape: tuple[int, ...], value: float) -> Any:
    """`value` in every element of `shape`, once for each example of `like`."""
    column = ops.cast(ops.zeros_like(layers.Flatten()(like)[:, :1]), "float32")
    return layers.Reshape(shape)(ops.tile(column, (1, math.prod(shape)))) + value
'''

FILLED_ALONG: Final = '''
def filled_along(like: Any, axes: tuple[int, ...], shape: tuple[int | None, ...], value: float) -> Any:
    """`value` in every element of `shape`, once per example of `like`, whose `axes` give the sizes that are None."""
    row: Any = tuple(slice(None) if axis in (0, *axes) else 0 for axis in range(len(like.shape)))
    zeros: Any = ops.cast(ops.zeros_like(like[row]), "float32")
    for axis, size in enumerate(shape, start=1):
        if size is not None:
            zeros = ops.repeat(ops.expand_dims(zeros, axis), size, axis)
    return zeros + value
'''


def start(fill: Fill, shape: tuple[int, ...], graph: Graph, variable: Callable[[str], LiteralString]) -> LiteralString:
    """`filled(x, (1, 1, 2), 0.0)`, or `filled_along(x, (1,), (None, 2), 0.0)` where the data give a size."""
    found = None if all(map(is_known, shape)) else axes_like(shape, graph)
    if found is None:
        return f"filled({variable(graph.inputs[0].name)}, {literals.literal(shape)}, {literals.literal(fill.value)})"
    name, axes = found
    kept = tuple(axis + 1 for axis in axes)
    arguments = ", ".join(map(literals.literal, (kept, shape, fill.value)))
    return f"filled_along({variable(name)}, {arguments})"


def helpers(graph: Graph, types: Types) -> LiteralString:
    """The functions that make the states which start from a number."""
    known = _known(graph, types)
    return (FILLED if any(known) else "") + (FILLED_ALONG if not all(known) else "")


def needs_math(graph: Graph, types: Types) -> bool:
    """Whether the functions that make such states call `math`."""
    return any(_known(graph, types))


def _known(graph: Graph, types: Types) -> list[bool]:
    """Whether all sizes are numbers, for each state that starts from one."""
    states = [state for loop in graph.loops for state in loop.states if isinstance(state.init, Fill)]
    return [all(map(is_known, types[state.name, OUT].shape)) for state in states]


def uses_fill(graph: Graph) -> bool:
    """Whether some state starts from a number."""
    return any(isinstance(state.init, Fill) for loop in graph.loops for state in loop.states)
