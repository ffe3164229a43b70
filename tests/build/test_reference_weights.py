"""`load_reference_weights` of the emitted module: a model of another network is refused."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from specc.driver import check_source
from specc.emit import module_text, runtime
from specc.source import Source

from .test_weights import BASE, DIFFERENT, FREE, HEADS, SAME

pytestmark = pytest.mark.keras

TOO_SMALL = {"epsilon"}  # to show in the outputs; `--weights` compares the arguments too
LOOP = """\
specc: 1
inputs: {x: [4]}
nodes:
  mix: {op: Add, from: [x, s]}
  h: {op: Dense, units: 4, activation: tanh}
loops: {l: {passes: 3, states: {s: {init: zeros, next: h}}}}
outputs: h
"""


@cache
def module(text: str, target: str) -> ModuleType:
    checked = check_source(Source("net.yaml", text), targets=(target,))
    assert checked.spec is not None and checked.ok, [one.message for one in checked.diagnostics]
    return runtime.load_module(module_text(checked.spec, checked.lowered[target], checked.targets[target]), "net")


@cache
def trained(text: str) -> Any:
    model = module(text, "keras").build_model()
    runtime.randomize(model, 3)
    return model


def edited(edits: list[tuple[str, str]]) -> str:
    text = BASE
    for old, new in edits:
        text = text.replace(old, new)
    return text


def refused(net: ModuleType, source: Any) -> str:
    """What is said about a source that is refused; the model keeps its weights."""
    model = net.build_model()
    before = model.get_weights()
    with pytest.raises(ValueError) as caught:
        net.load_reference_weights(model, source)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    return str(caught.value)


@pytest.mark.parametrize("target", ["keras", "tidl"])
@pytest.mark.parametrize("name", sorted(DIFFERENT.keys() - TOO_SMALL))
def test_a_model_of_another_network_is_refused(name: str, target: str) -> None:
    net = module(edited(DIFFERENT[name][1]), target)
    assert "allow_different_network=True" in refused(net, trained(BASE))
    net.load_reference_weights(net.build_model(), trained(BASE), allow_different_network=True)


@pytest.mark.parametrize("target", ["keras", "tidl"])
@pytest.mark.parametrize("name", SAME)
def test_what_only_training_sees_is_no_difference(name: str, target: str) -> None:
    net = module(edited(SAME[name]), target)
    net.load_reference_weights(net.build_model(), trained(BASE))


@pytest.mark.parametrize(
    "edit", [("tanh", "relu"), ("GRU, units: 3", "GRU, units: 3, reset_after: false"), ("Add", "Subtract")]
)
def test_free_sizes_and_integers(edit: tuple[str, str], tmp_path: Path) -> None:
    text = FREE.replace("kernel_size: 4}", "kernel_size: 4, activation: tanh}")
    net = module(text, "keras")
    trained(text).save(tmp_path / "net.keras")
    net.load_reference_weights(net.build_model(), tmp_path / "net.keras")
    said = refused(module(text.replace(*edit), "keras"), trained(text))
    assert ("expected shape" if "reset_after" in edit[1] else "another network") in said


def test_several_inputs_and_outputs() -> None:
    net = module(HEADS, "tidl")
    net.load_reference_weights(net.build_model(), trained(HEADS))
    other = module(HEADS.replace("units: 6", "units: 6, activation: relu"), "tidl")
    assert "output `" in refused(other, trained(HEADS))
    swapped = module(HEADS.replace("a: [8, 8, 2], b: [5]", "b: [5], a: [8, 8, 2]"), "tidl")
    swapped.load_reference_weights(swapped.build_model(), trained(HEADS))  # inputs go by name


@pytest.mark.parametrize("target", ["keras", "tidl"])
def test_a_loop_whose_passes_are_an_argument_may_run_longer(target: str) -> None:
    text = "params: {n: 5}\n" + LOOP.replace("passes: 3", 'passes: "${n}"')
    text = text.replace("outputs: h", "outputs: y").replace("nodes:", "nodes:\n  y: {op: Dense, units: 2, from: s}")
    source = module(text, "keras").build_model(n=2)
    runtime.randomize(source, 3)
    net = module(text, target)
    net.load_reference_weights(net.build_model(n=9), source)
    other = module(text.replace("tanh", "relu"), target)
    assert "another network" in refused(other, source)


def test_a_loop_of_fixed_passes_that_runs_longer_is_another_network_unless_it_is_wanted() -> None:
    net = module(LOOP.replace("passes: 3", "passes: 5"), "tidl")
    assert "another network" in refused(net, trained(LOOP))
    net.load_reference_weights(net.build_model(), trained(LOOP), allow_different_network=True)


def test_a_model_of_a_fixed_batch() -> None:
    net = module(BASE, "tidl")
    net.load_reference_weights(net.build_model(batch_size=1), trained(BASE))


def test_files_that_hold_no_network(tmp_path: Path) -> None:
    net = module(edited(DIFFERENT["activation"][1]), "tidl")
    arrays = {f"{layer.name}/{one.name}": one.numpy() for layer in trained(BASE).layers for one in layer.weights}
    np.savez(tmp_path / "net.npz", **arrays)
    for source in (arrays, tmp_path / "net.npz"):
        net.load_reference_weights(net.build_model(), source)  # names and shapes fit; nothing else can be checked
    assert "specc build --weights" in refused(net, tmp_path / "net.weights.h5")


def test_a_model_that_cannot_be_compared() -> None:
    import keras

    net = module("specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2}}\noutputs: y\n", "keras")
    source = keras.Sequential([keras.layers.Dense(2, name="y")])
    source.build((None, 4))
    net.load_reference_weights(net.build_model(), source)

    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.y = keras.layers.Dense(2, name="y")

        def call(self, x: Any) -> Any:
            return self.y(x)

    own = Own()
    own(np.zeros((1, 4)))
    assert "only a functional model" in refused(net, own)
