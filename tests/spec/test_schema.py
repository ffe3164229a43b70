"""The published JSON Schemas: what they take and refuse is what `specc check` takes and refuses, as far as they go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from specc.cli.schema import schema_text
from specc.driver import check_source
from specc.ops import _registry as registry
from specc.ops._attributes import fields_of
from specc.ops._base import OpDef
from specc.ops._keras_objects import CONSTRAINT, INITIALIZER, REGULARIZER
from specc.ops._layers import LayerOf
from specc.source import Mapping, Node, Sequence, Source, compose, decode
from specc.spec._callbacks import CALLBACKS
from specc.spec._meanings import meaning
from specc.spec._training_objects import FIT, LOSS, METRIC, OPTIMIZER, SCHEDULE

from ..contract.test_ops_against_keras import MINIMAL

ROOT = Path(__file__).parents[2]
PUBLISHED = {"spec": "specc-1.schema.json", "target": "target-1.schema.json"}
FOLDERS = ("specs", "tests/corpus/valid", "tests/networks/specs", "tests/training/specs")
SPECS = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.yaml"))]
TARGETS = sorted((ROOT / "specc" / "targets").glob("*.yaml"))
OPS = [op for op in registry.all_ops() if op.name != "Input"]

# YAML tells 1 from 1.0 and so does specc; JSON Schema has one number type.
_CHECKER = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
_Validator = extend(Draft202012Validator, type_checker=_CHECKER)


@cache
def validator(what: str) -> Any:
    return _Validator(json.loads(schema_text(what)))


def plain(node: Node | None) -> Any:
    """A syntax node as JSON has it, its scalars read by YAML 1.2."""
    if isinstance(node, Mapping):
        return {entry.key.text: plain(entry.value) for entry in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if node is not None else None


def read(source: Source) -> Any:
    root, problems = compose(source)
    assert not problems
    return plain(root)


def judge(text: str) -> tuple[bool, bool]:
    """Whether a spec is right by the schema, and by specc."""
    source = Source("net.yaml", text)
    return validator("spec").is_valid(read(source)), check_source(source).ok


def mistakes(what: str, document: Any) -> list[str]:
    return [f"{list(one.absolute_path)}: {one.message}" for one in validator(what).iter_errors(document)]


def least(op: OpDef) -> dict[str, Any]:
    """What a node of an op has to say."""
    needed = [name for name, one in fields_of(op.attributes).items() if one.required and name not in op.either]
    return {"op": op.name, **{name: MINIMAL[op.name][name] for name in [*needed, *op.either[:1]]}}


def spec(node: dict[str, Any]) -> Any:
    return {"specc": 1, "inputs": {"x": [4]}, "nodes": {"y": node}, "outputs": "y"}


@pytest.mark.parametrize("what", PUBLISHED)
def test_the_published_file_is_the_generated_one(what: str) -> None:
    again = f"specc schema{' --of target' if what == 'target' else ''} -o schemas/{PUBLISHED[what]}"
    published = (ROOT / "schemas" / PUBLISHED[what]).read_bytes()
    assert published == schema_text(what).encode(), f"run `{again}`"


@pytest.mark.parametrize("what", PUBLISHED)
def test_the_schema_is_a_schema(what: str) -> None:
    Draft202012Validator.check_schema(json.loads(schema_text(what)))


def test_every_part_of_the_schema_is_used() -> None:
    text = schema_text("spec")
    unused = [name for name in json.loads(text)["$defs"] if f'"#/$defs/{name}"' not in text]
    assert not unused


@pytest.mark.parametrize("what", PUBLISHED)
def test_every_reference_leads_somewhere(what: str) -> None:
    schema = json.loads(schema_text(what))

    def references(part: Any) -> set[str]:
        if isinstance(part, dict):
            own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
            return own.union(*map(references, part.values()))
        return set().union(*map(references, part)) if isinstance(part, list) else set()

    assert references(schema) == {f"#/$defs/{name}" for name in schema.get("$defs", ())}


def test_every_key_is_documented() -> None:
    schema = json.loads(schema_text("spec"))
    undocumented: list[str] = []

    def look(part: Any, path: str) -> None:
        if isinstance(part, list):
            for one in part:
                look(one, path)
        elif isinstance(part, dict):
            for key, one in part.items():
                if key == "if":
                    continue  # it asks, and is not shown
                look(one, f"{path}/{key}")
                if key == "properties":
                    undocumented.extend(f"{path}/{name}" for name in one if not documented(name, one[name]))

    def documented(name: str, found: Any) -> bool:
        if isinstance(found, bool):
            return True  # not allowed there, or documented further on
        return "description" in found or ("$ref" in found and documented(name, definition(found["$ref"])))

    def definition(reference: str) -> Any:
        return schema["$defs"][reference.removeprefix("#/$defs/")]

    look(schema, "")
    # what says which class it is stands beside the same key with a description
    assert not [one for one in undocumented if not one.endswith("/op")]


def test_a_default_is_in_the_text_that_is_shown() -> None:
    schema = json.loads(schema_text("spec"))
    padding = schema["$defs"]["op_Conv2D"]["properties"]["padding"]
    padding = schema["$defs"][padding["$ref"].removeprefix("#/$defs/")]
    assert padding["default"] == "valid"
    assert padding["description"].endswith("Default: `valid`.")


def test_what_an_argument_means_is_known_for_each() -> None:
    tables = {one.name: one.arguments for one in CALLBACKS.values()} | {"fit": FIT}
    for kind in (INITIALIZER, REGULARIZER, CONSTRAINT, OPTIMIZER, SCHEDULE, LOSS, METRIC):
        tables |= kind.classes
    unknown = [
        f"{owner}.{name}" for owner, own in tables.items() for name in own if "An argument" in meaning(owner, name)
    ]
    assert not unknown


@pytest.mark.parametrize("what", PUBLISHED)
def test_the_same_bytes_under_any_hash_seed(what: str) -> None:
    def run(seed: str) -> bytes:
        command = [sys.executable, "-m", "specc", "schema", "--of", what]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, env=environment, check=True, capture_output=True).stdout

    assert run("1") == run("2") == schema_text(what).encode()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_right_spec_is_right_by_the_schema(path: Path) -> None:
    source, _ = decode(str(path), path.read_bytes())
    assert not mistakes("spec", read(source))


@pytest.mark.parametrize("path", TARGETS, ids=lambda path: path.stem)
def test_a_target_that_comes_with_specc_is_right_by_the_schema(path: Path) -> None:
    source, _ = decode(str(path), path.read_bytes())
    assert not mistakes("target", read(source))


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_the_least_of_an_op_is_taken_and_no_less(op: OpDef) -> None:
    assert not mistakes("spec", spec(least(op)))
    for left_out in least(op).keys() - {"op"}:
        node = {name: value for name, value in least(op).items() if name != left_out}
        assert mistakes("spec", spec(node)), left_out
    if op.either:
        assert mistakes("spec", spec({**least(op), **dict.fromkeys(op.either, "${v}")}))


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_an_unknown_attribute_of_an_op_is_refused(op: OpDef) -> None:
    (found,) = mistakes("spec", spec({**least(op), "unitz": 3}))
    assert found.startswith("['nodes', 'y']: Additional properties are not allowed ('unitz'"), found


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_every_attribute_may_be_an_expression_and_none_is_of_any_type(op: OpDef) -> None:
    for name, field in fields_of(op.attributes).items():
        node = {key: value for key, value in least(op).items() if key not in op.either or name not in op.either}
        is_layer = isinstance(field.kind, LayerOf)  # no expression gives a mapping
        found = mistakes("spec", spec({**node, name: "${v}", "from": "x", "doc": "what it does"}))
        assert bool(found) == is_layer, name
        assert mistakes("spec", spec({**node, name: {"no": {"such": "value"}}})), name


HEAD = "specc: 1\nparams: {k: 2, name: relu, rate: 0.1, opt: Adam, shape: [4]}\ninputs: {x: ['${k + 2}']}\n"
USED = "doc: '${k} ${name} ${rate} ${opt} ${shape}'\n"
NODES = "nodes: {y: {op: Dense, units: 2}}\noutputs: y\n"
TRAINED = HEAD + USED + NODES + "training: {optimizer: adam, loss: mse, %s}\n"

BLOCK = """specc: 1
inputs: {x: [8, 8, 3]}
blocks:
  conv_relu:
    doc: A convolution and its activation.
    params: {filters: int, size: 3, alpha: {type: float, default: 0.5, doc: what it is for}, rate: {default: 0.1}}
    inputs: a
    nodes:
      conv: {op: Conv2D, filters: "${filters * channels(a)}", kernel_size: "${size}", from: a}
      relu: {op: LeakyReLU, negative_slope: "${alpha}"}
      drop: {op: Dropout, rate: "${rate}", when: "${rate > 0}"}
    outputs: [drop]
