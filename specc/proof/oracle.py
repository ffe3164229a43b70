"""Runs a spec without compiling it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from specc.proof.document import Document
from specc.proof.execution import Execution, NewLayer
from specc.proof.expressions import plain
from specc.proof.layers import Layers
from specc.proof.names import Applied
from specc.proof.training import Training
from specc.source import Mapping as YamlMapping

Array: TypeAlias = "np.ndarray[Any, Any]"
Kinds: TypeAlias = Callable[[str, str], "tuple[tuple[int, ...], str]"]
_FRAMES = 100_000  # of Python, for chains of nodes that are read against the order of the text


@dataclass(frozen=True)
class Run:
    """What a network computes. By the path of each node, in the order of computation: the results of every call."""

    values: Mapping[str, tuple[dict[str, Array], ...]]
    outputs: Mapping[str, Array]
    nodes: Mapping[str, Applied]
    layers: Mapping[str, Any]  # Keras layers, by the path of the node that makes them
    calls: Mapping[str, int]  # by layer


class Oracle:
    """A spec that has passed `specc check`, and what it takes to run it.

    `overrides` are the parameters that are set from outside. `modules` names where the classes are that are not among
    Keras' layers. `kinds` gives the shape and dtype of what starts from `zeros` or `ones`, by name and port.
    """

    def __init__(
        self, root: YamlMapping, overrides: Mapping[str, Any], keras: Any, modules: Mapping[str, str], kinds: Kinds
    ) -> None:
        self.document = Document(root, overrides)
        self.keras, self.modules, self.kinds = keras, modules, kinds

    def run(self, inputs: Mapping[str, Array], new_layer: NewLayer) -> Run:
        """The values of all nodes that the outputs need; raises `OracleError` where one cannot be computed."""
        execution, outputs = self._executed(inputs, new_layer, training=False)
        values = {
            path: tuple({port: np.asarray(one) for port, one in ports.items()} for ports in calls)
            for path, calls in execution.history.items()
        }
        results = {name: np.asarray(one) for name, one in outputs.items()}
        return Run(values, results, execution.nodes, execution.layers, execution.calls)

    @property
    def training(self) -> Training | None:
        """The spec's `training`."""
        node = self.document.root.get("training")
        if not isinstance(node, YamlMapping) or not node.entries:
            return None
        return Training(plain(node, self.document.parameters), self.keras)

    def loss(
        self, inputs: Mapping[str, Array], labels: Mapping[str, Array], new_layer: NewLayer
    ) -> tuple[Any, Mapping[str, Any]]:
        """The loss in training mode, with all penalties, and the layers by the path of the node that makes them."""
        training = self.training
        assert training is not None
        execution, outputs = self._executed(inputs, new_layer, training=True)
        layers = execution.layers
        weights = [weight for layer in layers.values() for weight in layer.trainable_weights]
        penalties = [weight.regularizer(weight) for weight in weights if weight.regularizer is not None]
        added = [self.keras.ops.sum(one) for one in (*execution.penalties, *penalties)]
        return sum(added, training.loss(outputs, labels)), layers

    def _executed(
        self, inputs: Mapping[str, Array], new_layer: NewLayer, training: bool
    ) -> tuple[Execution, dict[str, Any]]:
        with _deep():
            layers = Layers(self.keras, self.modules, training)
            execution = Execution(self.document, self.keras, layers, inputs, self.kinds, new_layer)
            outputs = execution.network.outputs()
            return execution, {name: execution.tensor(reading) for name, reading in outputs.items()}


@contextmanager
def _deep() -> Generator[None]:
    """Lets Python nest as deep as a network is long."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
