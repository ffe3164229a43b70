"""Faults planted in what both builds share: the front end, the ops and the emission. The build has to refuse them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import specc.emit
from specc.driver import BuildResult, run_build
from specc.emit import _literals
from specc.ir import graph
from specc.ops import _registry as registry
from specc.passes import synchronous
from specc.spec import blocks, build, elaborate, expressions
from tests.nets import TARGETS, replaced

pytestmark = pytest.mark.keras
Plant = Callable[[pytest.MonkeyPatch], None]


def spec(nodes: str, outputs: str = "y", inputs: str = "{x: [6], z: [6]}", rest: str = "") -> str:
    return f"specc: 1\nname: net\ninputs: {inputs}\nnodes:\n{nodes}\noutputs: {outputs}\n{rest}"


def without(attribute: str) -> Plant:
    """An attribute that is never written."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        true: Callable[..., Any] = _literals._texts
        patch.setattr(_literals, "_texts", lambda *given: {k: v for k, v in true(*given).items() if k != attribute})

    return plant


def reversed_operands(op: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        true = _literals.operands
        patch.setattr(_literals, "operands", lambda node, given: true(node, [*given][::-1] if node.op == op else given))

    return plant


def text(old: str, new: str) -> Plant:
    """Other words in every emitted module, where they stand."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        true = specc.emit.module_text
        patch.setattr(specc.emit, "module_text", lambda *given: replaced(true(*given), [(old, new)]))

    return plant


def row(name: str, change: Callable[[Any], Any]) -> Plant:
    """A row of the graph that is built with another value."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        true = getattr(graph, name)
        patch.setattr(build, name, lambda *given, **named: change(true(*given, **named)))

    return plant


def method(owner: Any, name: str, change: Callable[[Any], Any]) -> Plant:
    """A function with another result."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        true = getattr(owner, name)
        patch.setattr(owner, name, lambda *given, **named: change(true(*given, **named)))

    return plant


def op(name: str, **changes: Callable[[Any], Any]) -> Plant:
    """Functions of an op with other results."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        true = registry.get(name)
        wrong = {
            field: lambda *given, field=field, change=change: change(getattr(true, field)(*given))
            for field, change in changes.items()
        }
        found = replace(true, **wrong)  # pyright: ignore[reportArgumentType]
        registry.find.cache_clear()
        own = registry._own
        patch.setattr(registry, "_own", lambda asked: found if asked == name else own(asked))

    return plant


@dataclass(frozen=True)
class Fault:
    plant: Plant
    text: str
    targets: tuple[str, ...] = TARGETS


SWAP = spec(
    "  y: {op: Concatenate, from: [a, b]}\n  c: {op: Dense, units: 6, from: a}",
    rest="loops: {swap: {passes: 3, states: {a: {init: x, next: b}, b: {init: z, next: c}}}}",
)
SHARED = spec(
    "  h: {op: Dense, units: 6, from: x}\n  again: {call: h, from: h}\n  y: {op: Add, from: [h, again]}",
    inputs="{x: [6]}",
)
WHEN = spec(
    "  h: {op: Dense, units: 6}\n  t: {op: Dense, units: 6, when: '${deep}'}\n  y: {op: Dense, units: 2}",
    inputs="{x: [6]}",
    rest="params: {deep: true}",
)
SCAN = spec(
    "  y: {op: Dense, units: 3, from: last}\n  last: {op: Add, from: [row, before]}",
    inputs="{s: [4, 3]}",
    rest="loops: {walk: {scan: {row: {from: s, reverse: true}}, states: {before: {init: zeros, next: half}}}}",
).replace("outputs: y", "  half: {op: Rescaling, scale: 0.5, from: last}\noutputs: y")
COUNTED = spec(
    "  y: {op: Dense, units: 6, activation: tanh, from: a}",
    outputs="a",
    inputs="{x: [6]}",
    rest="loops: {settle: {passes: 3, states: {a: {init: x, next: y}}}}",
)
BLOCK = spec(
    "  y: {block: wide, units: 5}",
    inputs="{x: [6]}",
    rest="blocks: {wide: {params: {units: 5, slope: 0.5}, inputs: x, outputs: out, nodes: "
    "{h: {op: Dense, units: '${units + channels(x)}'}, out: {op: LeakyReLU, negative_slope: '${slope}'}}}}",
)
REPEATED = spec(
    "  y: {op: Dense, units: 6, activation: tanh, repeat: {count: 3, first: {activation: relu}}}", inputs="{x: [6]}"
)
STATES = spec(
    "  l: {op: LSTM, units: 4, return_state: true}\n  y: {op: Subtract, from: [l.state_h, l.state_c]}",
    inputs="{x: [5, 3]}",
)
NORM = spec("  y: {op: BatchNormalization, epsilon: 0.02}", inputs="{x: [6]}")
MINUS = spec("  y: {op: Subtract, from: [x, z]}")
NAMED = spec("  p: {op: Dense, units: 3, from: x}\n  q: {op: Dense, units: 3, from: z}", outputs="{one: p, two: q}")
COLLECTED = spec(
    "  y: {op: Dense, units: 6, activation: tanh, from: a}",
    outputs="all",
    inputs="{x: [6]}",
    rest="loops: {settle: {passes: 3, states: {a: {init: x, next: y}}, collect: {all: y}}}",
)
DELAYED = spec(
    "  left: {op: Dense, units: 6, activation: tanh, from: back, init: z}\n  right: {op: Add, from: [left, x]}",
    outputs="right",
    rest="loops: {ring: {passes: 3, schedule: synchronous, states: {back: {init: ones, next: right}}}}",
)

TRAINED = spec(
    "  h: {op: Dense, units: 6, activation: tanh, kernel_regularizer: {op: L2, l2: 0.5}}\n"
    "  n: {op: BatchNormalization, momentum: 0.5}\n  p: {op: Dense, units: 2}\n  q: {op: Dense, units: 1, from: n}",
    outputs="[p, q]",
    inputs="{x: [6]}",
    rest="training: {optimizer: {op: SGD, learning_rate: 0.05}, losses: {p: mse, q: mae}, loss_weights: {p: 1, q: 3}, "
    "fit: {epochs: 3, early_stopping: {monitor: loss, patience: 4}}}",
)

FAULTS = {
    "a penalty that is never written": Fault(without("kernel_regularizer"), TRAINED),
    "a momentum that is never written": Fault(without("momentum"), TRAINED),
    "another learning rate": Fault(text("learning_rate=0.05", "learning_rate=0.06"), TRAINED),
    "a loss weight that is lost": Fault(text('"q": 3', '"q": 1'), TRAINED),
    "another loss": Fault(text("keras.losses.MeanAbsoluteError", "keras.losses.MeanSquaredError"), TRAINED),
    "other epochs": Fault(text("epochs", "steps_per_epoch"), TRAINED),
    "another patience": Fault(text("patience=4", "patience=5"), TRAINED),
    "an epsilon that is never written": Fault(without("epsilon"), NORM),
    "a Subtract reversed": Fault(reversed_operands("Subtract"), MINUS),
    "states updated in sequence": Fault(text("a, b = b, c", "a = b; b = c_layer(a)"), SWAP),
    "states exchanged": Fault(text("a, b = x, z", "a, b = z, x"), SWAP),
    "a shared layer that is no longer shared": Fault(row("Node", lambda node: replace(node, layer=node.name)), SHARED),
    "output names exchanged": Fault(
        row("Output", lambda one: replace(one, name={"one": "two", "two": "one"}[one.name])), NAMED
    ),
    "a `when` inverted": Fault(method(elaborate.Elaborator, "holds", lambda holds: not holds), WHEN),
    "a pass too many": Fault(row("Loop", lambda loop: replace(loop, passes=loop.passes + 1)), COUNTED),
    "a scan from the wrong end": Fault(row("Scan", lambda scan: replace(scan, reverse=not scan.reverse)), SCAN),
    "ones for zeros": Fault(row("Fill", lambda fill: graph.Fill(1 - fill.value)), SCAN),
    "a first value that is lost": Fault(
        method(synchronous, "_state", lambda state: replace(state, init=graph.Fill(0.0))), DELAYED
    ),
    "a collected value of another pass": Fault(text("all_values.append(y)", "all_values.append(a)"), COLLECTED),
    "a copy too few": Fault(method(elaborate.Elaborator, "count", lambda found: (found[0] - 1, found[1])), REPEATED),
    "a first copy like the others": Fault(
        method(elaborate.Elaborator, "count", lambda found: (found[0], None)), REPEATED
    ),
    "channels of another axis": Fault(method(expressions, "_shape", lambda shape: (*shape[:-1], shape[-1] + 1)), BLOCK),
    "another default of a block": Fault(
        method(blocks, "_default", lambda param: replace(param, value=param.value + (param.name == "slope"))), BLOCK
    ),
    "ports exchanged": Fault(op("LSTM", ports=lambda ports: (ports[0], *ports[:0:-1])), STATES, ("keras",)),
    "a weight of another shape": Fault(
        op("Dense", weights=lambda found: (found[0], replace(found[1], shape=(found[1].elements + 1,)))), SHARED
    ),
    "a weight that is not trained": Fault(
        op("Dense", weights=lambda weights: tuple(replace(one, trainable=False) for one in weights)), SHARED
    ),
    "a dtype that is inferred wrongly": Fault(
        op("BatchNormalization", infer=lambda found: replace(found, dtype="float64")), NORM, ("keras",)
    ),
    "an activation that is lost": Fault(without("activation"), COUNTED),
}


def built(text: str, folder: Path, target: str) -> BuildResult:
    path = folder / "net.yaml"
    path.write_text(text, "utf-8")
    return run_build(path, target=target, out=folder / "out", artifacts=["py"])


@pytest.fixture(autouse=True)
def forgotten() -> Any:
    """What is remembered of the ops is that of no fault."""
    yield
    importlib.import_module("specc.ops._registry").find.cache_clear()


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", FAULTS)
def test_is_caught(name: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if target not in FAULTS[name].targets:
        pytest.skip("the target lacks the op")
    FAULTS[name].plant(monkeypatch)
    result = built(FAULTS[name].text, tmp_path, target)
    assert not result.ok and not (tmp_path / "out").exists()
    codes = [one.code for one in result.diagnostics if one.severity == "error"]
    assert codes in (["not-equivalent"], ["internal-error"])


@pytest.mark.parametrize("spec", sorted({fault.text for fault in FAULTS.values()}))
def test_the_networks_build_without_a_fault(spec: str, tmp_path: Path) -> None:
    result = built(spec, tmp_path, "keras")
    assert result.ok and {one.error for one in result.comparisons} == {0.0}, result.diagnostics