nodes:
  stem: {block: conv_relu, filters: 2%s}
  twin: {call: stem, from: x}
  tower: {block: conv_relu, repeat: {count: 2, first: {size: 1}}, filters: 1}
  last: {op: Conv2D, filters: 3, kernel_size: 1, repeat: 2, when: true}
outputs: [last, twin]
"""

RIGHT = {
    "blocks, repeats and conditions": BLOCK % "",
    "sizes that are left to the data": "specc: 1\ninputs: {x: [T, 64], y: [null, 3]}\n"
    "nodes: {z: {op: ReLU, from: x}, w: {op: ReLU, from: y}}\noutputs: [z, w]\n",
    "an expression within a list": HEAD + USED + "nodes: {y: {op: Reshape, target_shape: ['${k}', 2]}}\noutputs: y\n",
    "a list from an expression": HEAD.replace("['${k + 2}']", "'${shape}'") + USED + NODES,
    "an expression of an initializer": HEAD + USED
    + "nodes: {y: {op: Dense, units: 2, kernel_initializer: {op: RandomNormal, stddev: '${rate}'}}}\noutputs: y\n",
    "an op from an expression": HEAD.replace("opt: Adam", "opt: Dense") + USED
    + "nodes: {y: {op: '${opt}', units: 3}}\noutputs: y\n",
    "an operand from an expression": HEAD.replace("opt: Adam", "opt: x") + USED
    + "nodes: {y: {op: Dense, from: '${opt}', units: 3}}\noutputs: y\n",
    "an optimizer from an expression": HEAD + USED + NODES
    + "training: {optimizer: {op: '${opt}', learning_rate: '${rate}'}, loss: mse}\n",
    "an expression of a schedule": HEAD + USED + NODES + "training: {loss: mse, optimizer: {op: Adam, learning_rate:"
    " {op: ExponentialDecay, initial_learning_rate: '${rate}', decay_steps: 9, decay_rate: 0.9}}}\n",
    "a budget from an expression": HEAD + USED + NODES + "budget: {params_max: '${k * 1000}'}\n",
    "sections that are empty": "specc: 1\nparams:\nnodes:\nloops:\ntraining:\nbudget:\ntargets:\nmoved:\n"
    "inputs: {x: [4]}\noutputs: {y: {op: Dense, units: 2}}\n",
    "a target without options": HEAD + USED + NODES + "targets: {tidl: }\n",
    "one rename": HEAD + USED + NODES + "moved: {from: z, to: y}\n",
    "a metric for the only output": TRAINED % "metrics: mae",
    "metrics in a list": TRAINED % "metrics: [mae, {op: RootMeanSquaredError, name: rmse}]",
    "early stopping": TRAINED % "fit: {epochs: '${k}', early_stopping: {monitor: loss, patience: '${k}'}}",
}  # fmt: skip

WRONG = {
    "both block and op": BLOCK % ", op: Dense",
    "both block and call": BLOCK % ", call: last",
    "an argument that is a mapping": BLOCK % ", size: {a: 3}",
    "no copy": BLOCK % ", repeat: 0",
    "copies without their count": BLOCK % ", repeat: {first: {size: 2}}",
    "a condition that is a number": BLOCK % ", when: 3",
    "an unknown key of a block": (BLOCK % "").replace("doc: A", "text: A"),
    "a block without nodes": (BLOCK % "").replace("    nodes:", "    knots:"),
    "a block without outputs": (BLOCK % "").replace("    outputs: [drop]\n", ""),
    "a block without inputs": (BLOCK % "").replace("    inputs: a\n", ""),
    "a parameter of a block that says nothing": (BLOCK % "").replace("{default: 0.1}", "{doc: a rate}"),
    "a parameter of a block of no type": (BLOCK % "").replace("type: float", "type: real"),
    "a parameter that is a key of nodes": (BLOCK % "").replace("size: 3", "when: 3").replace("size}", "when}"),
    "no version": "inputs: {x: [4]}\n" + NODES,
    "another version": "specc: 2\ninputs: {x: [4]}\n" + NODES,
    "no inputs": "specc: 1\n" + NODES,
    "no outputs": "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2}}\n",
    "an unknown section": "specc: 1\ninputs: {x: [4]}\n" + NODES + "layers: {}\n",
    "an unknown op": "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dens, units: 2}}\noutputs: y\n",
    "neither op nor call": "specc: 1\ninputs: {x: [4]}\nnodes: {y: {from: x}}\noutputs: y\n",
    "both op and call": "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2, call: x}}\noutputs: y\n",
    "an attribute of a call": HEAD + USED + "nodes: {z: {op: Dense, units: 4}, y: {call: z, units: 4}}\noutputs: y\n",
    "a name that is none": "specc: 1\nname: 3d\ninputs: {x: [4]}\n" + NODES,
    "a node's name that is none": "specc: 1\ninputs: {x: [4]}\nnodes: {a-b: {op: Dense, units: 2}}\noutputs: a-b\n",
    "a number as the wrong type": "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2.0}}\noutputs: y\n",
    "no unit": "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 0}}\noutputs: y\n",
    "a shape that is no list": "specc: 1\ninputs: {x: 4}\n" + NODES,
    "no operand": "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2, from: []}}\noutputs: y\n",
    "no output": "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2}}\noutputs: []\n",
    "an unknown argument of an initializer": "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2,"
    " kernel_initializer: {op: Zeros, gain: 2}}}\noutputs: y\n",
    "an unknown optimizer": HEAD + USED + NODES + "training: {optimizer: adamm, loss: mse}\n",
    "an unknown argument of an optimizer": HEAD + USED + NODES
    + "training: {optimizer: {op: Adam, lr: 0.1}, loss: mse}\n",
    "no optimizer": HEAD + USED + NODES + "training: {loss: mse}\n",
    "no loss": HEAD + USED + NODES + "training: {optimizer: adam}\n",
    "both loss and losses": HEAD + USED + NODES + "training: {optimizer: adam, loss: mse, losses: {y: mse}}\n",
    "an unknown key of fit": TRAINED % "fit: {epoch: 3}",
    "a loss weight below zero": TRAINED % "loss_weights: {y: -1}",
    "an unknown limit": HEAD + USED + NODES + "budget: {flops_max: 3}\n",
    "an unknown option of a target": HEAD + USED + NODES + "targets: {tidl: {sdkk: newest}}\n",
    "a value that an option does not have": HEAD + USED + NODES + "targets: {tidl: {sdk: '1.0'}}\n",
    "half a rename": HEAD + USED + NODES + "moved: [{from: z}]\n",
    "a parameter without a default": "specc: 1\nparams: {k: {type: int}}\ninputs: {x: ['${k}']}\n" + NODES,
    "a loop without states": "specc: 1\ninputs: {x: [4]}\nloops: {l: {passes: 2}}\n" + NODES,
    "a loop without passes": "specc: 1\ninputs: {x: [4]}\nloops: {l: {states: {s: {init: x, next: y}}}}\n"
    "nodes: {y: {op: Dense, units: 4, from: s}}\noutputs: y\n",
    "a state without its next": "specc: 1\ninputs: {x: [4]}\nloops: {l: {passes: 2, states: {s: {init: x}}}}\n"
    "nodes: {y: {op: Dense, units: 4, from: s}}\noutputs: y\n",
    "an unknown schedule": "specc: 1\ninputs: {x: [4]}\nloops: {l: {passes: 2, schedule: async,"
    " states: {s: {init: x, next: y}}}}\nnodes: {y: {op: Dense, units: 4, from: s}}\noutputs: y\n",
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_schema_and_check_take(name: str) -> None:
    assert judge(RIGHT[name]) == (True, True), mistakes("spec", read(Source("net.yaml", RIGHT[name])))


@pytest.mark.parametrize("name", WRONG)
def test_schema_and_check_refuse(name: str) -> None:
    assert judge(WRONG[name]) == (False, False)


@pytest.mark.parametrize(
    ("key", "value"),
    [("target", 2), ("name", "Big Name"), ("layout", "nchw"), ("lowerings", ["a", "a"]), ("unknown", 1), ("ops", [])],
)
def test_a_wrong_target_file_is_refused(key: str, value: Any) -> None:
    right = {"target": 1, "name": "mine", "doc": "what it is"}
    assert not mistakes("target", right)
    assert mistakes("target", {**right, key: value})
    assert mistakes("target", {name: one for name, one in right.items() if name != "doc"})
