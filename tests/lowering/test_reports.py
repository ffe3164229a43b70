"""What is said of a node that a target does not support: the reason, the user's own figures, what to write instead."""

from __future__ import annotations

import re

import pytest

from specc.diagnostics import Diagnostic
from specc.lowering import Lowering
from specc.lowering import _registry as lowerings
from specc.ops import _registry as registry
from specc.targets import load
from tests.checks import check_text

TIDL = load("tidl")
LOWERED = [one for name in TIDL.lowerings if isinstance(one := lowerings.get(name), Lowering)]
KNOWN = {*TIDL.ops, *re.findall(r"`(\w+)`", " ".join(one.doc for one in LOWERED))}
UNKNOWN = [op.name for op in registry.all_ops() if op.name not in KNOWN]
NETWORKS = {
    "LSTM": "{op: LSTM, units: 3, from: s}",
    "Bidirectional": "{op: Bidirectional, layer: {op: GRU, units: 3}, from: s}",
    "TimeDistributed": "{op: TimeDistributed, layer: {op: Dense, units: 3}, from: s}",
    "MaxPooling1D": "{op: MaxPooling1D, from: s}",
    "Conv3D": "{op: Conv3D, filters: 2, kernel_size: 2, from: v}",
    "LayerNormalization": "{op: LayerNormalization, from: x}",
    "Embedding": "{op: Embedding, input_dim: 9, output_dim: 3, from: i}",
    "GRU": "{op: GRU, units: 3, from: t}",
}
INPUTS = "{x: [8, 8, 4], s: [6, 4], v: [4, 4, 4, 2], i: {shape: [5], dtype: int32}, t: [T, 4]}"


def found(node: str, inputs: str = "{x: [64, 64, 4]}", more: str = "") -> list[Diagnostic]:
    text = f"specc: 1\ninputs: {inputs}\n{more}nodes:\n  y: {node}\noutputs: y\n"
    checked = check_text(text, targets=["tidl"])
    return [one for one in checked.diagnostics if one.code == "no-lowering"]


def test_each_op_that_nothing_lowers_has_an_alternative_and_no_other() -> None:
    assert sorted(TIDL.instead) == sorted(UNKNOWN)


@pytest.mark.parametrize("op", sorted(TIDL.instead))
def test_an_alternative_is_supported(op: str) -> None:
    named = [word for word in re.findall(r"\w+", TIDL.instead[op]) if registry.find(word) is not None]
    assert named or op in ("Permute",)
    assert set(named) <= KNOWN


@pytest.mark.parametrize("op", NETWORKS)
def test_a_missing_op_is_the_reason(op: str) -> None:
    (said,) = [one for one in found(NETWORKS[op], INPUTS) if one.message.startswith("`y`")]
    assert said.message == f"`y` is not supported on tidl: tidl has no {op}, and no lowering applies"
    assert said.help == TIDL.instead[op]
    assert "four-dimensional" not in " ".join(said.notes)


@pytest.mark.parametrize("node", ["{op: Softmax, axis: 1, from: s}", "{op: Dense, units: 2, from: v}"])
def test_an_op_that_is_lowered_elsewhere(node: str) -> None:
    said = [one for one in found(node, INPUTS) if one.message.startswith("`y`")]
    assert said or "from: v" in node  # the input itself is reported
    assert all(one.message.endswith("no lowering applies to this one") for one in said)


COPIES = {
    "a repeat of a block": ("{block: b, repeat: 12, from: s}", "y/1/n", 11),
    "a repeat of blocks of blocks": ("{block: outer, repeat: 2, from: s}", "y/1/a/n", 3),
    "a repeat of a node": ("{op: LSTM, units: 4, return_sequences: true, repeat: 3, from: s}", "y/1", 2),
    "one": ("{op: LSTM, units: 4, return_sequences: true, from: s}", "y", 0),
}


@pytest.mark.parametrize("name", COPIES)
def test_copies_of_a_node_are_reported_once(name: str) -> None:
    node, first, others = COPIES[name]
    blocks = """\
blocks:
  b: {inputs: h, nodes: {n: {op: LSTM, units: 4, return_sequences: true}}, outputs: n}
  outer: {inputs: h, nodes: {a: {block: b}, c: {block: b}}, outputs: c}
"""
    (said,) = found(node, "{s: [6, 4]}", blocks)
    plural = "copies" if others > 1 else "copy"
    subject = f"`{first}` and {others} other {plural} of it are" if others else f"`{first}` is"
    assert said.message == f"{subject} not supported on tidl: tidl has no LSTM, and no lowering applies"


def test_instances_that_differ_count_as_copies() -> None:
    blocks = (
        "blocks: {b: {params: {k: int}, inputs: h, nodes: {n: {op: MaxPooling2D, pool_size: '${k}'}}, outputs: n}}\n"
    )
    text = f"specc: 1\ninputs: {{x: [64, 64, 4]}}\n{blocks}nodes:\n  p: {{block: b, k: 4}}\n  q: {{block: b, k: 5}}\n"
    checked = check_text(f"{text}outputs: q\n", targets=["tidl"])
    (said,) = checked.diagnostics
    assert "`p/n` and 1 other copy of it are" in said.message and "a pool of 4x4s4" in said.message


WRITTEN = {  # a node, what is quoted, and the form that it has once nothing lowers it further
    "{op: Conv2D, filters: 4, kernel_size: 12, strides: 4}": ("12x12", "6x6 and strides of 4x4"),
    "{op: Conv2D, filters: 4, kernel_size: [16, 9], strides: 4, padding: same}": ("16x9", "5x4 and strides of 4x4"),
    "{op: Conv2D, filters: 4, kernel_size: 9, strides: [1, 2]}": ("1 and 2", "4x4 and strides of 1x2"),
    "{op: Conv2D, filters: 4, kernel_size: 9, activation: silu, strides: 5}": ("stride 5", "4x4 and strides of 5x5"),
    "{op: DepthwiseConv2D, kernel_size: [2, 4], strides: 3}": ("2x4s3", "5x5 and strides of 3x3"),
}


@pytest.mark.parametrize("node", WRITTEN)
def test_figures_are_those_that_the_user_wrote(node: str) -> None:
    quoted, form = WRITTEN[node]
    (said,) = found(node)
    assert quoted in said.message
    assert any("was rewritten by" in note and form in note for note in said.notes), said.notes


def test_figures_of_a_convolution_over_steps() -> None:
    (said,) = found("{op: Conv1D, filters: 4, kernel_size: 11, strides: 4}", "{s: [64, 4]}")
    assert said.message.endswith("stride 4 is supported with an 11x11 kernel only, found 11")
