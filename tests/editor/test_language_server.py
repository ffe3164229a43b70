"""The published schema in an editor: what the real YAML language server offers, shows and marks.

`.ci/run` installs the server and sets SPECC_LANGUAGE_SERVER=required; elsewhere the tests are skipped without it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from specc.cli.schema import schema_text
from specc.ops import _registry as registry
from specc.ops._attributes import fields_of
from specc.ops._keras_objects import ACTIVATION
from specc.source import decode

from .client import LanguageServer

ROOT = Path(__file__).parents[2]
FOLDERS = ("specs", "tests/corpus/valid", "tests/networks/specs", "tests/training/specs")
SPECS = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.yaml"))]
COMMAND = shutil.which("yaml-language-server")
REQUIRED = os.environ.get("SPECC_LANGUAGE_SERVER") == "required"

pytestmark = pytest.mark.skipif(
    not COMMAND and not REQUIRED, reason="no yaml-language-server on the PATH: `npm install -g yaml-language-server`"
)
COMMON = {"from", "doc", "init", "repeat", "when"}
HEAD = "specc: 1\ninputs: {x: [8, 8, 3]}\n"
NODE = HEAD + "nodes:\n  y:\n    op: %s\n    %s\noutputs: y\n"
REST = HEAD + "nodes: {y: {op: Dense, units: 3}}\noutputs: y\n"
BLOCKS = """blocks:
  stem:
    inputs: a
    params: {filters: int}
    nodes:
      conv:
        %s
    outputs: conv
