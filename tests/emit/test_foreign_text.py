"""Hostile text in every place of a spec, of `--set` and of a target file: the module's code is that of harmless text.

A text takes a scalar's place, or is put behind it. If specc accepts it, the emitted module is parsed and compared with
that of a twin, which has a harmless word in the same place; only string constants may differ. `SPECC_FUZZ=20` tries
that many times more.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from specc.diagnostics import Diagnostics, Severity
from specc.driver import check_source
from specc.emit import module_text
from specc.emit.manifest import manifest
from specc.source import Mapping, Node, Scalar, Sequence, Source, compose
from specc.spec import build_graph
from specc.spec.expand import expanded

EXAMPLES = 30 * int(os.environ.get("SPECC_FUZZ", "1"))
TIDL = (Path(__file__).parents[2] / "specc" / "targets" / "tidl.yaml").read_text("utf-8")
SPEC = """\
specc: 1
name: everything
doc: "documented, with ${text}"
params:
  units: {default: 4, type: int, doc: how many}
  act: {default: relu, type: str}
  text: {default: any text, doc: what is said}
  words: [one, two]
inputs: {x: {shape: [4], dtype: float32, doc: an input}, seq: [steps, 3]}
blocks:
  pair:
    doc: two layers
    params: {n: {default: 4, doc: a size}, kind: dense}
    inputs: [i]
    nodes:
      first: {op: Dense, units: "${n}", activation: "${act}", doc: "first of ${kind}", when: "${n > 0}"}
      second: {op: Dense, units: 4, doc: second}
    outputs: second
nodes:
  sum: {op: Add, from: [x, a], doc: adds}
  part: {block: pair, from: sum, kind: dense, doc: an instance}
  many: {block: pair, from: part, repeat: 2}
  rnn: {op: LSTM, units: 3, from: seq, kernel_initializer: {op: HeNormal, seed: 1}}
  y: {op: Dense, units: "${units}", from: many, doc: "the ${words[0]}"}
loops: {l: {passes: 2, schedule: sweep, states: {a: {init: x, next: sum}}}}
outputs: {result: y, other: rnn}
training:
  optimizer: {op: Muon, learning_rate: 0.001, exclude_layers: [rnn]}
  losses: {result: mse, other: {op: MeanAbsoluteError}}
  metrics: {result: [mae, {op: RootMeanSquaredError, name: rmse}]}
  fit:
    checkpoint: {filepath: runs/best.keras, monitor: loss}
    csv_log: {filename: runs/log.csv, separator: ";"}
    tensorboard: {log_dir: runs/board, update_freq: epoch}
budget: {params_max: 100000, targets: [keras]}
targets: {tidl: {device: am62a}}
moved: [{from: old, to: y}]
"""
TARGET = """\
target: 1
name: own
doc: an accelerator
layout: logical
options:
  part: {values: [small, large, "11.0"], default: small, refused: {huge: too large}, doc: the part}
  note: {values: [any note], default: any note, doc: a note}
sources: {M: the manual}
constraints:
  - {id: rank, require: rank < 9, message: "`{op}` has rank {rank}", source: "M: 1"}
activations: {legal: [linear, relu, tanh, sigmoid], source: "M: 2"}
ops:
  Input:
  Dense:
    - {id: small, require: "units < 4000 or part == 'large'", message: too large, source: "M: 3"}
  Add:
file: {operators: [FULLY_CONNECTED, ADD], source: "M: 4"}
"""
SMALL = """\
specc: 1
inputs: {x: [4]}
nodes: {y: {op: Dense, units: 4}, z: {op: Add, from: [x, y]}}
outputs: z
"""
PIECES = [
    "\n", "\r", "\r\n", '"', "'", '"""', "'''", "\\", "\\\\", '\\"', "\0", "\x1b[2J", "\u202e", "\u2066", "\ud800",
    "\udfff", "\x85", "\u2028", "\ufeff", "\\N{BULLET}", "\\u0022", "{", "}", "{{", "}}", "{0}", "${", "$${", "${text}",
    "%s", "%(x)s", "$(id)", "`id`", "#", ": ", "- ", "&a", "*a", "!!python/name:os", "\t", "import os", ")", "];",
    "\\\n", "\nimport os\n", "é", "日本", "😀", "relu", "x", "__import__('os')", "f'{x}'", "# type: ignore",
    "-*- coding: utf-7 -*-",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), min_size=1, max_size=6).map("".join)
