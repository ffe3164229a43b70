"""Every op as it is emitted against its Keras layer, called by hand: the same numbers from the same weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from specc.analysis.shapes import infer_types
from specc.diagnostics import Diagnostics
from specc.ir import Graph
from specc.lowering import lower
from specc.ops._base import OpDef
from specc.source import Source
from specc.spec import Spec
from specc.targets import load

from .installed import OPS
from .strategies import Case, cases, decode
from .test_lowering import graph_of
from .test_ops_against_keras import apply, flags, keras, make_layer

pytestmark = pytest.mark.keras
CASES = settings(
    deadline=None,
    derandomize=True,
    max_examples=20,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
LEAST = 20
ATTEMPTS = 10  # a ConvLSTM with a kernel larger than its map differs from run to run in Keras itself
Arrays: TypeAlias = dict[str, np.ndarray[Any, Any]]
Run: TypeAlias = Callable[[], list[Any]]
TOLERANCES = {"float16": 1e-2, "bfloat16": 1e-1}  # of the largest value, where 1e-5 is finer than the dtype


@pytest.fixture(autouse=True)
def forget_layers() -> Iterator[None]:
    yield
    keras().backend.clear_session(free_memory=False)


def emitted(graph: Graph, inputs: Arrays) -> tuple[Run, list[Any]]:
    """A run of the emitted model on random weights, which gives the results in the order of the ports; the weights."""
    from specc.emit import runtime
    from specc.emit.module import plain_text

    target = load("keras")
    lowered = lower(graph, infer_types(graph, Diagnostics()), target, Diagnostics())
    assert lowered is not None
    module = runtime.load_module(plain_text(Spec(Source("net.yaml", ""), "net"), lowered, target), "net_values")
    model = runtime.build(module)
    runtime.randomize(model, seed=3)
    given = list(inputs.values())

    def run() -> list[Any]:
        found = runtime.predict(model, given if len(given) > 1 else given[0])
        return [found[tensor.name] for tensor in module.OUTPUTS] if len(module.OUTPUTS) > 1 else [found]

    return run, model.get_layer("node").get_weights()


def by_hand(op: OpDef, attributes: Any, case: Case, inputs: Arrays, weights: list[Any]) -> Run:
    """A run of the Keras layer itself."""
    layer = make_layer(op, attributes, case.given)
    tensors = [keras().ops.convert_to_tensor(one) for one in inputs.values()]

    def run() -> list[Any]:
        return [np.asarray(one) for one in apply(op, layer, tensors, **flags(op, attributes))]

    run()  # makes the weights
    layer.set_weights(weights)
    return run


def is_same(found: Any, expected: Any) -> bool:
    assert found.shape == expected.shape and found.dtype == expected.dtype
    one, other = (np.asarray(array, np.float64) for array in (found, expected))
    finite = np.isfinite(other)
    if not np.array_equal(np.isfinite(one), finite):
        return False
    scale = max(float(np.max(np.abs(other[finite]), initial=0.0)), 1e-30)
    largest = float(np.max(np.abs(one[finite] - other[finite]), initial=0.0))
    return largest <= TOLERANCES.get(str(expected.dtype), 1e-5) * scale


def agree(one: Run, other: Run) -> bool:
    return all(is_same(found, expected) for found, expected in zip(one(), other(), strict=True))


@pytest.mark.parametrize("op", OPS, ids=[op.name for op in OPS])
def test_the_emitted_layer_gives_the_numbers_of_keras(op: OpDef) -> None:
    from specc.emit import probes

    seen = {"same": 0}

    @CASES
    @given(st.data())
    def check(data: st.DataObject) -> None:
        case = data.draw(cases(op))
        graph, types = graph_of(op, case)
        kinds = {node.name: types[node.name, "out"] for node in graph.inputs}
        inputs = probes.probes(kinds, 3, 5, probes.integers_below(graph))
        attributes = decode(op, case.given)
        ours, weights = emitted(graph, inputs)
        theirs = by_hand(op, attributes, case, inputs, weights)
        assert any(agree(ours, theirs) for _ in range(ATTEMPTS)), graph.nodes[0].attributes
        seen["same"] += 1

    check()
    assert seen["same"] >= LEAST
