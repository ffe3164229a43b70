"""The axes along which a value sums to 1, against NumPy: what is claimed holds, and what holds is found."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from specc.analysis.value_sources import Sources
from tests.checks import check_text

AXES = st.integers(1, 3)


@st.composite
def moved(draw: st.DrawFn) -> tuple[str, list[str]]:
    """The axis of a softmax over `[2, 3, 4]`, and nodes that move its values."""
    axes = draw(st.lists(AXES, min_size=1, max_size=3, unique=True))
    nodes: list[str] = []
    shape = (2, 3, 4)
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["Permute", "Reshape", "Flatten", "RepeatVector", "Dropout"]))
        if kind == "RepeatVector" and len(shape) > 1:
            continue
        value = ""
        if kind == "Permute":
            order = draw(st.permutations(range(len(shape))))
            value, shape = f", dims: {[one + 1 for one in order]}", tuple(shape[one] for one in order)
        elif kind == "Reshape":
            factors = draw(st.permutations([2, 3, 4, *([2] if np.prod(shape) == 48 else [])]))
            cuts = draw(st.integers(1, len(factors)))
            shape = (*(factors[: cuts - 1]), int(np.prod(factors[cuts - 1 :])))
            value = f", target_shape: {[*shape]}"
        elif kind == "Flatten":
            shape = (int(np.prod(shape)),)
        elif kind == "RepeatVector":
            value, shape = ", n: 2", (2, *shape)
            nodes.append(f"{{op: {kind}{value}}}")
            break
        else:
            value = ", rate: 0.5"
        nodes.append(f"{{op: {kind}{value}}}")
    return str(axes), nodes


@given(moved())
def test_the_axes_that_sum_to_1(case: tuple[str, list[str]]) -> None:
    axes, nodes = case
    listed = "".join(f"  n{place}: {node}\n" for place, node in enumerate(nodes))
    last = f"n{len(nodes) - 1}" if nodes else "soft"
    text = (
        f"specc: 1\ninputs: {{x: [2, 3, 4]}}\nnodes:\n  soft: {{op: Softmax, axis: {axes}}}\n{listed}outputs: {last}\n"
    )
    checked = check_text(text)
    assert checked.graph is not None, checked.diagnostics
    source = Sources(checked.graph, checked.types).trace(checked.graph.outputs[0].value).source
    assert source is not None
    result = _run(checked.graph.nodes, [int(one) - 1 for one in axes.strip("[]").split(",")])
    true = {
        frozenset(some)
        for count in range(1, result.ndim + 1)
        for some in itertools.combinations(range(result.ndim), count)
        if np.allclose(result.sum(axis=some), 1)
    }
    assert source.sums is not None
    assert (source.sums in true) if source.sums else not true


def _run(nodes: Any, axes: list[int]) -> np.ndarray[Any, Any]:
    values = np.random.default_rng(0).uniform(0.1, 1, (2, 3, 4))
    for node in nodes:
        given = node.attributes
        if node.op == "Softmax":
            values = values / values.sum(axis=tuple(axes), keepdims=True)
        elif node.op == "Permute":
            values = values.transpose([one - 1 for one in given.dims])
        elif node.op == "Reshape":
            values = values.reshape(given.target_shape)
        elif node.op == "Flatten":
            values = values.reshape(-1)
        elif node.op == "RepeatVector":
            values = np.stack([values] * given.n)
    return values
