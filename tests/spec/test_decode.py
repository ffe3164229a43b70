"""The document as typed data: what each section becomes, and what is taken where something is left out."""

from __future__ import annotations

import pytest

from specc.diagnostics import Diagnostics
from specc.source import Source, compose
from specc.spec import Spec, decode
from tests.checks import check_text, codes, right

WHOLE = """
    specc: 1
    name: whole
    doc: all there is
    params: {n: 3}
    inputs:
      a: [4]
      b: {shape: [4], dtype: int32, doc: counts}
    nodes:
      scaled: {op: Rescaling, scale: 0.5, from: b}
      h: {op: Dense, units: 4, doc: the layer, from: s}
      again: {call: h, from: a}
      sum: {op: Add, from: [h, again, scaled]}
    loops:
      settle: {passes: "${n}", states: {s: {init: a, next: sum}}, collect: {all: sum}}
    outputs: {first: s, second: {op: Dense, units: 2, from: sum}, third: all}
    training:
      optimizer: {op: SGD, learning_rate: 0.1}
      losses: {first: mse}
      loss_weights: {first: 2}
      metrics: {first: mae, second: [mse, accuracy]}
      fit: {epochs: 3, steps_per_epoch: 10, validation_split: 0.5, early_stopping: {patience: 2}}
    budget: {params_max: 1000, targets: [keras]}
    targets: {tidl: {device: am62a}}
    moved: [{from: old, to: h}]
"""


def spec_of(text: str) -> Spec:
    checked = right(text)
    assert checked.spec is not None
    return checked.spec


def test_every_section_is_decoded() -> None:
    spec = spec_of(WHOLE)
    assert (spec.name, spec.doc) == ("whole", "all there is")
    assert [(one.name, one.attributes.shape, one.attributes.dtype, one.doc) for one in spec.inputs] == [
        ("a", (4,), "float32", ""),
        ("b", (4,), "int32", "counts"),
    ]
    assert [(node.name, node.op, str(node.call) if node.call else None) for node in spec.nodes] == [
        ("scaled", "Rescaling", None),
        ("h", "Dense", None),
        ("again", None, "h"),
        ("sum", "Add", None),
        ("second", "Dense", None),  # defined among the outputs
    ]
    assert [str(one) for one in spec.nodes[3].operands or ()] == ["h", "again", "scaled"]
    assert spec.nodes[1].doc == "the layer"
    (loop,) = spec.loops
    assert (loop.name, loop.passes, loop.passes_param, loop.schedule) == ("settle", 3, "n", "sweep")
    assert [(state.name, str(state.init), str(state.next)) for state in loop.states] == [("s", "a", "sum")]
    assert [(one.name, str(one.value)) for one in loop.collects] == [("all", "sum")]
    outputs = {one.name: str(one.value) for one in spec.outputs}
    assert outputs == {"first": "s", "second": "second", "third": "all"}
    assert {key: limit.value for key, limit in spec.budget.limits.items()} == {"params_max": 1000}
    assert [name for name, _ in spec.budget.targets] == ["keras"]
    assert list(spec.targets) == ["tidl"]
    assert [(move.old, move.new) for move in spec.moved] == [("old", "h")]


def test_the_training_is_decoded() -> None:
    training = spec_of(WHOLE).training
    assert training is not None
    assert str(training.optimizer) == "SGD(learning_rate=0.1)"
    assert {name: loss.name for name, loss in training.losses.items()} == {"first": "MeanSquaredError"}
    assert training.loss_weights == {"first": 2.0}
    assert {name: [str(one) for one in found] for name, found in training.metrics.items()} == {
        "first": ["MeanAbsoluteError(name='mae')"],
        "second": ["MeanSquaredError(name='mse')", "Accuracy(name='accuracy')"],
    }
    assert training.fit == {"epochs": 3, "steps_per_epoch": 10, "validation_split": 0.5}
    assert [str(one) for one in training.callbacks] == ["EarlyStopping(patience=2)"]
    assert training.steps == 30


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("net.yaml", "net"),
        ("a/b/net.v2.yaml", "net_v2"),
        ("my-net.yaml", "my_net"),
        ("<stdin>", "net"),
        ("n1.yml", "n1"),
    ],
)
def test_a_spec_without_a_name_takes_that_of_its_file(file: str, name: str) -> None:
    source = Source(file, "specc: 1\ninputs: {x: [1]}\noutputs: x\n")
    spec = decode(compose(source)[0], source, Diagnostics(), {})
    assert spec is not None
    assert spec.name == name


