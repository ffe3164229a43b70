"""The pages that are written by hand leave nothing out of what they list."""

from __future__ import annotations

import re

from specc.analysis.facts import facts
from specc.driver import check
from specc.ops._attributes import fields_of
from specc.ops._registry import get
from specc.spec._training_objects import FIT
from specc.spec.decode import LIMITS, SCHEDULES, SECTIONS
from specc.spec.expressions import FUNCTIONS
from specc.spec.nodes import COMMON
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
    expected = {*SECTIONS, *COMMON, *LIMITS, *SCHEDULES.values, *FIT, "early_stopping", *FUNCTIONS}
    expected |= {"passes", "states", "collect", "schedule", "init", "next", "shape", "dtype", "default", "type"}
    expected |= {"optimizer", "loss", "losses", "loss_weights", "metrics", "fit"}
    assert not expected - words(LANGUAGE)


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


def test_what_is_said_to_be_left_out_is_left_out() -> None:
    """A list of what is missing gets out of date in silence."""
    from specc.cli._main import group
    from specc.emit.artifacts import ARTIFACTS
    from specc.ops import _registry
    from specc.targets import available

    missing = {"LSTM", "GRU", "ConvLSTM2D", "Bidirectional", "Conv3D"}
    assert missing <= set(re.findall(r"\w+", LEFT_OUT))
    assert not missing & set(_registry.names())
    assert not {"blocks", "repeat", "when"} & {*SECTIONS, *COMMON}
    assert not {"diff", "fmt"} & set(group.list_commands(None))  # type: ignore[arg-type]
    assert ARTIFACTS == ("py", "keras", "tflite")
    assert available() == ("keras", "tidl")
