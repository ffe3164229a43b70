"""Operands that a false `when` leaves out, held against the same spec written without them."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostic
from specc.driver import check_source
from specc.ir import Graph
from specc.ops import _registry as registry
from specc.source import Source

HEAD = """specc: 1
params: {off: false}
inputs: {x: [4], y: [4]}
blocks:
  empty: {inputs: b, nodes: {d: {op: Dense, units: 4, when: "${off}"}}, outputs: d}
  sum:
    inputs: b
    nodes: {p: {op: Dense, units: 4}, q: {op: Dense, units: 4, when: "${off}"}, r: {op: Add, from: [p, q]}}
    outputs: r
  two: {inputs: [a, b], nodes: {r: {op: Add, from: [a, b]}}, outputs: r}
nodes:
  a: {op: Dense, units: 4, from: x}
  gone: {op: Dense, units: 4, from: y, when: "${off}"}
  gone2: {op: Dense, units: 4, from: gone, when: "${off}"}
  held: {op: Dense, units: 4, from: gone2}
  instance: {block: empty, from: y}
  deep: {op: Dense, units: 4, from: y, repeat: 2, when: "${off}"}
  nested: {op: Add, from: [gone, a]}
"""
LIST_OPS = [op.name for op in registry.all_ops() if op.arity.is_list]
FIXED_OPS = ["Subtract", "Dot", "Attention", "AdditiveAttention", "LSTM"]


def built(text: str) -> tuple[Graph, list[Diagnostic]]:
    checked = check_source(Source("net.yaml", text))
    graph = checked.graph or Graph("none", (), (), ())
    return graph, [one for one in checked.diagnostics if not one.code.startswith("unused")]


@pytest.mark.parametrize("op", LIST_OPS)
@pytest.mark.parametrize("gone", ["gone", "gone2", "instance", "deep"])
def test_an_op_of_a_list_does_without(op: str, gone: str) -> None:
    for listed in (f"[a, {gone}, x]", f"[a, x, {gone}]", f"[{gone}, a, x]", f"[a, {gone}, x, {gone}]"):
        graph, found = built(HEAD + f"  m: {{op: {op}, from: {listed}}}\noutputs: [m, held, nested]\n")
        assert not found
        assert [str(one) for one in graph.by_name["m"].operands] == ["a", "x"]
        assert graph.by_name["held"].operands[0].value == "y"


@pytest.mark.parametrize("op", LIST_OPS)
def test_one_operand_left_stands_for_the_op(op: str) -> None:
    text = HEAD + f"  m: {{op: {op}, from: [gone, a]}}\n  after: {{op: {op}, from: [m, x, y]}}\noutputs: [m, after]\n"
    graph, found = built(text)
    assert not found
    assert "m" not in graph.by_name and graph.outputs[0].value.value == "a"
    assert [one.value for one in graph.by_name["after"].operands] == ["x", "y"]


def test_one_operand_left_inside_a_block() -> None:
    graph, found = built(HEAD + "  m: {block: sum, from: x}\n  n: {op: Dense, units: 2}\noutputs: n\n")
    assert not found
    assert graph.by_name["n"].operands[0].value == "m/p"


@pytest.mark.parametrize("op", LIST_OPS)
def test_no_operand_left_is_an_error(op: str) -> None:
    _, found = built(HEAD + f"  m: {{op: {op}, from: [gone, instance]}}\noutputs: [m, a]\n")
    assert [one.code for one in found] == ["operand-count"]


@pytest.mark.parametrize("kind", [*(f"op: {op}" for op in FIXED_OPS), "block: two"])
def test_a_fixed_number_of_operands_is_an_error(kind: str) -> None:
    axes = {"op: Dot": ", axes: 1", "op: LSTM": ", units: 4"}.get(kind, "")
    _, found = built(HEAD + f"  m: {{{kind}{axes}, from: [a, gone]}}\noutputs: [m, a]\n")
    assert [one.code for one in found] == ["operand-count"]
    assert "`gone` is left out" in found[0].message


@pytest.mark.parametrize("op", [*LIST_OPS, "Subtract"])
def test_else_stands_in_every_place(op: str) -> None:
    text = HEAD + '  s: {op: Dense, units: 4, from: x, when: {if: "${off}", else: y}}\n'
    graph, found = built(text + f"  m: {{op: {op}, from: [a, s]}}\noutputs: m\n")
    assert not found
    assert [one.value for one in graph.by_name["m"].operands] == ["a", "y"]


@pytest.mark.parametrize("op", LIST_OPS)
def test_a_condition_of_a_commutative_op_is_a_warning(op: str) -> None:
    _, found = built(HEAD + f'  m: {{op: {op}, from: [a, x], when: "${{not off}}"}}\noutputs: m\n')
    assert [one.code for one in found] == (["ambiguous-when"] if registry.get(op).commutative else [])
    _, found = built(HEAD + f'  m: {{op: {op}, from: [a, x], when: {{if: "${{off}}", else: x}}}}\noutputs: m\n')
    assert not found


def test_an_instance_is_left_out_only_as_a_whole() -> None:
    block = """specc: 1
params: {off: false}
inputs: {x: [4]}
blocks:
  some: {inputs: b, nodes: {d: {op: Dense, units: 4}, e: {op: ReLU, when: "${off}"}}, outputs: e}
nodes:
  one: {block: some, from: x}
  two: {op: Add, from: [one, x]}
outputs: two
"""
    graph, found = built(block)
    assert not found
    assert [one.value for one in graph.by_name["two"].operands] == ["one/d", "x"]
