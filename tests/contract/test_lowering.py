"""Every op on every target: legal, lowered to legal, or one diagnostic; and what is lowered computes the same.

The judge of equality is Keras, running the emitted modules of both builds on the same random weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from specc.analysis.costs import costs
from specc.analysis.facts import facts
from specc.analysis.shapes import infer_types
from specc.diagnostics import Diagnostics
from specc.ir import Graph, Node, Operand, Origin, Output, TensorType
from specc.ir.graph import Types
from specc.lowering import Lowered, lower
from specc.lowering import _registry as lowerings
from specc.ops import _registry
from specc.ops._base import Mismatch, OpDef
from specc.ops.input import InputAttributes
from specc.source import Source
from specc.spec import Spec
from specc.targets import Target, available, load

from .installed import OPS
from .strategies import Case, cases, decode

BY_NAME = pytest.mark.parametrize("op", OPS, ids=[op.name for op in OPS])
BY_TARGET = pytest.mark.parametrize("target", [load(name) for name in available()], ids=available())
QUICK = settings(
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a case is small as it comes; shrinking runs Keras hundreds of times
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def speaks_of(target: Target, op: OpDef) -> bool:
    """Whether the target's file lists the op, or a lowering that it names has it in its doc; if not, it is refused."""
    docs = " ".join(lowerings.get(name).doc for name in target.lowerings)
    return not target.ops or op.name in target.ops or f"`{op.name}`" in docs


def enlarged(case: Case) -> st.SearchStrategy[dict[str, Any]]:
    height, width = (*case.operands[0].shape, 1, 1)[:2]
    plain = dict.fromkeys(["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"], False)
    return st.builds(
        lambda factor, kind: {**plain, "height": factor * height, "width": factor * width, "interpolation": kind},
        st.sampled_from([1, 2, 4]),
        st.sampled_from(["nearest", "bilinear"]),
    )


# Attributes that tidl takes, by op, where few of any would be
TAKEN: dict[str, Callable[[Case], st.SearchStrategy[dict[str, Any]]]] = {
    "Conv2DTranspose": lambda _: st.sampled_from([2, 3, 4]).map(
        lambda size: {"kernel_size": size, "strides": 2, "dilation_rate": 1}
    ),
    "PReLU": lambda _: st.sampled_from([[1, 2], [2, 1]]).map(lambda axes: {"shared_axes": axes}),
    "Resizing": enlarged,
}
MISSING = [op for op in OPS if op.name in load("tidl").instead]
TIDL_OPS = [op for op in OPS if speaks_of(load("tidl"), op)]


def graph_of(op: OpDef, case: Case) -> tuple[Graph, Types]:
    """A network of one node; discards what the op itself refuses."""
    try:
        attributes = decode(op, case.given)
    except Exception:
        assume(False)
        raise
    if op.checks(attributes) is not None:
        assume(False)
    inputs = tuple(
        Node(f"x{index}", "Input", InputAttributes(shape=one.shape, dtype=one.dtype), (), Origin(None, f"x{index}"))
        for index, one in enumerate(case.operands)
    )
    operands = tuple(Operand(node.name) for node in inputs)
    node = Node("node", op.name, attributes, operands, Origin(None, "node"))
    try:
        found = op.infer(attributes, case.operands)
    except Mismatch:
        assume(False)
        raise
    ports = ["out"] if isinstance(found, TensorType) else list(found)
    outputs = tuple(Output(f"y_{port}", Operand("node", port)) for port in ports)
    graph = Graph("net", inputs, (node,), outputs)
    return graph, infer_types(graph, Diagnostics())


@pytest.mark.slow
@BY_TARGET
@BY_NAME
def test_is_legal_or_lowered_or_refused_once(op: OpDef, target: Target) -> None:
    @settings(QUICK, max_examples=100)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        graph, types = graph_of(op, data.draw(cases(op)))
        diagnostics = Diagnostics()
        lowered = lower(graph, types, target, diagnostics)
        found = diagnostics.finish()
        if lowered is None:
            inputs = [one for one in found if "`x" in one.message]
            assert {one.code for one in found} == {"no-lowering"}
            # an op that nothing lowers is refused whatever it reads, unless it moves to the contract
            assert len(found) in (max(len(inputs), 1), len(inputs) + (op.name in target.instead)), found
        else:
            assert not found and speaks_of(target, op)
            assert_legal(lowered, target)
            assert_weights_carried(graph, types, lowered)

    check()