@pytest.mark.parametrize(
    ("outputs", "names"),
    [
        ("h", ["h"]),
        ("[h, x]", ["h", "x"]),
        ("{a: h, b: x}", ["a", "b"]),
        ("[rnn.state_h, rnn]", ["rnn_state_h", "rnn"]),
        ("{last: rnn.state_h}", ["last"]),
    ],
)
def test_outputs_may_be_a_name_a_list_or_names(outputs: str, names: list[str]) -> None:
    text = f"""
        specc: 1
        inputs: {{x: [3, 4]}}
        nodes:
          h: {{op: Dense, units: 4}}  # specc: ignore[unused-node]
          rnn: {{op: SimpleRNN, units: 4, return_state: true, from: x}}  # specc: ignore[unused-node]
        outputs: {outputs}
    """
    checked = check_text(text)
    assert checked.spec is not None
    assert [one.name for one in checked.spec.outputs] == names


MAPPINGS = ("params", "loops", "budget", "targets")


@pytest.mark.parametrize(
    ("section", "value"),
    [(section, value) for section in (*MAPPINGS, "training", "moved") for value in ("", "~", "null")]
    + [(section, "{}") for section in MAPPINGS]
    + [("moved", "[]")],
)
def test_a_section_may_be_left_empty(section: str, value: str) -> None:
    right(f"""
        specc: 1
        inputs: {{x: [4]}}
        nodes: {{h: {{op: Dense, units: 4}}}}
        outputs: h
        {section}: {value}
    """)


def test_everything_wrong_with_a_spec_is_said_at_once() -> None:
    checked = check_text("""
        specc: 2
        name: my-net
        parms: {}
        inputs: {x: 4}
        nodes:
          a: {op: Dens, units: 4}
          b: {op: Dense, units: "4"}
          c: {op: Dense, unitz: 4}
          d: {op: Dense}
          e: {}
        loops: {l: {passes: 0}}
        outputs: q
        training: {}
        budget: {targets: [q]}
    """)
    assert codes(checked) == [
        "missing-version",
        "invalid-name",
        "unknown-key",
        "wrong-type",
        "unknown-op",
        "wrong-type",
        "unknown-attribute",
        "missing-attribute",
        "node-kind",
        "missing-key",
        "bad-value",
        "missing-key",
        "missing-key",
        "unknown-target",
    ]


NET = """
    specc: 1
    inputs: {{x: [4], y: [4]}}
    nodes:
      a: {a}
      b: {{op: Dense, units: 4, from: a}}
    outputs: [b, {out}]
"""


@pytest.mark.parametrize(
    ("node", "found"),
    [
        ("{op: Dence, units: 4, from: y}", ["unknown-op"]),
        ("{op: Dense, units: x, from: y}", ["wrong-type"]),
        ("{op: Dense, unit: 4, from: y}", ["unknown-attribute"]),
        ("{op: Dense, units: 4, from: yy}", ["unknown-reference"]),
        ("{op: Dense, units: 4, from: qqqq}", ["unknown-reference"]),
        ("{op: Dense, units: 4, form: y}", ["unknown-attribute"]),
        ("{op: Dense, units: 4, from: [y, q q]}", ["invalid-name"]),
        ("{op: Add, from: [y, {}]}", ["wrong-type"]),
        ("{op: Dense, units: 4}", ["missing-from"]),
        ("{op: Add, from: y}", ["operand-count"]),
        ("{op: Dense, units: 4, from: []}", ["operand-count"]),
        ("{cal: y, from: y}", ["node-kind"]),
        ("{call: q, from: y}", ["unknown-reference"]),
        ("{call: y, from: y}", ["bad-call"]),
        ("{call: a, from: y}", ["bad-call"]),
        ("{op: Conv2D, filters: 4, kernel_size: 3, from: y}", ["shape-mismatch"]),
        ("{op: Dense, units: 4, from: a}", ["undeclared-cycle"]),
        ("Dense", ["wrong-type"]),
        ("null", ["wrong-type"]),
        ("{<<: 3, from: y}", ["node-kind"]),
        ("{op: Dense, units: '${q}', from: y}", ["unknown-param"]),
        ("{op: Dense, units: 4, from: '${q}'}", ["unknown-param"]),
        ("{op: '${q}', units: 4, from: y}", ["unknown-param"]),
    ],
)
def test_a_mistake_in_one_node_is_said_once_and_nothing_follows_from_it(node: str, found: list[str]) -> None:
    """`b` reads the broken node, `y` may seem unused: neither is a mistake of its own."""
    assert sorted(codes(check_text(NET.format(a=node, out="x")))) == sorted(found)
