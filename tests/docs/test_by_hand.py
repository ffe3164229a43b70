"""The pages that are written by hand leave nothing out of what they list."""

from __future__ import annotations

import re

import click
import pytest

from specc.analysis.facts import facts
from specc.driver import check, check_source
from specc.ops import _registry
from specc.ops._attributes import fields_of
from specc.ops._left_out import LEFT_OUT as REASONS
from specc.ops._registry import get
from specc.source import Source
from specc.spec._callbacks import CALLBACKS
from specc.spec._training_objects import FIT
from specc.spec.decode import SCHEDULES, SECTIONS
from specc.spec.elaborate import MAX_NODES
from specc.spec.expressions import FUNCTIONS, SHAPE_FUNCTIONS
from specc.spec.nodes import COMMON
from specc.spec.param_types import TYPES
from specc.spec.settings import LIMITS
from specc.targets._schema import SCHEMA

from .pages import ROOT, Page

LANGUAGE = Page.read(ROOT / "docs" / "reference" / "language.md").text
TARGET_FILE = Page.read(ROOT / "docs" / "how-to" / "target-file.md").text
LEFT_OUT = Page.read(ROOT / "docs" / "explanation" / "left-out.md").text


def words(text: str) -> set[str]:
    """Every word that stands in code, in a line or in a block."""
    code = re.findall(r"```.*?```|`[^`]+`", text, re.DOTALL)
    return set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", " ".join(code)))


def test_the_language_page_has_every_key() -> None:
    expected = {*SECTIONS, *COMMON, *LIMITS, *SCHEDULES.values, *FIT, *CALLBACKS, *FUNCTIONS}
    expected |= {*SHAPE_FUNCTIONS, *TYPES, "params", "inputs", "nodes", "outputs", "count", "first", "index"}
    expected |= {"passes", "states", "collect", "schedule", "init", "next", "shape", "dtype", "default", "type"}
    expected |= {"optimizer", "loss", "losses", "loss_weights", "metrics", "fit"}
    assert not expected - words(LANGUAGE)
    assert f"{MAX_NODES:,} nodes" in LANGUAGE


def test_the_target_page_has_every_key_of_a_target_file() -> None:
    properties = SCHEMA["properties"]
    rows = properties["constraints"]["items"]["properties"]
    options = properties["options"]["additionalProperties"]["properties"]
    assert not {*properties, *rows, *options} - words(TARGET_FILE)


def test_the_target_page_has_every_fact() -> None:
    checked = check(ROOT / "specs" / "small_cnn.yaml")
    assert checked.graph is not None
    seen: set[str] = set()
    for node in checked.graph.nodes:
        operands = [checked.types[one.value, one.port] for one in node.operands]
        found = facts(node, operands, [checked.types[node.name, "out"]])
        seen |= found.keys() - fields_of(get(node.op).attributes).keys()
    assert {"kernel_h", "in_c", "rank"} <= seen
    assert not seen - words(TARGET_FILE)


def test_layers_that_are_said_to_be_left_out_are_left_out() -> None:
    named = words(LEFT_OUT) & REASONS.keys()
    assert {"Lambda", "TextVectorization", "RandomFlip"} <= named
    assert not named & set(_registry.names())


BLOCK = "blocks: {{b: {{inputs: a, nodes: {{d: {{op: Dense, units: 2}}}}, outputs: d{}}}}}\n"
REFUSED = [  # what the page says, a spec's inputs, sections and nodes, what is found there
    ("Masks", "x: [4, 6]", "", "y: {op: Masking}", "unknown-op"),
    ("`stateful`", "x: [4, 6]", "", "y: {op: LSTM, units: 2, stateful: true}", "unsupported-value"),
    ("`channels_first`", "x: [4, 6]", "", "y: {op: Flatten, data_format: channels_first}", "unsupported-value"),
    ("loops in blocks", "x: [4]", BLOCK.format(", loops: {}"), "y: {block: b}", "unknown-key"),
    ("Looking into a block", "x: [4]", BLOCK.format(""), "z: {block: b}, y: {op: ReLU, from: z/d}", "invalid-name"),
    ("Arithmetic of open sizes", "x: [T, 2 * T]", "", "y: {op: Flatten}", "wrong-type"),
]
NOT_FOR_TIDL = [
    ("`SimpleRNN`", "x: [4, 6]", "y: {op: GRU, units: 2}"),
    ("volumes", "x: [4, 4, 4, 2]", "y: {op: Conv3D, filters: 2, kernel_size: 1}"),
    ("transposed ones of a sequence", "x: [4, 2]", "y: {op: Conv1DTranspose, filters: 2, kernel_size: 3}"),
    ("separable", "x: [4, 4, 2]", "y: {op: SeparableConv2D, filters: 2, kernel_size: 3}"),
    ("attention", "x: [4, 6]", "y: {op: Attention, from: [x, x]}"),
]


def codes(inputs: str, sections: str, nodes: str, *targets: str) -> list[str]:
    text = f"specc: 1\ninputs: {{{inputs}}}\n{sections}nodes: {{{nodes}}}\noutputs: y\n"
    return [one.code for one in check_source(Source("net.yaml", text), targets=targets).diagnostics]


@pytest.mark.parametrize(("said", "inputs", "sections", "nodes", "code"), REFUSED, ids=[one[0] for one in REFUSED])
def test_what_the_language_is_said_to_leave_out(said: str, inputs: str, sections: str, nodes: str, code: str) -> None:
    assert said in LEFT_OUT
    assert codes(inputs, sections, nodes) == [code]


@pytest.mark.parametrize(("said", "inputs", "nodes"), NOT_FOR_TIDL, ids=[one[0] for one in NOT_FOR_TIDL])
def test_what_is_said_to_be_built_for_keras_alone(said: str, inputs: str, nodes: str) -> None:
    assert said in LEFT_OUT
    assert codes(inputs, "", nodes) == []
    found = codes(inputs, "", nodes, "keras", "tidl")
    assert found == ["no-lowering"]


def test_what_is_said_to_be_left_out_is_left_out() -> None:
    """A list of what is missing gets out of date in silence."""
    from specc.cli._main import group
    from specc.emit.publish import ARTIFACTS
    from specc.targets import available

    context = click.Context(group)
    command = group.get_command(context, "check")
    assert not {"diff", "fmt"} & set(group.list_commands(context))
    assert command is not None and "fix" not in {option.name for option in command.params}
    assert ARTIFACTS == ("py", "keras", "tflite")
    assert available() == ("keras", "tidl")
