"""What a build has to compute, by the spec alone: the values of the oracle on probes and live weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from specc.analysis.trials import Trial
from specc.emit import runtime
from specc.emit.naming import layer_name
from specc.emit.node_values import NodeValue, NodeValues
from specc.emit.probes import batch_size, integers_below, probes
from specc.emit.runtime import Array
from specc.ir import Graph
from specc.ops import _registry as registry
from specc.proof import LiveWeights, Oracle, Run
from specc.source import Mapping as YamlMapping
from specc.source import Source, compose

_GAINS = (1.0, 0.5, 0.1, 0.01)
_HUGE = 1e6
_KERAS = ("keras", "keras.layers")


@dataclass(frozen=True)
class Subject:
    """A spec as the oracle reads it. `overrides` are the parameters set from outside, `graph` is what came of it."""

    source: Source
    overrides: Mapping[str, Any]
    graph: Graph


@dataclass(frozen=True)
class Expected:
    """What the oracle makes of the inputs of one trial, with the weights that it was given."""

    subject: Subject
    trial: Trial
    oracle: Oracle
    inputs: dict[str, Array]
    run: Run

    @property
    def outputs(self) -> dict[str, Array]:
        return dict(self.run.outputs)

    @cached_property
    def values(self) -> NodeValues:
        found = [
            NodeValue(node, port, call, array)
            for node, calls in self.run.values.items()
            for call, results in enumerate(calls, start=1)
            for port, array in results.items()
        ]
        counts = {(node, port): len(calls) for node, calls in self.run.values.items() for port in calls[0]}
        return NodeValues(tuple(found), counts)

    @property
    def constant_outputs(self) -> list[str]:
        """The outputs that are the same for every example: a comparison says little about them."""
        return [name for name, array in self.run.outputs.items() if not np.any(array != array[:1])]

    def give_weights(self, model: Any) -> None:
        """Sets the weights of the keras build to those of the oracle."""
        for layer in model.layers:
            if layer.weights:
                layer.set_weights(self.weights[layer.name])

    @cached_property
    def weights(self) -> dict[str, list[Array]]:
        """The arrays of each layer, by the name that Keras knows it by."""
        return {layer_name(path): layer.get_weights() for path, layer in self.run.layers.items()}

    def again(self, trial: Trial, passes: Mapping[str, int]) -> tuple[dict[str, Array], dict[str, Array]]:
        """The inputs of another trial, and the outputs for them with these parameters and with the same weights."""
        inputs = (
            self.inputs if trial is self.trial else _inputs(self.subject, trial, len(next(iter(self.inputs.values()))))
        )
        oracle = _oracle(self.subject, trial, {**self.subject.overrides, **passes})

        def same_weights(layer: Any, operands: list[Any], call: Callable[[list[Any]], Any]) -> None:
            call([one[:1] for one in operands])  # builds it
            layer.set_weights(self.weights[layer.name])

        return inputs, dict(oracle.run(inputs, same_weights).outputs)


def expect(subject: Subject, trial: Trial) -> Expected:
    """The values of a spec; with less gain where they would explode."""
    oracle = _oracle(subject, trial, subject.overrides)
    inputs = _inputs(subject, trial, batch_size(trial.activation_bytes))
    run: Run | None = None
    for gain in _GAINS:
        run = oracle.run(inputs, LiveWeights(runtime.keras(), 0, gain))
        if all(_is_finite(one) for one in run.outputs.values()):
            break
    assert run is not None
    return Expected(subject, trial, oracle, inputs, run)


def _inputs(subject: Subject, trial: Trial, examples: int) -> dict[str, Array]:
    return probes(trial.inputs, examples, 0, integers_below(subject.graph))


def _oracle(subject: Subject, trial: Trial, overrides: Mapping[str, Any]) -> Oracle:
    root, _ = compose(subject.source)
    assert isinstance(root, YamlMapping)
    modules = {node.op: registry.get(node.op).module for node in subject.graph.nodes}
    own = {op: module for op, module in modules.items() if module not in _KERAS}

    def kind(name: str, port: str) -> tuple[tuple[int, ...], str]:
        found = trial.types[name, port or next(key[1] for key in trial.types if key[0] == name)]
        return found.shape, found.dtype

    return Oracle(root, overrides, runtime.keras(), own, kind)


def _is_finite(output: Array) -> bool:
    return bool(np.all(np.isfinite(output)) and np.max(np.abs(output), initial=0.0) < _HUGE)
