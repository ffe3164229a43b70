"""Several mistakes are all reported in one run, each once: in one mapping, in one list, and all over a spec.

`SPECC_MUTATIONS=100` tries more combinations of places.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from specc.diagnostics import Diagnostic
from specc.driver import check_source
from specc.ops import _registry as registry
from specc.ops._attributes import fields_of
from specc.ops._keras_objects import ACTIVITY_REGULARIZER, CONSTRAINT, INITIALIZER, REGULARIZER, ObjectOf
from specc.source import Source
from specc.spec._training_objects import LOSS, METRIC, OPTIMIZER, SCHEDULE
from specc.spec.nodes import COMMON
from tests.test_one_mistake import FILES, places

ROUNDS = int(os.environ.get("SPECC_MUTATIONS", "2"))  # for each file
WRONG = "{qq: 1}"  # no attribute takes it

# where an object of each sort is written; `&X` is its place
OBJECTS: dict[str, tuple[ObjectOf, str]] = {
    "an initializer": (INITIALIZER, "nodes:\n  y: {op: Dense, units: 2, kernel_initializer: &X}"),
    "a regularizer": (REGULARIZER, "nodes:\n  y: {op: Dense, units: 2, kernel_regularizer: &X}"),
    "an activity regularizer": (ACTIVITY_REGULARIZER, "nodes:\n  y: {op: Dense, units: 2, activity_regularizer: &X}"),
    "a constraint": (CONSTRAINT, "nodes:\n  y: {op: Dense, units: 2, kernel_constraint: &X}"),
    "an optimizer": (OPTIMIZER, "training: {loss: mse, optimizer: &X}"),
    "a schedule": (SCHEDULE, "training: {loss: mse, optimizer: {op: Adam, learning_rate: &X}}"),
    "a loss": (LOSS, "training: {optimizer: Adam, loss: &X}"),
    "a metric": (METRIC, "training: {optimizer: Adam, loss: mse, metrics: [&X]}"),
}
CLASSES = [(sort, name) for sort, (kind, _) in OBJECTS.items() for name in kind.classes]


def found(text: str) -> list[Diagnostic]:
    return list(check_source(Source("net.yaml", text), targets=("keras", "tidl")).diagnostics)


def lines(text: str) -> list[int]:
    return sorted(one.span.line for one in found(text) if one.span)


def written(head: str, attributes: dict[str, str], indent: str = "    ") -> tuple[str, list[int]]:
    """A text with each attribute on a line of its own behind `head`, and the numbers of those lines."""
    start = head.count("\n") + 2
    rows = [f"{indent}{name}: {value}" for name, value in attributes.items()]
    return "\n".join([head, *rows]), list(range(start, start + len(rows)))


@pytest.mark.parametrize(("sort", "name"), CLASSES, ids=[f"{sort} {name}" for sort, name in CLASSES])
def test_every_argument_of_an_object(sort: str, name: str) -> None:
    kind, place = OBJECTS[sort]
    before, after = place.split("&X")
    network = "specc: 1\ninputs: {x: [4]}\n" + ("" if "nodes" in place else "nodes: {y: {op: Dense, units: 2}}\n")
    rows = [f"  {argument}: {WRONG}," for argument in kind.classes[name]] + ["  qqqq: 1,"]
    text = f"{network}{before}{{op: {name},\n" + "\n".join(rows) + f"\n  }}{after}\noutputs: y\n"
    first = network.count("\n") + before.count("\n") + 2
    assert lines(text) == list(range(first, first + len(rows)))


def attributes_of(op: str) -> list[str]:
    return [name for name in fields_of(registry.get(op).attributes) if name not in COMMON]


@pytest.mark.parametrize("op", [op.name for op in registry.all_ops() if op.name != "Input"])
def test_every_attribute_of_an_op(op: str) -> None:
    attributes = dict.fromkeys(attributes_of(op), WRONG) | {"qqqq": "1"}
    head = f"specc: 1\ninputs: {{x: [4]}}\noutputs: y\nnodes:\n  y:\n    op: {op}"
    text, expected = written(head, attributes)
    assert lines(text) == expected


INNER = {
    "Bidirectional": ("layer: {op: LSTM,", "LSTM", "}"),
    "TimeDistributed": ("layer: {op: Dense,", "Dense", "}"),
    "RNN": ("cell: {op: GRUCell,", "SimpleRNN", "}"),
}


@pytest.mark.parametrize("op", INNER)
def test_several_attributes_of_a_layer_inside_a_layer(op: str) -> None:
    head, inner, end = INNER[op]
    names = [one for one in attributes_of(inner) if one.startswith(("units", "kernel", "bias", "activation", "use"))]
    rows = [f"      {name}: {WRONG}," for name in names] + ["      qqqq: 1,"]
    text = f"specc: 1\ninputs: {{x: [4, 4]}}\noutputs: y\nnodes:\n  y:\n    op: {op}\n    {head}\n"
    text += "\n".join(rows) + f"\n      {end}\n"
    assert lines(text) == list(range(8, 8 + len(rows)))


LISTS = {
    "kernel_size": ("{op: Conv2D, filters: 2, kernel_size: [@, @]}", "[8, 8, 3]"),
    "padding": ("{op: ZeroPadding2D, padding: [[@, 1], [1, @]]}", "[8, 8, 3]"),
    "axis": ("{op: LayerNormalization, axis: [@, @, @]}", "[8, 8, 3]"),
    "settings": ("{op: BatchNormalization, renorm: true, renorm_clipping: {rmax: @, rmin: @, q@: 1}}", "[8, 8, 3]"),
    "dims": ("{op: Permute, dims: [@, @]}", "[8, 3]"),
}


@pytest.mark.parametrize("name", LISTS)
def test_every_item_of_a_list(name: str) -> None:
    node, shape = LISTS[name]
    text = f"specc: 1\ninputs: {{x: {shape}}}\noutputs: y\nnodes:\n  y: " + node.replace("@", "zz")
    assert len(found(text)) == node.count("@")


# what an alias names is read several times, what `when` leaves out never
READ_ONCE = [path for path in FILES if not any(word in path.read_bytes() for word in (b"&", b"when:"))]


@pytest.mark.parametrize("path", READ_ONCE, ids=lambda path: path.stem)
def test_mistakes_all_over_a_spec(path: Path) -> None:
    """Attributes of several nodes and of the training, spoilt at once: each is reported where it is."""
    text, all_places = places(path)
    usual = {one.message for one in found(text)}
    free = [scalar for place, scalar in all_places if is_free(place)]
    rng = random.Random(path.stem)
    for _ in range(ROUNDS if free else 0):
        chosen = sorted(rng.sample(free, min(5, len(free))), key=lambda scalar: scalar.span.start)
        spoilt, end, starts = "", 0, list[int]()
        for scalar in chosen:
            spoilt += text[end : scalar.span.start]
            starts.append(len(spoilt))
            spoilt, end = spoilt + WRONG, scalar.span.end
        spoilt += text[end:]
        now = [one for one in found(spoilt) if one.severity == "error" and one.message not in usual]
        where = sorted(one.span.start for one in now if one.span)
        assert where == starts, (spoilt, now)


def is_free(place: tuple[str, ...]) -> bool:
    """Whether a scalar is an attribute of a node, or an argument in the training."""
    if place[0] == "nodes":
        return len(place) >= 3 and not {*place} & {*COMMON, "params"}
    return place[0] == "training" and len(place) >= 2 and place[-1] not in ("op", "metrics")


REFUSED = """\
specc: 1
inputs: {x: [8, 8, 4]}
nodes:
  a: {op: MaxPooling2D, pool_size: 4, strides: 1, padding: same, from: x}
  volume: {op: Reshape, target_shape: [2, 4, 8, 4], from: a}
  dense: {op: Dense, units: 4, from: volume}
  back: {op: Reshape, target_shape: [8, 8, 4], from: dense}
  b: {op: MaxPooling2D, pool_size: 4, from: back}
  c: {op: Conv2D, filters: 3, kernel_size: 3, strides: 5, padding: same, from: b}
  d: {op: Add, from: [c, s]}
  e: {op: MaxPooling2D, pool_size: 4, strides: 1, padding: same, from: d}
loops: {l: {passes: 2, states: {s: {init: c, next: e}}}}
outputs: e
"""


def test_refusals_behind_a_value_that_the_target_has_no_place_for() -> None:
    said = check_source(Source("net.yaml", REFUSED), targets=("tidl",)).diagnostics
    assert [one.span.line for one in said if one.span] == [4, 5, 8, 9, 11]
