"""Runs the model of a `.keras` file against the spec's own build, with the same weights on the same probes.

The two may differ in what only training uses and in the passes of loops, which no weight depends on. Whatever else
differs, names and shapes of weights would not tell: an activation, strides, the order of operands.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, prod
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np

from specc.analysis.shapes import infer_types
from specc.analysis.trials import Trial
from specc.diagnostics import Diagnostics
from specc.emit import runtime, saved_config
from specc.emit.checkpoint import Checkpoint
from specc.emit.module import module_text
from specc.emit.naming import layer_name
from specc.emit.runtime import Array
from specc.emit.verify import Comparison, Difference, named, prepare
from specc.emit.weight_fit import Build
from specc.ir import Graph, Node, topology
from specc.lowering import lower
from specc.ops import _registry as registry
from specc.spec import Spec

_TOLERANCE = 1e-5  # of the largest value: equal networks on one machine differ by rounding, if at all
_SAME = 1e-7  # where the arguments of a layer differ as well, rounding is no explanation
_MOST_TENSORS = 2000  # inner values compared; the first passes of a loop tell what the others would
_MOST_LARGER = 8  # times the activations of the spec's own build


@dataclass(frozen=True)
class OtherNetwork:
    """A file that was saved from another network: how it differs, and the first node where it does, if there is one."""

    reasons: tuple[str, ...]
    node: Node | None = None


class _CannotCompare(Exception):
    """Models that differ so much that they cannot be run on the same inputs."""


def compare_networks(checkpoint: Checkpoint, build: Build, graph: Graph, trial: Trial) -> Comparison | OtherNetwork:
    """The verdict on the file's model and the build whose weights it holds. `graph` is the user's."""
    config = checkpoint.file.config
    assert config is not None
    packages = {registry.get(node.op).module for node in build.lowered.graph.nodes}
    try:
        saved_config.check_config(config, packages, checkpoint.file.layers)
    except saved_config.NotAllowed as error:
        return OtherNetwork((str(error),))
    except (AttributeError, KeyError, TypeError):
        return OtherNetwork(("its description of the model is damaged",))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "saved.keras"
        checkpoint.file.copy_model(path)
        try:
            saved = runtime.load_keras(path)
        except Exception as error:  # Keras raises whatever its layers raise
            reason = next(iter(str(error).splitlines()), "") or type(error).__name__
            return OtherNetwork((f"Keras cannot build the model in it: {reason}",))
    try:
        return _Pair(checkpoint, build, graph, trial, saved).verdict()
    except _CannotCompare as error:
        return OtherNetwork((str(error),))


@dataclass(frozen=True)
class _Result:
    """One result of a layer that both models have: at which application, and its symbolic value in both."""

    layer: str
    call: int
    theirs: Any
    ours: Any


class _Pair:
    """The saved model and the spec's, which is built with the passes of the saved one."""

    def __init__(self, checkpoint: Checkpoint, build: Build, graph: Graph, trial: Trial, saved: Any) -> None:
        self.renames = checkpoint.renames
        self.saved = saved
        calls = {self._today(name): found for name, found in runtime.calls(saved).items()}
        self.module, self.graph = _with_passes_of(calls, checkpoint.spec, build, graph)
        prepared = prepare(self.module, trial.inputs, trial.activation_bytes, graph)
        self.random = prepared.model
        self.ours = runtime.rebuilt(prepared.model)  # a model that is read has lost the calls that lead nowhere
        own_calls = runtime.calls(self.ours)
        self.calls, self.own_calls = calls, own_calls
        self.results = self._results()
        assert checkpoint.file.config is not None
        self.config: Mapping[str, Any] = checkpoint.file.config
        self.own_config: Mapping[str, Any] = runtime.description(self.ours)
        self.inputs = self._inputs(prepared.inputs)
        self.what = f"{checkpoint.file.path.name} against {build.target.name} model"

    def _today(self, name: str) -> str:
        return self.renames.get(name, name)

    def verdict(self) -> Comparison | OtherNetwork:
        self._check_size()
        wrong: dict[int, float] = {}  # the results that differ, by their place in the order of computation
        differences: dict[str, float] = {}
        for source in (self.saved, self.random):  # the trained weights, and weights that hide nothing
            self._give_weights(source)
            for at, error in enumerate(self._errors()):
                limit = _SAME if self._changes(self.results[at].layer) else _TOLERANCE
                if not error <= limit:
                    wrong[at] = max(error, wrong.get(at, 0.0))
            for name, error in self._output_errors().items():
                differences[name] = max(error, differences.get(name, 0.0))
        # a layer that is applied several times may have been so in another order
        decisive = any(len(self.own_calls[self.results[at].layer]) == 1 for at in wrong)
        if decisive or any(not error <= _TOLERANCE for error in differences.values()):
            return self._explained(wrong, differences)
        rows = tuple(Difference(name, error) for name, error in differences.items())
        return Comparison(self.what, rows, len(self.inputs[1][0]))

    # what is run

    def _results(self) -> list[_Result]:
        found: list[_Result] = []
        for name in dict.fromkeys(layer_name(self.graph.by_name[one].layer) for one in topology.flat_order(self.graph)):
            calls = zip(self.calls.get(name, ()), self.own_calls.get(name, ()), strict=False)
            for call, (theirs, ours) in enumerate(calls, start=1):
                found += [_Result(name, call, a, b) for a, b in zip(theirs, ours, strict=False)]
        return sorted(found, key=lambda one: one.call)[:_MOST_TENSORS]

    def _inputs(self, probes: Mapping[str, Array]) -> tuple[list[Array], list[Array]]:
        """The probes as the saved model takes them, and as ours does: inputs go by name, else by their order."""
        names = [tensor.name for tensor in self.module.INPUTS]
        adapted = self.module.adapt_inputs(dict(probes))
        arrays = dict(zip(names, [adapted] if len(names) == 1 else adapted, strict=True))
        theirs = [self._today(tensor.name) for tensor in self.saved.inputs]
        if sorted(theirs) != sorted(names):
            if len(theirs) != len(names):
                raise _CannotCompare(f"it has the inputs {_listed(theirs)}, and the spec has {_listed(names)}")
            theirs = names
        for name, tensor in zip(theirs, self.saved.inputs, strict=True):
            found, own = tuple(tensor.shape[1:]), arrays[name].shape[1:]
            if len(found) != len(own) or any(a not in (None, b) for a, b in zip(found, own, strict=True)):
                raise _CannotCompare(f"its input `{tensor.name}` has shape {list(found)}, expected {list(own)}")
        batch = next((tensor.shape[0] for tensor in self.saved.inputs if tensor.shape[0]), None)
        if batch is not None:  # a model of a fixed batch
            arrays = {name: np.resize(array, (batch, *array.shape[1:])) for name, array in arrays.items()}
        return [arrays[name] for name in theirs], [arrays[tensor.name] for tensor in self.ours.inputs]

    def _check_size(self) -> None:
        """Refuses to run a model that is far larger than the spec's: it cannot be the same."""

        def size(calls: Mapping[str, list[list[Any]]]) -> int:
            tensors = [one for layer in calls.values() for call in layer for one in call]
            return sum(prod(length or 1 for length in one.shape[1:]) for one in tensors)

        if size(self.calls) > _MOST_LARGER * size(self.own_calls) + 1_000_000:
            raise _CannotCompare("its model is many times as large as this network")

    def _give_weights(self, source: Any) -> None:
        """Gives both models the weights of one, by the layers' names."""
        weights = {self._today(layer.name): layer.get_weights() for layer in source.layers}
        for model in (self.saved, self.ours):
            for layer in model.layers:
                given = weights.get(self._today(layer.name))
                if not given or model is source:
                    continue
                try:
                    layer.set_weights(given)
                except ValueError:
                    reason = "; ".join(self._changes(layer.name)) or "it stores its weights in another order"
                    raise _CannotCompare(f"`{layer.name}`: {reason}") from None

    def _errors(self) -> list[float]:
        if not self.results:
            return []
        theirs = runtime.intermediate(self.saved, [one.theirs for one in self.results], self.inputs[0])
        ours = runtime.intermediate(self.ours, [one.ours for one in self.results], self.inputs[1])
        return [_error(a, b) for a, b in zip(theirs, ours, strict=True)]

    def _output_errors(self) -> dict[str, float]:
        """By the name of the output. A model written by hand may give a list, which goes by the order in the spec."""
        ours = named(self.module, runtime.predict(self.ours, _single(self.inputs[1])))
        found: Any = runtime.predict(self.saved, _single(self.inputs[0]))
        if isinstance(found, (list, tuple)):
            found = dict(zip(ours, cast("list[Array]", found), strict=False))
        theirs = cast("dict[str, Array]", found if isinstance(found, dict) else {next(iter(ours)): found})
        common = [name for name in ours if name in theirs]
        if not common:
            raise _CannotCompare(f"it has the outputs {_listed(list(theirs))}, and the spec has {_listed(list(ours))}")
        return {name: _error(theirs[name], ours[name]) for name in common}

    # why they differ

    def _changes(self, layer: str) -> list[str]:
        theirs = next((one for one in self.calls if self._today(one) == layer), layer)
        old = next((old for old, new in self.renames.items() if new == theirs), theirs)
        return saved_config.changes(self.config, self.own_config, (old, theirs), layer)

    def _explained(self, wrong: Mapping[int, float], differences: Mapping[str, float]) -> OtherNetwork:
        """The first node that differs, and why, as far as the two descriptions tell."""
        nodes = {layer_name(one.layer): one for one in reversed(self.graph.nodes)}
        missing = [name for name in nodes if name not in self.calls and name in self.own_calls]
        extra = [name for name in self.calls if name not in self.own_calls]
        reasons: list[str] = []
        first: str | None = None
        if wrong:
            found = self.results[min(wrong)]
            first = found.layer
            reasons += self._changes(first)
            theirs, ours = saved_config.sources(self.config), saved_config.sources(self.own_config)
            old = next((old for old, new in self.renames.items() if new == first and old in theirs), first)
            read = [[self._today(name) for name in call] for call in theirs.get(old, [])]
            if read[: found.call] != ours.get(first, [])[: found.call]:
                at = next((at for at, (a, b) in enumerate(zip(read, ours[first], strict=False)) if a != b), None)
                if at is not None:
                    reasons.append(f"it reads {_listed(read[at])} in the file and {_listed(ours[first][at])} here")
            reasons.append(f"its values differ by {wrong[min(wrong)]:.1e} of the largest")
        elif missing:
            first = missing[0]
        reasons += [
            f"output `{name}` differs by {error:.1e} of its largest value"
            for name, error in differences.items()
            if not error <= _TOLERANCE
        ]
        if missing:
            reasons.append(f"the file has no {_listed(missing)}")
        if extra:
            reasons.append(f"only the file has {_listed(extra)}")
        return OtherNetwork(tuple(reasons), nodes.get(first) if first else None)


