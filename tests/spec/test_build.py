"""Spec into Graph: what `from` means where it is left out, calls and their layers, loops and their bodies."""

from __future__ import annotations

import pytest

from specc.ir import Fill, Graph, Operand
from tests.checks import check_text, codes, right


def graph_of(text: str) -> Graph:
    graph = right(text).graph
    assert graph is not None
    return graph


def reads(graph: Graph, name: str) -> list[str]:
    return [str(one) for one in graph.by_name[name].operands]


def test_a_node_without_from_reads_the_node_above() -> None:
    graph = graph_of("""
        specc: 1
        inputs: {x: [3, 4]}
        nodes:
          a: {op: Dense, units: 4}
          rnn: {op: SimpleRNN, units: 4, return_sequences: true, return_state: true}
          b: {op: Dense, units: 4}
          c: {call: b}
        outputs:
          d: {op: Dense, units: 1}
          e: rnn.state_h
          f: {op: Dense, units: 1}
    """)
    assert reads(graph, "a") == ["x"]
    assert reads(graph, "rnn") == ["a"]
    assert reads(graph, "b") == ["rnn.sequence"]
    assert reads(graph, "c") == ["b"]
    assert reads(graph, "d") == ["c"]
    assert reads(graph, "f") == ["d"]


def test_a_call_takes_the_op_and_the_layer_of_what_it_calls() -> None:
    graph = graph_of("""
        specc: 1
        inputs: {x: [4], y: [4]}
        nodes:
          c: {call: b, from: x}
          b: {call: a, from: y}
          a: {op: Dense, units: 3, from: x}
          d: {op: Dense, units: 3, from: x}
        outputs: [a, b, c, d]
    """)
    assert {node.name: (node.op, node.layer) for node in graph.nodes} == {
        "c": ("Dense", "a"),
        "b": ("Dense", "a"),
        "a": ("Dense", "a"),
        "d": ("Dense", "d"),
    }
    assert graph.by_name["c"].attributes is graph.by_name["a"].attributes


LOOP = """
    specc: 1
    inputs: {A: [1], C: [1]}
    nodes:
      outside: {op: Dense, units: 1, from: C}
      pair: {op: Concatenate, from: [a, b]}
      N1: {op: Dense, units: 1}
      sum: {op: Add, from: [N1, outside]}
      beside: {op: Dense, units: 1, from: pair}
      after: {op: Concatenate, from: [a, N1]}
    loops:
      settle:
        passes: 5
        states:
          a: {init: A, next: sum}
          b: {init: zeros, next: outside}
    outputs: [after, beside]
"""


def test_a_body_is_what_leads_from_a_state_to_a_next() -> None:
    (loop,) = graph_of(LOOP).loops
    assert loop.body == ("pair", "N1", "sum")
    assert loop.passes == 5
    assert [state.init for state in loop.states] == [Operand("A"), Fill(0.0)]


def test_what_a_collect_needs_is_computed_on_every_pass() -> None:
    (loop,) = graph_of(
        LOOP.replace("outputs: [after, beside]", "outputs: [after, all]")
        .replace("          b: {init", "          b: {init")
        .replace("    outputs", "        collect: {all: beside}\n    outputs")
    ).loops
    assert loop.body == ("pair", "N1", "sum", "beside")


def test_ones_fill_with_ones() -> None:
    (loop,) = graph_of(LOOP.replace("init: zeros", "init: ones")).loops
    assert loop.states[1].init == Fill(1.0)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("next: sum", "next: sun", ["unknown-reference"]),
        ("init: A", "init: AA", ["unknown-reference"]),
        ("init: A", "init: qqqq", ["unknown-reference"]),
        ("init: A, next: sum", "next: sum", ["missing-key"]),
        ("init: A, next: sum", "init: A", ["missing-key"]),
        ("init: A, next: sum", "", ["missing-key", "missing-key"]),
        ("init: A", "init: {}", ["wrong-type"]),
        ("a: {init: A, next: sum}", "a: sum", ["wrong-type"]),
        ("a: {init: A, next: sum}", "a: {inti: A, next: sum}", ["unknown-key"]),
        ("passes: 5", "pases: 5", ["unknown-key"]),
        ("passes: 5", "passes: -5", ["bad-value"]),
        ("    settle:", "    settle-down:", ["invalid-name"]),
        ("loops:", "loop:", ["unknown-key"]),
        ("states:", "state:", ["unknown-key"]),
        ("from: [a, b]", "from: [aa, b]", ["unknown-reference"]),
        ("N1: {op: Dense, units: 1}", "N1: {op: Dense, units: 0}", ["bad-value"]),
        ("N1: {op: Dense, units: 1}", "N1: {op: Dense, units: 2}", ["state-mismatch"]),
        ("b: {init: zeros, next: outside}", "b: {init: zeros, next: pair}", ["state-shape-unknown"]),
        ("b: {init: zeros", "a: {init: zeros", ["duplicate-key", "unknown-reference"]),
        ("b: {init: zeros", "C: {init: zeros", ["duplicate-name", "unknown-reference"]),
    ],
)
def test_a_mistake_in_a_loop_is_said_once_and_nothing_follows_from_it(old: str, new: str, found: list[str]) -> None:
    assert old in LOOP
    assert sorted(codes(check_text(LOOP.replace(old, new)))) == sorted(found)