@pytest.mark.parametrize("op", MISSING, ids=[op.name for op in MISSING])
def test_an_op_that_nothing_lowers_is_refused_for_that_reason_first(op: OpDef) -> None:
    """Whatever it reads: not for a rank or a dtype that only such ops have."""
    seen: list[str] = []

    @settings(QUICK, max_examples=10)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        graph, types = graph_of(op, data.draw(cases(op)))
        assume(all(types[node.name, "out"].dtype not in ("float16", "bfloat16", "float64") for node in graph.inputs))
        diagnostics = Diagnostics()
        if lower(graph, types, load("tidl"), diagnostics) is not None:
            assert op.name == "Permute"  # which moves to the contract
            return
        first = diagnostics.finish()[0]
        assert first.message == f"`node` is not supported on tidl: tidl has no {op.name}, and no lowering applies"
        assert first.help == load("tidl").instead[op.name]
        assert "four-dimensional" not in " ".join(first.notes)
        seen.append(first.message)

    check()
    assert seen


def assert_legal(lowered: Lowered, target: Target) -> None:
    """Every node of the result is legal by the target's own judgement, and typed as its op types it."""
    for node in (*lowered.graph.inputs, *lowered.graph.nodes):
        op = _registry.get(node.op)
        operands = [lowered.types[one.value, one.port] for one in node.operands]
        results = [lowered.types[node.name, port] for port in op.ports(node.attributes)]
        assert not target.violations(facts(node, operands, results)), node
    retyped = infer_types(lowered.graph, Diagnostics())
    assert {key: one for key, one in retyped.items() if key in lowered.types} == lowered.types


def assert_weights_carried(graph: Graph, types: Types, lowered: Lowered) -> None:
    """Each weight of the lowered graph has a source, and no element of a source is lost."""
    declared = sum(one.parameters for one in costs(graph, types).rows)
    stored = costs(lowered.graph, lowered.types).parameters
    assert stored >= declared
    assert sum(TensorType(one.shape).elements for one in lowered.weights) == stored


@pytest.mark.keras
@pytest.mark.parametrize("op", TIDL_OPS, ids=[op.name for op in TIDL_OPS])
def test_lowered_computes_the_same(op: OpDef) -> None:
    from specc.emit import runtime, verify
    from specc.emit.module import plain_text

    seen = {"equal": 0}
    keras_target, tidl = load("keras"), load("tidl")
    spec = Spec(Source("net.yaml", ""), "net")

    @settings(QUICK, max_examples=20)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        case = data.draw(cases(op))
        if op.name in TAKEN:
            case = replace(case, given=case.given | data.draw(TAKEN[op.name](case)))
        graph, types = graph_of(op, case)
        lowered = lower(graph, types, tidl, Diagnostics())
        assume(lowered is not None)
        reference = lower(graph, types, keras_target, Diagnostics())
        assert lowered is not None and reference is not None
        ours = runtime.load_module(plain_text(spec, reference, keras_target), "net_keras")
        other = runtime.load_module(plain_text(spec, lowered, tidl), "net_tidl")
        prepared = verify.prepare(ours, {node.name: types[node.name, "out"] for node in graph.inputs}, 1)
        assume(all(np.isfinite(one).all() for one in prepared.outputs.values()))
        verdict = verify.against_reference(prepared, other, runtime.build(other), graph, lowered, "tidl")
        assert verdict.ok, (verdict, graph.nodes[0].attributes)
        seen["equal"] += 1

    check()
    assert seen["equal"] >= 20


def test_a_lowering_that_loses_legality_is_caught() -> None:
    """The judgement is the target's own: a kernel above the limit in the result would be seen."""
    tidl = load("tidl")
    op = _registry.get("Conv2D")
    graph, types = graph_of(op, Case({"filters": 2, "kernel_size": 3}, [TensorType((9, 9, 2))]))
    lowered = lower(graph, types, tidl, Diagnostics())
    assert lowered is not None
    node = lowered.graph.nodes[0]
    wrong = replace(node, attributes=replace(node.attributes, kernel_size=(9, 9)))
    with pytest.raises(AssertionError):
        assert_legal(replace(lowered, graph=replace(lowered.graph, nodes=(wrong,))), tidl)