def _with_passes_of(
    calls: Mapping[str, Sequence[Any]], spec: Spec, build: Build, graph: Graph
) -> tuple[ModuleType, Graph]:
    """The module of a build whose loops run as often as a model's calls say, and its graph."""
    passes: dict[str, int] = {}
    around: dict[str | None, int] = {None: 1}
    for loop in sorted(graph.loops, key=lambda one: _depth(graph, one.name)):
        inner = {name for other in graph.loops if other.within == loop.name for name in other.body}
        layers = [graph.by_name[name].layer for name in loop.body if name in graph.by_name and name not in inner]
        found = [
            ceil(len(calls.get(layer_name(layer), ())) / (layers.count(layer) * around[loop.within]))
            for layer in layers
            if all(node.name in loop.body for node in graph.nodes if node.layer == layer)
        ]
        passes[loop.name] = max(found, default=0) or loop.passes
        around[loop.name] = around[loop.within] * passes[loop.name]
    lowered = build.lowered
    if any(loop.passes != passes[loop.name] for loop in graph.loops):
        changed = replace(graph, loops=tuple(replace(loop, passes=passes[loop.name]) for loop in graph.loops))
        ignored = Diagnostics()
        types = infer_types(changed, ignored)
        again = None if ignored.has_errors else lower(changed, types, build.target, ignored)
        lowered = again if again is not None else lowered
    text = module_text(spec, lowered, build.target)
    return runtime.load_module(text, f"{spec.name}_{build.target.name}_saved"), lowered.graph


def _depth(graph: Graph, name: str | None) -> int:
    within = {loop.name: loop.within for loop in graph.loops}
    depth = 0
    while name is not None:
        name, depth = within[name], depth + 1
    return depth


def _single(arrays: list[Array]) -> Any:
    return arrays[0] if len(arrays) == 1 else arrays


def _error(found: Array, expected: Array) -> float:
    """The largest difference as a share of the largest value; infinite where shapes differ or only one is finite."""
    if found.shape != expected.shape:
        return float("inf")
    if np.array_equal(found, expected, equal_nan=found.dtype.kind == "f"):
        return 0.0
    scale = float(np.max(np.abs(expected), initial=0.0))
    error = float(np.max(np.abs(found.astype(np.float64) - expected.astype(np.float64)), initial=0.0))
    error = error / scale if scale > 0 else error
    return error if np.isfinite(error) else float("inf")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:6])
    return f"{shown} and {len(names) - 6} more" if len(names) > 6 else shown
