"""Blocks, `repeat` and `when`: what is written out, under which names, and that the flat spec is the same network."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.diagnostics import Severity
from specc.driver import Checked, check_source, expand
from specc.ir import Graph
from specc.source import Source

from ..contract.strategies import examples
from ..test_corpus import SPECS, VALID, settings

BLOCKS = """
blocks:
  lin:
    params: {units: int, bias: true}
    inputs: x
    nodes:
      dense: {op: Dense, units: "${units}", use_bias: "${bias}"}
      relu: {op: ReLU, when: "${units > 2}"}
    outputs: relu
  twice:
    params: {n: 1}
    inputs: x
    nodes:
      wide: {block: lin, units: "${2 * channels(x)}", bias: "${n != 3}", repeat: "${n}"}
      back: {op: Dense, units: "${channels(x)}"}
      sum: {op: Add, from: [back, x]}
    outputs: {sum: sum, wide: wide}
"""


def checked(nodes: str, outputs: str, rest: str = "") -> Checked:
    text = f"specc: 1\ninputs: {{v: [4], w: [4]}}\n{BLOCKS}nodes:\n{nodes}\noutputs: {outputs}\n{rest}"
    return check_source(Source("net.yaml", text))


def graph(nodes: str, outputs: str, rest: str = "") -> Graph:
    found = checked(nodes, outputs, rest)
    assert found.ok, found.diagnostics
    assert found.graph is not None
    return found.graph


def reads(found: Graph) -> dict[str, list[str]]:
    return {node.name: [str(one) for one in node.operands] for node in found.nodes}


def test_an_instance_is_its_nodes_under_its_name() -> None:
    found = graph("  a: {block: lin, units: 8, from: v}\n  b: {op: Dense, units: 3}", "b")
    assert reads(found) == {"a/dense": ["v"], "a/relu": ["a/dense"], "b": ["a/relu"]}
    assert [(scope.name, scope.block, scope.arguments) for scope in found.scopes] == [
        ("a", "lin", (("units", 8), ("bias", True)))
    ]


def test_a_node_left_out_means_its_first_operand() -> None:
    found = graph("  a: {block: lin, units: 2, from: v}\n  b: {op: Dense, units: 3, when: false}\n  c: {op: ReLU}", "c")
    assert reads(found) == {"a/dense": ["v"], "c": ["a/dense"]}


def test_copies_of_a_repeat_read_each_other() -> None:
    found = graph("  a: {op: Dense, units: '${2 * index}', repeat: {count: 3, first: {units: 9}}, from: v}", "a")
    assert reads(found) == {"a/1": ["v"], "a/2": ["a/1"], "a/3": ["a/2"]}
    assert [node.attributes.units for node in found.nodes] == [9, 4, 6]


def test_blocks_in_blocks_and_their_ports() -> None:
    nodes = "  t: {block: twice, n: 2, from: v}\n  u: {op: Concatenate, from: [t.wide, t, w]}"
    found = graph(nodes, "u")
    names = ["t/wide/1/dense", "t/wide/1/relu", "t/wide/2/dense", "t/wide/2/relu", "t/back", "t/sum", "u"]
    assert [node.name for node in found.nodes] == names
    assert reads(found)["u"] == ["t/wide/2/relu", "t/sum", "w"]
    assert [one.attributes.units for one in found.nodes if one.op == "Dense"] == [8, 8, 4]


def test_a_call_of_an_instance_shares_all_its_layers() -> None:
    found = graph("  a: {block: twice, from: v}\n  b: {call: a, from: w}\n  c: {op: Add, from: [a, b]}", "c")
    layers = {node.name: node.layer for node in found.nodes if node.name.startswith("b/")}
    assert layers == {f"b/{name}": f"a/{name}" for name in ("wide/1/dense", "wide/1/relu", "back", "sum")}
    assert reads(found)["b/sum"] == ["b/back", "w"]
    counted = checked("  a: {block: twice, from: v}\n  b: {call: a, from: w}", "[a, b]").costs
    once = checked("  a: {block: twice, from: v}\n  b: {block: twice, from: w}", "[a, b]").costs
    assert counted is not None and once is not None and 2 * counted.parameters == once.parameters


def test_an_instance_in_a_loop() -> None:
    loop = "loops:\n  l: {passes: 3, states: {s: {init: v, next: step}}}"
    found = graph("  step: {block: lin, units: 4, from: s}", "step", loop)
    assert found.loops[0].body == ("step/dense", "step/relu")
    assert found.loops[0].states[0].next.value == "step/relu"


def test_a_block_may_be_used_above_what_it_reads() -> None:
    nodes = "  b: {block: twice, from: a}\n  a: {block: lin, units: 6, from: v}"
    found = graph(nodes, "b")
    assert next(node for node in found.nodes if node.name == "b/back").attributes.units == 6


def test_a_use_is_shown_with_a_mistake_and_the_mistake_once() -> None:
    found = checked("  a: {block: lin, units: 3, from: v, repeat: 3}\n  b: {block: lin, units: -1, from: v}", "[a, b]")
    (one,) = (one for one in found.diagnostics if one.severity is Severity.ERROR)
    assert one.code == "bad-value"
    assert [label.text for label in one.labels][1:] == ["used here, as `b`"]


def flat(text: str, overrides: dict[str, str], folder: Path) -> tuple[Checked, str]:
    path = folder / "net.yaml"
    path.write_text(text, encoding="utf-8")
    found, expanded = expand(path, overrides=overrides)
    assert expanded is not None, found.diagnostics
    return found, expanded


@pytest.mark.parametrize("path", [*VALID, *SPECS], ids=lambda path: path.stem)
def test_the_flat_spec_is_the_same_network(path: Path, tmp_path: Path) -> None:
    text = path.read_bytes().decode("utf-16" if "utf-16" in path.stem else "utf-8-sig")
    _, overrides = settings(text)
    before, expanded = flat(text, overrides, tmp_path)
    after, again = flat(expanded, {}, tmp_path)
    assert again == "\n".join(line.partition("  # ")[0] for line in expanded.split("\n"))
    assert before.graph is not None and after.graph is not None
    assert [(one.name.replace("/", "_"), one.op, one.attributes) for one in before.graph.nodes] == [
        (one.name, one.op, one.attributes) for one in after.graph.nodes
    ]
    assert before.costs is not None and after.costs is not None
    assert before.costs.parameters == after.costs.parameters
    assert str(before.costs.macs_unrolled) == str(after.costs.macs_unrolled)
    assert [str(before.types[one.value.value, one.value.port]) for one in before.graph.outputs] == [
        str(after.types[one.value.value, one.value.port]) for one in after.graph.outputs
    ]


UNITS = st.integers(1, 5)


@st.composite
def uses(draw: st.DrawFn) -> str:
    """Some lines of nodes that use the blocks, each reading one above."""
    values = ["v", "w"]
    lines: list[str] = []
    for at in range(draw(st.integers(1, 6))):
        source = draw(st.sampled_from(values))
        body = draw(
            st.one_of(
                UNITS.map(lambda n: f"block: lin, units: {n}"),
                UNITS.map(lambda n: f"block: twice, n: {n}"),
                UNITS.map(lambda n: f"op: Dense, units: 4, repeat: {n}"),
                st.booleans().map(lambda yes: f"op: ReLU, when: {str(yes).lower()}"),
            )
        )
        lines.append(f"  t{at}: {{{body}, from: {source}}}")
        values.append(f"t{at}")
    return "\n".join(lines)


@given(uses())
@examples(100)
def test_any_use_checks_and_its_flat_spec_is_the_same(lines: str) -> None:
    last = f"t{lines.count(chr(10))}"
    found = checked(lines, last)
    assert not [one for one in found.diagnostics if not one.code.startswith("unused")]
    assert found.graph is not None and found.costs is not None
    assert all(
        "/" not in one.name or one.origin.uses or one.name.split("/")[-1].isdecimal() for one in found.graph.nodes
    )
