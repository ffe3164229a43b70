"""Faults planted in lowerings, in the emitted text and on the way to the files: the whole build has to refuse, and keep

what stood there before. The verdict names the node at whose line the fault lies.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from specc import emit
from specc.driver import BuildResult, run_build
from specc.emit import artifacts, runtime, verify
from specc.ir.graph import Scan
from tests.nets import ROOT, replaced

pytestmark = pytest.mark.keras

Plant = Callable[[pytest.MonkeyPatch], None]


def spec(nodes: str, shape: str = "[6, 5, 2]", outputs: str = "y") -> str:
    return f"specc: 1\nname: net\ninputs: {{x: {shape}}}\nnodes:\n{nodes}\noutputs: {outputs}\n"


TWO_LAYERS = spec(
    """
  hidden: {op: Dense, units: 4, activation: tanh}
  y:      {op: Dense, units: 3, activation: softmax}""",
    "[5]",
)
FEEDBACK = """
specc: 1
name: net
inputs: {x: [3]}
nodes:
  pair: {op: Concatenate, from: [x, a]}
  mix:  {op: Dense, units: 2, activation: tanh}
  y:    {op: Dense, units: 2, from: a}
loops: {settle: {passes: 4, states: {a: {init: zeros, next: mix}}}}
outputs: y
"""


def build(text: str, folder: Path, target: str = "tidl", kinds: tuple[str, ...] = ("py",)) -> BuildResult:
    path = folder / "net.yaml"
    path.write_text(text)
    return run_build(path, target=target, out=folder / "out", artifacts=kinds)


def standing(folder: Path) -> dict[str, bytes]:
    """Files of a former build, which a build that fails has to leave as they are."""
    out = folder / "out"
    out.mkdir()
    for name in ("net_tidl.py", "net_tidl.keras", "net_tidl.tflite", "net_tidl.manifest.json"):
        (out / name).write_bytes(hashlib.sha256(name.encode()).digest())
    return files(out)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# lowerings


@dataclass(frozen=True)
class Wrong:
    """A lowering in which one name stands for something a little off, the network that shows it, and its node."""

    lowering: str
    name: str
    other: Callable[[Any], Any]
    text: str
    node: str = "y"


def with_attributes(**fixed: Any) -> Callable[[Any], Any]:
    """A constructor of attributes that is deaf to some of them."""
    return lambda true: lambda **given: true(**{**given, **fixed})


def mirrored(true: Any) -> Any:
    """Padding on the other side."""
    return lambda padding: true(padding=tuple((after, before) for before, after in padding))


def shifted(true: Any) -> Any:
    def crop(*given: int) -> tuple[int, int]:
        before, after = true(*given)
        return (before - 1, after + 1) if before > 0 else (before, after)

    return crop


def negated(true: Any) -> Any:
    return lambda scale=1.0, **given: true(scale=-scale, **given)


def doubled(true: Any) -> Any:
    return lambda scale=1.0, **given: true(scale=2 * scale, **given)


def reversed_scan(scan: Scan) -> Scan:
    return replace(scan, reverse=not scan.reverse)


CAUSAL = spec("  y: {op: Conv1D, filters: 3, kernel_size: 3, padding: causal, dilation_rate: 2}", "[9, 2]")
RECURRENT = spec("  y: {op: SimpleRNN, units: 3, return_sequences: true}", "[5, 2]")
LONG = spec("  y: {op: Conv2D, filters: 2, kernel_size: [9, 1], padding: same}", "[12, 3, 2]")
DEPTHWISE = spec("  y: {op: DepthwiseConv2D, kernel_size: 2}")
PAIR = spec("  p: {op: Dense, units: 3}\n  q: {op: Dense, units: 3, from: x}\n  y: {op: %s, from: [p, q]}", "[4]")

LOWERINGS = {
    "a bias lost": Wrong("dense_to_conv2d", "Conv2DAttributes", with_attributes(use_bias=False), TWO_LAYERS, "hidden"),
    "an activation lost": Wrong(
        "dense_to_conv2d", "Conv2DAttributes", with_attributes(activation="linear"), TWO_LAYERS, "hidden"
    ),
    "another activation": Wrong(
        "dense_to_conv2d", "Conv2DAttributes", with_attributes(activation="sigmoid"), TWO_LAYERS, "hidden"
    ),
    "causal padding below": Wrong("conv1d_to_conv2d", "ZeroPadding2DAttributes", mirrored, CAUSAL),
    "a bias lost in a convolution": Wrong(
        "conv1d_to_conv2d", "Conv2DAttributes", with_attributes(use_bias=False), CAUSAL
    ),
    "a state that starts from ones": Wrong(
        "simple_rnn_to_conv2d", "Fill", lambda true: lambda value: true(1.0), RECURRENT
    ),
    "steps in the other order": Wrong(
        "simple_rnn_to_conv2d",
        "Scan",
        lambda true: lambda *given, **named: reversed_scan(true(*given, **named)),
        RECURRENT,
    ),
    "slices off by one": Wrong("split_large_kernel", "_crop", shifted, LONG),
    "padding on the other side": Wrong("embed_depthwise_kernel", "ZeroPadding2DAttributes", mirrored, DEPTHWISE),
    "an average that is a sum": Wrong("average_to_add", "RescalingAttributes", doubled, PAIR % "Average"),
    "a difference that is a sum": Wrong("subtract_to_add", "RescalingAttributes", negated, PAIR % "Subtract"),
    "a maximum for a minimum": Wrong("extremum_to_pool", "RescalingAttributes", negated, PAIR % "Minimum"),
}


@pytest.mark.parametrize("what", LOWERINGS)
def test_a_wrong_lowering_is_caught(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = LOWERINGS[what]
    text = wrong.text
    if wrong.lowering in ("average_to_add", "subtract_to_add"):  # what a target takes is not lowered
        monkeypatch.chdir(tmp_path)
        target = (ROOT / "specc" / "targets" / "tidl.yaml").read_text(encoding="utf-8")
        op = "Average" if wrong.lowering == "average_to_add" else "Subtract"
        start = target.index(f"\n  {op}:")
        end = target.index("\n  ", start + 5) if op == "Average" else target.index("\n  Multiply:")
        (tmp_path / "tidl.yaml").write_text(target[:start] + target[end:], encoding="utf-8")
        name = str(tmp_path / "tidl.yaml")
    else:
        name = "tidl"
    assert build(text, tmp_path, name).ok
    home = importlib.import_module(f"specc.lowering.{wrong.lowering}")
    called: list[int] = []
    other = wrong.other(getattr(home, wrong.name))

    def planted(*given: Any, **named: Any) -> Any:
        called.append(1)
        return other(*given, **named)

    monkeypatch.setattr(home, wrong.name, planted)
    before = files(tmp_path / "out")
    result = build(text, tmp_path, name)
    assert called, "the fault was not planted"
    assert_refused(result, wrong.node)
    assert files(tmp_path / "out") == before


def assert_refused(result: BuildResult, node: str | None, code: str = "not-equivalent") -> None:
    """One error, at the node's own line, and nothing written."""
    assert not result.ok and not result.files
    errors = [one for one in result.diagnostics if one.severity == "error"]
    assert {one.code for one in errors} == {code}
    if node is not None:
        assert result.checked.graph is not None
        places = [one.span for one in errors if one.span is not None]
        assert places and all(place == result.checked.graph.by_name[node].origin.span for place in places)
    assert any("no artifact was replaced" in note for one in errors for note in one.notes) or code != "not-equivalent"


