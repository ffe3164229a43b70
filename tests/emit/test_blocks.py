"""Blocks as functions and repeats as loops: the module of a spec with blocks is the model of its flat spec."""

from __future__ import annotations

import ast
import re
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from specc.driver import check_source
from specc.emit import module_text
from specc.source import Source
from specc.spec import build_graph
from specc.spec.expand import expanded

from ..contract.strategies import examples
from ..nets import ROOT, TARGETS, Net
from ..spec.test_blocks import BLOCKS, uses

BY_TARGET = pytest.mark.parametrize("target", TARGETS)


def text_of(source: str, target: str) -> str:
    found = check_source(Source("net.yaml", source), targets=[target])
    assert found.ok and found.spec is not None, found.diagnostics
    return module_text(found.spec, found.lowered[target], found.targets[target])


def flat_text(source: str) -> str:
    from specc.diagnostics import Diagnostics

    found = check_source(Source("net.yaml", source))
    assert found.spec is not None
    return expanded(found.spec, build_graph(found.spec, Diagnostics()))


def functions(text: str) -> dict[str, ast.FunctionDef]:
    return {one.name: one for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)}


def test_a_block_is_one_function_and_a_repeat_one_loop() -> None:
    nodes = "  a: {block: lin, units: 8, from: v}\n  b: {block: lin, units: 2, repeat: 5}\n"
    nodes += "  c: {op: Dense, units: 3, repeat: 4}"
    text = text_of(f"specc: 1\ninputs: {{v: [4]}}\n{BLOCKS}nodes:\n{nodes}\noutputs: c\n", "keras")
    found = functions(text)
    assert "lin" in found and "twice" not in found
    loops = [node for node in ast.walk(found["build_model"]) if isinstance(node, ast.For)]
    assert [ast.unparse(one.iter) for one in loops] == ["range(1, 6)", "range(1, 5)"]
    assert ast.unparse(found["lin"].args) == "x: Any, *, name: str, units: int"


def test_copies_that_differ_are_calls_of_one_function() -> None:
    nodes = "  a: {block: twice, n: 1, from: v}\n  b: {block: twice, n: 3}"
    text = text_of(f"specc: 1\ninputs: {{v: [4]}}\n{BLOCKS}nodes:\n{nodes}\noutputs: b\n", "keras")
    twice = functions(text)["twice"]
    (loop,) = (node for node in ast.walk(twice) if isinstance(node, ast.For))
    assert ast.unparse(loop.iter) == "range(1, n + 1)"


def inside(nodes: str, params: str, uses: str) -> str:
    """The function of a block, of which each use is a line."""
    block = f"blocks:\n  b:\n    params: {params}\n    inputs: x\n    nodes:\n{nodes}    outputs: last\n"
    text = text_of(f"specc: 1\ninputs: {{v: [4]}}\n{block}nodes:\n{uses}outputs: z\n", "keras")
    return ast.unparse(functions(text)["b"])


def test_expressions_of_a_block_are_those_of_its_function() -> None:
    nodes = "      wide: {op: Dense, units: '${k * channels(x)}', when: '${k > 1 and channels(x) != 3}'}\n"
    nodes += "      last: {op: Activation, activation: '${act}'}\n"
    uses = "  a: {block: b}\n  c: {block: b, k: 2, act: swish}\n  z: {block: b, k: 3, act: gelu}\n"
    text = inside(nodes, "{k: 1, act: relu}", uses)
    assert "name: str, k: int=1, act: str='relu')" in text
    assert "if k > 1 and x.shape[-1] != 3:" in text
    assert "layers.Dense(k * x.shape[-1], name=f'{name}_wide')(x)" in text
    assert "layers.Activation(act, name=f'{name}_last')" in text


@pytest.mark.parametrize(
    ("expression", "rest"),
    [
        ("ceil(k / 2)", ""),  # Python has no such function
        ("k + shape(x)[0]", ""),  # an axis may lie elsewhere on the target's layout
        ("index + k", "repeat: 2"),  # nothing that the function knows
    ],
)
def test_an_expression_that_does_not_say_it_all_is_a_number(expression: str, rest: str) -> None:
    nodes = f"      last: {{op: Dense, units: '${{{expression}}}', {rest}}}\n"
    text = inside(nodes, "{k: 1}", "  a: {block: b, k: 3}\n  z: {block: b, k: 5}\n")
    calls = re.findall(r"layers\.Dense\(([^,]+), name", text)
    assert calls and all(re.fullmatch("last_.*units", call) for call in calls)


def test_copies_of_a_repeat_have_the_expression_where_it_holds() -> None:
    nodes = "      last: {op: Dense, units: '${k}', repeat: {count: 2, first: {units: 9}}}\n"
    text = inside(nodes, "{k: 1}", "  a: {block: b, k: 3}\n  z: {block: b, k: 5}\n")
    assert re.findall(r"layers\.Dense\(([^,]+), name", text) == ["9", "k"]


def test_nodes_that_only_others_lack_are_one_function_still() -> None:
    """No instance has both: where each reads from is told by all of them together."""
    nodes = "      one: {op: ReLU, when: '${first}'}\n      two: {op: Dense, units: 4}\n"
    nodes += "      last: {op: ELU, when: '${not first}'}\n"
    uses = "  a: {block: b, first: true}\n  z: {block: b, first: false}\n"
    text = inside(nodes, "{first: bool}", uses)
    assert "if first:" in text and "if not first:" in text


@BY_TARGET
def test_shared_and_looping_instances_are_written_flat(target: str) -> None:
    """Their layers are made once and applied several times, which a function that makes layers cannot do."""
    text = Net("blocks", ROOT / "tests" / "emit" / "specs").module_text(target)
    found = functions(text)
    assert {"conv_bn", "residual"} <= found.keys() and "both" not in found
    assert text.count('name="stem_conv"') == 1 and text.count("stem_conv_layer(") == 2


@pytest.mark.keras
@BY_TARGET
@given(uses())
@examples(12)
def test_any_use_of_blocks_is_the_model_of_the_flat_spec(target: str, lines: str) -> None:
    last = f"t{lines.count(chr(10))}"
    source = f"specc: 1\nname: net\ninputs: {{v: [4], w: [4]}}\n{BLOCKS}nodes:\n{lines}\n"
    source += f"outputs: {{out: {last}, v: v, w: w}}\n"
    same_as_flat(source, target)


def same_as_flat(source: str, target: str) -> None:
    """Builds a spec and its flat one, each with the same random weights, and compares what they give."""
    one, other = (loaded(text_of(text, target)) for text in (source, flat_text(source)))
    first, second = one.build_model(), other.build_model()
    random = np.random.default_rng(len(source))
    assert [layer.name for layer in first.layers if layer.weights] == [
        layer.name for layer in second.layers if layer.weights
    ]
    assert one.REFERENCE == other.REFERENCE
    weights = {name: random.normal(size=shape).astype("float32") for name, shape in one.REFERENCE.items()}
    for module, model in ((one, first), (other, second)):
        module.load_reference_weights(model, weights)
    inputs = [random.normal(size=(3, *tensor.logical)).astype("float32") for tensor in one.INPUTS]
    results = [
        [np.asarray(value) for value in flat(model(module.adapt_inputs(inputs)))]
        for module, model in ((one, first), (other, second))
    ]
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)


def flat(outputs: Any) -> list[Any]:
    return [outputs[name] for name in sorted(outputs)] if isinstance(outputs, dict) else [outputs]


def loaded(text: str) -> ModuleType:
    from specc.emit import runtime

    return runtime.load_module(text, "tested_blocks")