WORD = "word"
HARMLESS = re.compile(r"[A-Za-z0-9_./ ]*|.*\$\{text\}.*", re.DOTALL)


def scalars(node: Node) -> Iterator[Scalar]:
    """Every key and every value of a tree that is a scalar."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item)
    else:
        assert isinstance(node, Mapping)
        for entry in node:
            yield entry.key
            yield from scalars(entry.value)


def places(text: str) -> list[Scalar]:
    root, _ = compose(Source("net.yaml", text))
    assert root is not None
    return [*{scalar.span.start: scalar for scalar in scalars(root)}.values()]


def written(text: str, place: Scalar, value: str) -> str:
    """The file with another value in that place, every character of it as YAML's escape where it needs one."""
    return text[: place.span.start] + json.dumps(value) + text[place.span.end :]


def code(spec: str, target: str, overrides: tuple[tuple[str, str], ...] = ()) -> str | None:
    """What a build writes, as the syntax tree of its module; None where the spec or the target is refused."""
    with TemporaryDirectory() as folder:
        name = "keras"
        if target:
            name = f"{folder}/own.yaml"
            Path(name).write_text(target, encoding="utf-8")
        checked = check_source(Source("net.yaml", spec), targets=[name], overrides=dict(overrides))
        if not checked.ok or checked.spec is None or checked.costs is None:
            assert any(one.severity is Severity.ERROR for one in checked.diagnostics)
            return None
    lowered, chosen = checked.lowered[name], checked.targets[name]
    text = module_text(checked.spec, lowered, chosen)
    record = manifest(checked.spec, None, chosen, lowered, checked.costs, checked.costs, {}, None, {}, False)
    flat = expanded(checked.spec, build_graph(checked.spec, Diagnostics()))
    for one in (text, record.decode(), flat):
        assert all(char.isprintable() or char == "\n" for char in one), one
    assert check_source(Source("net.yaml", flat)).ok, flat
    return shape(text)


def shape(text: str) -> str:
    """A module's syntax tree without docstrings and with every string the same."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            del node.body[0]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


twins_code = cache(code)


def judge(value: str, mutant: tuple[str, str], twin: tuple[str, str], set: str = "") -> None:
    found = code(*mutant, ((set, value),) if set else ())
    if found is not None:
        expected = twins_code(*twin, ((set, WORD),) if set else ())
        assert found == expected if expected is not None else HARMLESS.fullmatch(value), value


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(places(SPEC)), TEXTS, st.booleans())
def test_text_in_a_spec(place: Scalar, text: str, is_behind: bool) -> None:
    before = place.text if is_behind else ""
    judge(text, (written(SPEC, place, before + text), ""), (written(SPEC, place, before + WORD), ""))


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(places(TARGET)), TEXTS, st.booleans())
def test_text_in_a_target_file(place: Scalar, text: str, is_behind: bool) -> None:
    before = place.text if is_behind else ""
    judge(text, (SMALL, written(TARGET, place, before + text)), (SMALL, written(TARGET, place, before + WORD)))


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(["text", "act", "words", "units", "steps"]), TEXTS)
def test_text_in_a_setting(name: str, text: str) -> None:
    judge(text, (SPEC, ""), (SPEC, ""), name)


@settings(max_examples=EXAMPLES)
@given(TEXTS)
def test_text_as_the_name_of_a_setting(name: str) -> None:
    found = code(SPEC, "", ((name, "1"),))
    assert found is None or HARMLESS.fullmatch(name)