# the emitted text


@dataclass(frozen=True)
class Misprint:
    """Words of the emitted module that come out wrong, and the node that shows it."""

    text: str
    old: str
    new: str
    node: str | None
    kinds: tuple[str, ...] = ("py",)


MISPRINTS = {
    "a bias that is not used": Misprint(
        TWO_LAYERS, 'Conv2D(4, 1, activation="tanh",', 'Conv2D(4, 1, activation="tanh", use_bias=False,', "hidden"
    ),
    "a weight that is not assigned": Misprint(
        TWO_LAYERS,
        "for name, weight in weights.items():\n        weight.assign",
        "for name, weight in list(weights.items())[1:]:\n        weight.assign",
        "hidden",
    ),
    "kernels in another order of memory": Misprint(
        TWO_LAYERS, '"].reshape(1, 1, 5, 4)', '"].T.reshape(1, 1, 5, 4)', "hidden"
    ),
    "not a number": Misprint(
        TWO_LAYERS, 'name="hidden")(x)', 'name="hidden")(layers.Rescaling(float("nan"))(x))', "hidden"
    ),
    "a huge number": Misprint(TWO_LAYERS, 'reference["hidden/bias"]', 'reference["hidden/bias"] * 1e38', "hidden"),
    "the caller's activation": Misprint(TWO_LAYERS, '"float32", "softmax")', '"float32", "sigmoid")', None),
    "inputs in another layout": Misprint(
        spec("  y: {op: Conv2D, filters: 2, kernel_size: 3}"),
        "return _reshaped(_checked(what, value, tensor, tensor.logical), tensor.physical)",
        "return _reshaped(_checked(what, value, tensor, tensor.logical)[:, ::-1], tensor.physical)",
        "y",
    ),
    "outputs in another order": Misprint(
        TWO_LAYERS,
        'array = _reshaped(_checked("output", value, tensor, tensor.physical), tensor.logical)',
        'array = _reshaped(_checked("output", value, tensor, tensor.physical), tensor.logical)[:, ::-1]',
        None,
    ),
    "a pass too many": Misprint(FEEDBACK, "range(4)", "range(5)", "pair"),
    "a state that is not carried": Misprint(FEEDBACK, "a = mix\n", "pass\n", "pair"),
    "a state that starts elsewhere": Misprint(
        FEEDBACK, "filled(x, (1, 1, 2), 0.0)", "filled(x, (1, 1, 2), 0.01)", "pair"
    ),
    "a layer for each pass": Misprint(
        FEEDBACK, "mix = mix_layer(pair)", 'mix = layers.Conv2D(2, 1, activation="tanh")(pair)', "mix"
    ),
}  # fmt: skip