"""


class Editor:
    """An editor in which the published schema is set for a file, as the documentation says."""

    def __init__(self, server: LanguageServer, schema: Path) -> None:
        self.server, self.setting = server, f"# yaml-language-server: $schema={schema.as_uri()}\n"

    def offers(self, text: str) -> set[str]:
        return set(self.server.completions(self.setting + text))

    def inserts(self, text: str, label: str) -> str:
        return self.server.completions(self.setting + text)[label]["insertText"]

    def explains(self, text: str, label: str) -> str:
        return self.server.completions(self.setting + text)[label].get("documentation", "")

    def shows(self, text: str) -> str:
        return self.server.hover(self.setting + text).replace("\\", "")  # Markdown's own characters are escaped

    def marks(self, text: str) -> list[tuple[str, str]]:
        return self.server.diagnostics(self.setting + text)


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    assert COMMAND, "yaml-language-server is not on the PATH"
    folder = tmp_path_factory.mktemp("editor")
    schema = folder / "specc-1.schema.json"
    schema.write_text(schema_text("spec"), "utf-8")
    server = LanguageServer([COMMAND, "--stdio"], folder)
    yield Editor(server, schema)
    server.close()


# completion


def test_at_the_top_the_sections_are_offered(editor: Editor) -> None:
    sections = {"name", "doc", "params", "blocks", "loops", "training", "budget", "targets", "moved"}
    assert sections <= editor.offers(REST + "‸")


def test_an_empty_node_is_offered_what_a_node_may_say(editor: Editor) -> None:
    assert {"op", "call", "block", *COMMON} <= editor.offers(HEAD + "nodes:\n  y:\n    ‸\noutputs: y\n")


@pytest.mark.parametrize("node", ["{op: ‸}", "\n    op: ‸", "\n    op: Con‸"])
def test_at_op_all_ops_are_offered_and_no_input(editor: Editor, node: str) -> None:
    offered = editor.offers(HEAD + f"nodes:\n  y: {node}\noutputs: y\n")
    assert {op.name for op in registry.all_ops() if op.name != "Input"} <= offered
    assert "Input" not in offered


def test_an_op_that_is_offered_is_explained(editor: Editor) -> None:
    text = HEAD + "nodes:\n  y: {op: ‸}\noutputs: y\n"
    assert registry.get("Conv2D").doc == editor.explains(text, "Conv2D")


@pytest.mark.parametrize("name", ["Conv2D", "LSTM", "MultiHeadAttention", "Concatenate"])
def test_a_node_is_offered_the_attributes_of_its_op_and_no_other(editor: Editor, name: str) -> None:
    known = set(fields_of(registry.get(name).attributes)) | COMMON
    offered = editor.offers(NODE % (name, "‸"))
    assert known <= offered
    assert offered - known <= {name}  # all that is required, at once


def test_in_braces_attributes_are_offered_from_the_first_letter_on(editor: Editor) -> None:
    offered = editor.offers(HEAD + "nodes:\n  y: {op: Conv2D, p‸}\noutputs: y\n")
    assert {"padding", "filters", "kernel_size"} <= offered
    assert "units" not in offered


def test_a_default_is_filled_in(editor: Editor) -> None:
    assert editor.inserts(NODE % ("Conv2D", "‸"), "padding") == "padding: ${1:valid}"


def test_an_attribute_that_is_offered_is_explained(editor: Editor) -> None:
    doc = fields_of(registry.get("Conv2D").attributes)["filters"].doc
    assert editor.explains(NODE % ("Conv2D", "‸"), "filters") == doc


@pytest.mark.parametrize("node", ["{op: Conv2D, padding: ‸}", "\n    op: Conv2D\n    padding: ‸"])
def test_values_are_offered(editor: Editor, node: str) -> None:
    assert editor.offers(HEAD + f"nodes:\n  y: {node}\noutputs: y\n") == {"valid", "same"}


def test_activations_and_switches_are_offered(editor: Editor) -> None:
    assert set(ACTIVATION.values) <= editor.offers(NODE % ("Conv2D", "activation: ‸"))
    assert editor.offers(NODE % ("Conv2D", "use_bias: ‸")) == {"true", "false"}


def test_initializers_and_their_arguments_are_offered(editor: Editor) -> None:
    assert {"he_normal", "HeNormal"} <= editor.offers(NODE % ("Dense", "kernel_initializer: ‸"))
    inner = "kernel_initializer:\n      op: RandomNormal\n      ‸"
    assert editor.offers(NODE % ("Dense", inner)) == {"mean", "stddev", "seed"}


def test_a_layer_inside_a_layer_is_offered_with_its_attributes(editor: Editor) -> None:
    assert {"Dense", "Conv2D", "Flatten"} <= editor.offers(NODE % ("TimeDistributed", "layer:\n      op: ‸"))
    inner = editor.offers(NODE % ("TimeDistributed", "layer:\n      op: Conv2D\n      ‸"))
    assert {"filters", "kernel_size", "padding"} <= inner
    assert not {"units", "from", "dtype", "output_padding"} & inner  # nor what Conv2DTranspose takes


def test_inside_a_block_nodes_are_completed_too(editor: Editor) -> None:
    assert {"params", "inputs", "nodes", "outputs", "doc"} <= editor.offers(REST + "blocks:\n  stem:\n    ‸\n")
    assert {"filters", "padding", "when"} <= editor.offers(REST + BLOCKS % "op: Conv2D\n        ‸")
    assert {"count", "first"} <= editor.offers(NODE % ("Dense", "repeat:\n      ‸"))


def test_a_loop_a_training_and_a_target_are_completed(editor: Editor) -> None:
    assert {"passes", "states", "schedule", "collect"} <= editor.offers(REST + "loops:\n  settle:\n    ‸")
    assert {"optimizer", "loss", "losses", "metrics", "fit"} <= editor.offers(REST + "training:\n  ‸")
    assert {"learning_rate", "beta_1"} <= editor.offers(REST + "training:\n  optimizer:\n    op: Adam\n    ‸")
    assert {"mse", "MeanSquaredError", "huber"} <= editor.offers(REST + "training:\n  loss: ‸")
    assert {"batch_size", "early_stopping"} <= editor.offers(REST + "training:\n  fit:\n    ‸")
    assert {"am62a", "tda4vm"} <= editor.offers(REST + "targets:\n  tidl:\n    device: ‸")


# hover


@pytest.mark.parametrize("name", ["filters", "padding", "kernel_initializer", "use_bias", "activation"])
def test_over_an_attribute_its_doc_is_shown(editor: Editor, name: str) -> None:
    values = {"filters": "2", "padding": "same", "use_bias": "false", "activation": "relu"}
    text = NODE % ("Conv2D", f"{name[:2]}‸{name[2:]}: {values.get(name, 'he_normal')}")
    assert fields_of(registry.get("Conv2D").attributes)[name].doc in editor.shows(text)


def test_over_an_attribute_its_default_and_its_values_are_shown(editor: Editor) -> None:
    shown = editor.shows(HEAD + "nodes:\n  y: {op: Conv2D, pad‸ding: same}\noutputs: y\n")
    assert shown.startswith("#### Conv2D\n")
    assert "Default: `valid`." in shown
    assert "* `valid`" in shown


def test_over_a_node_or_its_op_the_doc_of_the_op_is_shown(editor: Editor) -> None:
    doc = registry.get("Conv2D").doc
    assert doc in editor.shows(HEAD + "nodes:\n  ‸y: {op: Conv2D, filters: 2, kernel_size: 1}\noutputs: y\n")
    assert f"* `Conv2D`: {doc}" in editor.shows(HEAD + "nodes:\n  y: {op: Con‸v2D}\noutputs: y\n")


@pytest.mark.parametrize(
    ("text", "doc"),
    [
        ("no‸des: {y: {op: Dense, units: 3}}\noutputs: y", "The network: name to node"),
        ("nodes: {y: {op: Dense, units: 3}}\nout‸puts: y", "What comes out"),
        ("nodes: {y: {op: Dense, units: 3, fr‸om: x}}\noutputs: y", "What the node reads"),
        ("nodes: {y: {op: Dense, units: 3, rep‸eat: 2}}\noutputs: y", "How many copies"),
        ("nodes: {y: {op: Dense, units: 3, wh‸en: true}}\noutputs: y", "Whether the node is there"),
        ("nodes: {y: {blo‸ck: stem}}\noutputs: y", "The block that is written out"),
        ("loops: {a: {pas‸ses: 3, states: {s: {init: x, next: y}}}}", "How often the body runs"),
        ("loops: {a: {passes: 3, states: {s: {init: x, ne‸xt: y}}}}", "gives its value after each pass"),
        ("training: {opti‸mizer: adam, loss: mse}", "The optimizer"),
        ("training: {optimizer: {op: Adam, learning_r‸ate: 0.1}, loss: mse}", "The learning rate"),
        ("training: {optimizer: adam, loss: mse, fit: {batch_‸size: 3}}", "How many examples make one step"),
        ("training: {optimizer: adam, loss: mse, fit: {early_stopping: {pat‸ience: 3}}}", "may not get better"),
        ("budget: {macs_‸max: 3}", "The most multiply-accumulates"),
        ("targets: {tidl: {dev‸ice: am62a}}", "The part."),
    ],
)
def test_over_a_key_what_it_means_is_shown(editor: Editor, text: str, doc: str) -> None:
    assert doc in editor.shows(HEAD + text)


# diagnostics


@pytest.mark.parametrize(
    ("node", "marked", "message"),
    [
        ("{op: Conv2D, filters: 3, kernel_size: 3, pading: same}", "pading", "Property pading is not allowed."),
        ("{op: Conv2D, filters: 3}", "y", 'Missing property "kernel_size".'),
        ("{op: Conv2D, filters: 3, kernel_size: 3, padding: sam}", "sam", "Value is not accepted. Valid values: "),
        ("{op: Conv2D, filters: x, kernel_size: 3}", "x", "Incorrect type."),
        ("{op: Conv2, filters: 3, kernel_size: 3}", "Conv2", "Value is not accepted. Valid values: "),
        ("{op: Dense, units: 2, call: x}", "call", "Property call is not allowed."),
        ("{call: z, units: 2}", "units", "Property units is not allowed."),
        (
            "{op: Dense, units: 2, kernel_initializer: {op: RandomNormal, sdev: 1}}",
            "sdev",
            "Property sdev is not allow",
        ),
        ("{op: TimeDistributed, layer: {op: Dense, unitz: 2, units: 3}}", "unitz", "Property unitz is not allowed."),
        ("{op: Dropout}", "y", 'Missing property "rate".'),
    ],
)
def test_a_mistake_is_marked_where_it_stands(editor: Editor, node: str, marked: str, message: str) -> None:
    ((place, said),) = editor.marks(HEAD + f"nodes:\n  y: {node}\noutputs: y\n")
    assert place == marked
    assert said.startswith(message)


def test_a_mistake_inside_a_block_is_marked(editor: Editor) -> None:
    assert editor.marks(REST + BLOCKS % "{op: Dense, unitz: '${filters}', units: 3}") == [
        ("unitz", "Property unitz is not allowed.")
    ]


def test_sizes_that_are_left_to_the_data_are_not_marked(editor: Editor) -> None:
    text = "specc: 1\ninputs: {x: [T, 64], y: [null, null, 3], z: {shape: [T, 2]}}\noutputs: [x, y, z]\n"
    assert not editor.marks(text)


def test_a_long_spec_is_judged(editor: Editor) -> None:
    nodes = "".join(f"  n{number}: {{op: Dense, units: 20, activation: relu}}\n" for number in range(500))
    assert editor.marks(f"{HEAD}nodes:\n{nodes}  last: {{op: Dense, unit: 1, units: 1}}\noutputs: last\n")


def test_an_unknown_section_is_marked(editor: Editor) -> None:
    assert editor.marks(REST + "output: y\n") == [("output", "Property output is not allowed.")]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_nothing_is_marked_in_a_right_spec(editor: Editor, path: Path) -> None:
    source, _ = decode(str(path), path.read_bytes())
    unused = "Unused anchor"  # the server's own advice, whatever the schema
    assert not [one for one in editor.marks(source.text) if not one[1].startswith(unused)]
