"""Operands that a false `when` leaves out, held against the same spec written without them."""

from __future__ import annotations

import random

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


# What is read is used, whatever a `when` leaves of it

KINDS = (
    "{{op: Dense, units: 4, from: {0}}}",
    "{{block: empty, from: {0}}}",
    "{{block: around, from: {0}}}",
    "{{block: empty, repeat: 3, from: {0}}}",
    "{{op: Dense, units: 4, repeat: 2, from: {0}}}",
    "{{block: passing, from: {0}}}",
    '{{op: Dense, units: 4, when: {{if: "${{off}}", else: {0}}}, from: {0}}}',
    "{{op: Add, from: [{0}, first]}}",
)
BLOCKS = """specc: 1
params: {off: false}
inputs: {x: [4]}
blocks:
  empty: {inputs: b, nodes: {d: {op: Dense, units: 4, when: "${off}"}}, outputs: d}
  around: {inputs: b, nodes: {e: {block: empty}, f: {block: empty}}, outputs: f}
  passing: {inputs: b, nodes: {d: {op: Dense, units: 4, when: "${off}"}}, outputs: {changed: d, same: b}}
nodes:
  first: {op: Dense, units: 4}
"""


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("off", ["false", "true"])
def test_only_what_nothing_reads_is_unused(seed: int, off: str) -> None:
    rng = random.Random(seed)
    reads = {"first": "", "x": ""}
    lines: list[str] = []
    for number in range(10):
        name, source = f"n{number}", rng.choice([one for one in reads if one != "x"])
        lines.append(f"  {name}: {rng.choice(KINDS).format(source)}\n")
        reads[name] = source
    output = f"n{rng.randrange(10)}"
    needed = {"first"}
    name = output
    while name:
        needed.add(name)
        name = reads[name]
    spare = "  spare: {block: around, from: first}\n  more: {block: passing, from: first}\n"
    text = BLOCKS + "".join(lines) + spare + f"outputs: [{output}, spare, more.changed, first]\n"
    checked = check_source(Source("net.yaml", text), overrides={"off": off})
    assert checked.ok
    found = {one.span.text for one in checked.diagnostics if one.code == "unused-node" and one.span}
    gone = {name for name in reads if name not in needed and name != "x"}
    whens = (
        {line.split(":")[0].strip() for line in lines if "else" in line or "Add" in line} if off == "false" else set()
    )
    assert gone - whens <= found <= gone, text
    assert not [one for one in checked.diagnostics if one.code == "unused-block" and "`empty`" in one.message]


@pytest.mark.parametrize("off", ["false", "true"])
def test_an_emptied_block_is_used_by_outputs_states_and_calls(off: str) -> None:
    text = BLOCKS + (
        "  start: {block: empty, from: first}\n  after: {block: around, from: carried}\n"
        '  maybe: {block: around, when: "${off}"}\n  out: {op: Dense, units: 4, from: maybe}\n'
        "  more: {block: passing, from: first}\n"
        "  again: {op: Add, from: [carried, first]}\n"
        "loops: {l: {passes: 2, states: {carried: {init: start, next: again}}, collect: {seen: after}}}\n"
        "outputs: [out, seen, carried, more.same, more.changed]\n"
    )
    checked = check_source(Source("net.yaml", text), overrides={"off": off})
    assert not checked.diagnostics, checked.diagnostics
