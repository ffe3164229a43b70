"""Counts: weights once however often a layer is called, work as often as it is done."""

from __future__ import annotations

import pytest

from specc.analysis.costs import Costs, calls
from tests.checks import right


def costs_of(text: str, overrides: dict[str, str] | None = None) -> Costs:
    checked = right(text, overrides=overrides)
    assert checked.costs is not None
    return checked.costs


N1N2N3 = """
    specc: 1
    params: {passes: 5}
    inputs: {A: [1], B: [1], C: [1], F: [1]}
    nodes:
      N2: {op: Dense, units: 1, from: C}
      N3: {op: Dense, units: 1, from: F}
      pair: {op: Concatenate, from: [a, b]}
      N1: {op: Dense, units: 1}
      sum: {op: Add, from: [N1, N2]}
      result: {op: Concatenate, from: [a, b]}
    loops:
      settle:
        passes: ${passes}
        states:
          a: {init: A, next: sum}
          b: {init: B, next: N3}
    outputs: result
"""


@pytest.mark.parametrize("passes", ["1", "5", "30"])
def test_the_cyclic_network_has_seven_parameters_whatever_its_passes(passes: str) -> None:
    found = costs_of(N1N2N3, {"passes": passes})
    assert found.parameters == found.trainable == 7
    assert found.macs == 1 + 1 + 2
    assert found.macs_unrolled == 1 + 1 + 2 * int(passes)
    assert {row.node.name: row.calls for row in found.rows if row.calls > 1} == (
        dict.fromkeys(("pair", "N1", "sum"), int(passes)) if int(passes) > 1 else {}
    )


def test_a_layer_called_again_is_counted_once_and_works_twice() -> None:
    found = costs_of("""
        specc: 1
        inputs: {x: [4], y: [4]}
        nodes:
          a: {op: Dense, units: 3, from: x}
          b: {call: a, from: y}
          c: {call: b, from: x}
        outputs: [a, b, c]
    """)
    assert found.parameters == 15
    assert found.macs == 3 * 12
    assert [row.parameters for row in found.rows] == [0, 0, 15, 0, 0]


def test_a_call_above_its_layer_owns_the_weights_in_the_order_of_the_text() -> None:
    found = costs_of("""
        specc: 1
        inputs: {x: [4]}
        nodes:
          b: {call: a, from: x}
          a: {op: Dense, units: 3, from: x}
        outputs: [a, b]
    """)
    assert found.parameters == 15


def test_weights_that_are_not_trained_are_told_apart() -> None:
    found = costs_of("""
        specc: 1
        inputs: {x: [4]}
        nodes:
          norm: {op: BatchNormalization}
          frozen: {op: Dense, units: 2, trainable: false}
          out: {op: Dense, units: 1}
        outputs: out
    """)
    assert (found.parameters, found.trainable, found.non_trainable) == (16 + 10 + 3, 8 + 3, 8 + 10)


def test_activations_are_counted_in_bytes() -> None:
    found = costs_of("""
        specc: 1
        inputs: {x: {shape: [4], dtype: uint8}, y: {shape: [4], dtype: float64}}
        nodes:
          a: {op: Rescaling, scale: 2, from: x}
          b: {op: Dense, units: 3, dtype: float16, from: y}
        outputs: [a, b]
    """)
    assert [row.bytes for row in found.rows] == [4, 32, 16, 6]
    assert found.activation_bytes == found.activation_bytes_unrolled == 58


def test_passes_multiply_what_is_inside_only() -> None:
    checked = right(N1N2N3)
    assert checked.graph is not None
    assert {name: calls(checked.graph, name) for name in ("N2", "N1", "result")} == {"N2": 1, "N1": 5, "result": 1}


@pytest.mark.parametrize(
    ("node", "shape", "parameters", "macs"),
    [
        ("{op: Dense, units: 20}", "[13]", 280, 260),
        ("{op: Dense, units: 20, use_bias: false}", "[5, 13]", 260, 1300),
        ("{op: Conv2D, filters: 8, kernel_size: 3}", "[10, 10, 4]", 296, 18432),
        ("{op: Conv2D, filters: 8, kernel_size: 3, groups: 2}", "[10, 10, 4]", 152, 9216),
        ("{op: DepthwiseConv2D, kernel_size: 3, depth_multiplier: 2}", "[10, 10, 4]", 80, 4608),
        ("{op: SimpleRNN, units: 4}", "[1, 4]", 36, 32),
        ("{op: BatchNormalization}", "[10, 10, 4]", 16, 0),
        ("{op: Flatten}", "[10, 10, 4]", 0, 0),
    ],
)
def test_each_op_has_its_share(node: str, shape: str, parameters: int, macs: int) -> None:
    found = costs_of(f"specc: 1\ninputs: {{x: {shape}}}\nnodes: {{a: {node}}}\noutputs: a\n")
    assert (found.parameters, found.macs) == (parameters, macs)