def test_the_advice_about_a_cycle_closes_it() -> None:
    text = """
        specc: 1
        inputs: {{x: [4]}}
        nodes:
          a: {{op: Add, from: [x, {read}]}}
          b: {{op: Add, from: [a, {read}]}}
          c: {{op: Dense, units: 4}}
        {loops}
        outputs: c
    """
    (found,) = check_text(text.format(read="c", loops="")).diagnostics
    assert found.code == "undeclared-cycle"
    assert "let `a`, `b` read a state, `from: c_before`" in found.help
    loops = found.help.split("`")[-2]
    right(text.format(read="c_before", loops=loops))


@pytest.mark.parametrize(
    ("nodes", "cycle"),
    [
        ("a: {op: Dense, units: 4, from: a}", "`a` → `a`"),
        ("a: {op: Dense, units: 4, from: b}\n  b: {op: Dense, units: 4, from: a}", "`a` → `b` → `a`"),
        (
            "a: {op: Add, from: [x, c]}\n  b: {op: Dense, units: 4, from: a}\n  c: {op: Dense, units: 4, from: b}",
            "`a` → `b` → `c` → `a`",
        ),
        (  # written against the data: still told with it, from the first node of the text
            "c: {op: Dense, units: 4, from: b}\n  b: {op: Dense, units: 4, from: a}\n  a: {op: Add, from: [x, c]}",
            "`c` → `a` → `b` → `c`",
        ),
        (  # the shortest way round
            "a: {op: Add, from: [x, d]}\n  b: {op: Dense, units: 4, from: a}\n"
            "  c: {op: Dense, units: 4, from: b}\n  d: {op: Add, from: [c, b]}",
            "`a` → `b` → `d` → `a`",
        ),
    ],
)
def test_a_cycle_is_told_in_the_order_of_the_data(nodes: str, cycle: str) -> None:
    checked = check_text(f"specc: 1\ninputs: {{x: [4]}}\nnodes:\n  {nodes}\noutputs: a\n")
    cycles = [one for one in checked.diagnostics if one.code == "undeclared-cycle"]
    assert [one.message for one in cycles] == [f"{cycle} is a cycle that no loop declares"]


def test_a_long_cycle_is_cut_short() -> None:
    nodes = "".join(f"  n{at}: {{op: Dense, units: 4, from: n{(at - 1) % 90}}}\n" for at in range(90))
    checked = check_text(f"specc: 1\ninputs: {{x: [4]}}\nnodes:\n{nodes}outputs: [n0, x]\n")
    (found,) = checked.diagnostics
    assert "… 90 nodes in all …" in found.message
    assert len(found.message) < 300


def test_what_is_wrong_beside_a_cycle_is_said_too() -> None:
    checked = check_text("""
        specc: 1
        inputs: {x: [4], y: [5]}
        nodes:
          a: {op: Add, from: [x, b]}
          b: {op: Dense, units: 4, from: a}
          c: {op: Add, from: [x, y]}
          d: {op: Flatten, from: c}
        outputs: [b, d]
    """)
    assert codes(checked) == ["undeclared-cycle", "shape-mismatch"]


def test_what_is_wrong_beside_loops_in_each_others_way_is_said_too() -> None:
    checked = check_text("""
        specc: 1
        inputs: {x: [4], y: [5]}
        nodes:
          fa: {op: Dense, units: 4, from: a}
          fb: {op: Dense, units: 4, from: b}
          c: {op: Add, from: [x, y]}
          d: {op: Conv2D, filters: 1, kernel_size: 1, from: fa}
        loops:
          one: {passes: 3, states: {a: {init: b, next: fa}}}
          two: {passes: 3, states: {b: {init: a, next: fb}}}
        outputs: [fa, fb, c, d]
    """)
    assert codes(checked) == ["shape-mismatch", "loop-overlap"]


def test_the_same_text_gives_the_same_diagnostics_in_the_order_of_the_text() -> None:
    text = LOOP.replace("next: sum", "next: N9").replace("units: 1", "unit: 1")
    first, second = check_text(text), check_text(text)
    assert [one.message for one in first.diagnostics] == [one.message for one in second.diagnostics]
    places = [one.span.start for one in first.diagnostics if one.span]
    assert places == sorted(places)
