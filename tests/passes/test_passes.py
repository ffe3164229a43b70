"""The passes: what they make of a graph, and that one which breaks its word is caught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from specc import passes
from specc.diagnostics import Diagnostics
from specc.driver import check_source
from specc.ir import Fill, Graph, Init, Operand, topology
from specc.passes import Invariant, Pass, prune, synchronous
from specc.source import Source, compose
from specc.spec import Built, build_graph, decode
from tests.checks import right


def built(text: str) -> Built:
    source = Source("net.yaml", text)
    diagnostics = Diagnostics()
    spec = decode(compose(source)[0], source, diagnostics, {})
    assert spec is not None
    found = build_graph(spec, diagnostics)
    assert not diagnostics.has_errors, diagnostics.finish()
    return found


SYNCHRONOUS = """\
specc: 1
inputs: {A: [1], B: [1]}
nodes:
  pair: {op: Concatenate, init: zeros, from: [a, B]}
  N1: {op: Dense, units: 1, init: A, from: pair}
  twice: {op: Add, from: [N1, N1]}
  after: {op: Flatten, from: N1}
loops:
  settle: {passes: 4, schedule: synchronous, states: {a: {init: A, next: twice}}}
outputs: [after, a]
"""


def reads(graph: Graph, name: str) -> list[str]:
    return [str(one) for one in graph.by_name[name].operands]


def test_synchronous_puts_a_state_on_every_edge_of_the_body() -> None:
    before = built(SYNCHRONOUS)
    graph = passes.run([synchronous.PASS], before)
    (loop,) = graph.loops
    assert loop.schedule == "sweep"
    assert loop.body == before.graph.loops[0].body == ("pair", "N1", "twice")
    assert [(state.name, state.init, str(state.next)) for state in loop.states] == [
        ("a", Operand("A"), "twice"),
        ("pair_before", Fill(0.0), "pair"),
        ("N1_before", Operand("A"), "N1"),
    ]
    assert reads(graph, "pair") == ["a", "B"]  # states and what is outside are read as they are
    assert reads(graph, "N1") == ["pair_before"]
    assert reads(graph, "twice") == ["N1_before", "N1_before"]  # one state for both reads
    assert reads(graph, "after") == ["N1"]  # what is after the loop sees the last pass


def test_synchronous_finds_names_that_are_free() -> None:
    text = SYNCHRONOUS.replace("  after:", "  N1_before: {op: Flatten, from: N1}\n  after:")
    graph = passes.run([synchronous.PASS], built(text))
    assert reads(graph, "twice") == ["N1_before_", "N1_before_"]


def test_synchronous_leaves_sweeps_as_they_are() -> None:
    text = SYNCHRONOUS.replace(" schedule: synchronous,", "")
    text = text.replace("init: zeros, ", "").replace("init: A, from", "from")
    before = built(text)
    assert passes.run([synchronous.PASS], before) is before.graph


UNUSED = """\
specc: 1
inputs: {x: [4], spare: [4]}
nodes:
  f: {op: Dense, units: 4, from: s}
  g: {op: Dense, units: 4, from: t}
  aside: {op: Dense, units: 4, from: f}
  out: {op: Dense, units: 1, from: s}
loops:
  used: {passes: 3, states: {s: {init: x, next: f}, extra: {init: x, next: s}}, collect: {all: f}}
  idle: {passes: 3, states: {t: {init: x, next: g}}}
outputs: out
"""


def test_prune_removes_what_no_output_needs_and_keeps_the_inputs() -> None:
    graph = passes.run([prune.PASS], built(UNUSED))
    assert [node.name for node in graph.inputs] == ["x", "spare"]
    assert [node.name for node in graph.nodes] == ["f", "out"]
    (loop,) = graph.loops
    assert (loop.name, loop.body, loop.collects) == ("used", ("f",), ())
    assert [state.name for state in loop.states] == ["s"]


def test_prune_changes_nothing_where_all_is_needed() -> None:
    before = built(UNUSED.replace("outputs: out", "outputs: [out, aside, extra, all, t, spare]"))
    assert passes.run([prune.PASS], before).nodes == before.graph.nodes


def test_a_pruned_graph_can_be_scheduled() -> None:
    graph = passes.run([prune.PASS], built(UNUSED))
    assert topology.flat_order(graph)[-2:] == ["f", "out"]


def test_the_driver_hands_on_the_pruned_graph() -> None:
    checked = check_source(Source("net.yaml", UNUSED))
    assert checked.graph is not None and checked.costs is not None
    assert [node.name for node in checked.graph.nodes] == ["f", "out"]
    assert checked.costs.parameters == 20 + 5


def _without_a_node(graph: Graph, inits: Mapping[str, Init]) -> Graph:
    return graph.with_nodes(graph.nodes[1:])


def _with_an_unused_node(graph: Graph, inits: Mapping[str, Init]) -> Graph:
    return graph.with_nodes([*graph.nodes, replace(graph.nodes[-1], name="more")])


def _as_it_is(graph: Graph, inits: Mapping[str, Init]) -> Graph:
    return graph


def _with_a_body_of_nothing(graph: Graph, inits: Mapping[str, Init]) -> Graph:
    return graph.with_nodes(graph.nodes, [replace(loop, body=("gone",)) for loop in graph.loops])


@pytest.mark.parametrize(
    ("broken", "invariant"),
    [
        (_without_a_node, Invariant.RESOLVED),
        (_with_an_unused_node, Invariant.NEEDED),
        (_as_it_is, Invariant.SWEEPS),
        (_with_a_body_of_nothing, Invariant.BODIES),
    ],
)
def test_a_pass_that_breaks_its_word_is_caught(broken: object, invariant: Invariant) -> None:
    bad = Pass("bad", "Breaks its word.", broken, ensures=(invariant,))  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=f"{invariant.value} does not hold after bad"):
        passes.run([bad], built(SYNCHRONOUS))
    passes.run([bad], built(SYNCHRONOUS), verify=False)


def test_a_pass_that_is_asked_for_too_much_is_caught() -> None:
    strict = Pass("strict", "Takes sweeps only.", _as_it_is, requires=(Invariant.SWEEPS,))
    with pytest.raises(AssertionError, match="every loop is a full sweep does not hold before strict"):
        passes.run([strict], built(SYNCHRONOUS))
    passes.run([synchronous.PASS, strict], built(SYNCHRONOUS))


@pytest.mark.parametrize("one", [*passes.FIRST, *passes.LAST], ids=lambda one: one.name)
def test_every_pass_says_what_it_ensures(one: Pass) -> None:
    assert one.ensures
    assert one.doc.endswith(".")


def test_all_passes_run_on_a_whole_spec() -> None:
    checked = right(SYNCHRONOUS, targets=("keras", "tidl"))
    assert checked.graph is not None
    assert {state.name for loop in checked.graph.loops for state in loop.states} == {"a", "pair_before", "N1_before"}