def misprint(monkeypatch: pytest.MonkeyPatch, old: str, new: str, target: str = "tidl") -> None:
    true = emit.module_text

    def faulty(spec: Any, lowered: Any, to: Any) -> str:
        text = true(spec, lowered, to)
        return replaced(text, [(old, new)]) if to.name == target else text

    monkeypatch.setattr(emit, "module_text", faulty)


@pytest.mark.parametrize("what", MISPRINTS)
def test_a_wrong_module_is_caught(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = MISPRINTS[what]
    before = standing(tmp_path)
    misprint(monkeypatch, one.old, one.new)
    result = build(one.text, tmp_path)
    if what == "a layer for each pass":
        assert [one.code for one in result.diagnostics] in (["internal-error"], ["not-equivalent"])
    else:
        assert_refused(result, one.node)
    assert files(tmp_path / "out") == before


# the files


def stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """A converter that is handed a model whose weights were never set."""

    def converted(module: ModuleType, values: Any) -> bytes:
        return runtime.tflite_bytes(runtime.build(module, seed=5, batch_size=1))

    monkeypatch.setattr(artifacts, "_converted", converted)


def stale_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the file that is written has the wrong weights; the one that is converted for the proof is right."""
    true, calls = artifacts._converted, []

    def converted(module: ModuleType, values: Any) -> bytes:
        calls.append(1)
        wrong = [value * 1.01 + 0.01 for value in values]
        return true(module, wrong if len(calls) == 1 else values)

    monkeypatch.setattr(artifacts, "_converted", converted)


def rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A converter that stores half precision."""
    true = artifacts._converted

    def converted(module: ModuleType, values: Any) -> bytes:
        return true(module, [np.float32(np.float16(np.asarray(value) * 1.3) / 1.3) for value in values])

    monkeypatch.setattr(artifacts, "_converted", converted)


def saved_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A .keras file of other weights than the model's."""
    true = runtime.keras_bytes

    def saved(model: Any) -> bytes:
        values = model.get_weights()
        model.set_weights([value + 0.1 for value in values])
        data = true(model)
        model.set_weights(values)
        return data

    monkeypatch.setattr(runtime, "keras_bytes", saved)


FILES: dict[str, Plant] = {
    "stale weights in the TFLite file": stale,
    "stale weights in the written file only": stale_once,
    "weights of half precision": rounded,
    "a .keras file of other weights": saved_late,
}


@pytest.mark.parametrize("target", ["keras", "tidl"])
@pytest.mark.parametrize("what", FILES)
def test_a_wrong_file_is_caught(what: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = standing(tmp_path)
    FILES[what](monkeypatch)
    result = build(TWO_LAYERS, tmp_path, target, ("py", "keras", "tflite"))
    assert_refused(result, None)
    assert any(".tflite" in one.message or ".keras" in one.message for one in result.diagnostics)
    assert files(tmp_path / "out") == before


def test_a_kernel_stored_on_every_pass_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four more kernels in the file, which change nothing in what it computes."""
    before = standing(tmp_path)
    more = "mix = mix_layer(pair) + 0.0 * keras.ops.conv(pair, mix_layer.kernel + 0.1 * (_ + 1))"
    misprint(monkeypatch, "mix_layer = layers.Conv2D(2, 1,", "mix_layer = layers.Conv2D(2, 1,")
    misprint(monkeypatch, "    a = filled(", "    mix_layer.build((None, 1, 1, 5))\n    a = filled(")
    misprint(monkeypatch, "mix = mix_layer(pair)", more)
    result = build(FEEDBACK, tmp_path, kinds=("py", "tflite"))
    assert_refused(result, None, "file-weights")
    assert "of 10 elements" in result.diagnostics[0].notes[0]
    assert files(tmp_path / "out") == before


def test_an_operator_that_the_target_does_not_take_is_caught(tmp_path: Path) -> None:
    """The conv-only target as it is, but for two operators in its list of what a file may hold."""
    text = (ROOT / "specc" / "targets" / "tidl.yaml").read_text(encoding="utf-8")
    narrow = tmp_path / "narrow.yaml"
    narrow.write_text(replaced(text, [("    - CONCATENATION\n", ""), ("    - TANH\n", "")]), encoding="utf-8")
    before = standing(tmp_path)
    result = build(FEEDBACK, tmp_path, str(narrow), ("py", "tflite"))
    assert_refused(result, None, "file-operator")
    assert {"CONCATENATION", "TANH"} == {one.message.split()[5].strip(",") for one in result.diagnostics}
    assert files(tmp_path / "out") == before


def test_a_converter_that_fails_is_a_diagnostic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = standing(tmp_path)

    def broken(model: Any) -> bytes:
        raise RuntimeError("the converter fell over\nat its line 7")

    monkeypatch.setattr(runtime, "tflite_bytes", broken)
    result = build(TWO_LAYERS, tmp_path, kinds=("py", "keras", "tflite"))
    assert_refused(result, None, "build-failed")
    assert "RuntimeError: the converter fell over" in result.diagnostics[0].message
    assert files(tmp_path / "out") == before


@pytest.mark.parametrize("text", [TWO_LAYERS, FEEDBACK], ids=["layers", "loop"])
def test_what_is_right_passes(text: str, tmp_path: Path) -> None:
    """Otherwise the refusals above would say nothing."""
    result = build(text, tmp_path, kinds=("py", "keras", "tflite"))
    assert result.ok and len(result.files) == 4
    assert all(one.ok and one.error < verify.TOLERANCE / 10 for one in result.comparisons)
    assert replace(result, diagnostics=()).ok
