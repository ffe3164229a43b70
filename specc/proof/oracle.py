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
from specc.proof.layers import Layers
from specc.proof.names import Applied
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
        with _deep():
            layers = Layers(self.keras, self.modules)
            execution = Execution(self.document, self.keras, layers, inputs, self.kinds, new_layer)
            network = execution.network
            outputs = {
                name: np.asarray(execution.tensor(network.read(network.top, text)))
                for name, text in self.document.outputs.items()
            }
        values = {
            path: tuple({port: np.asarray(one) for port, one in ports.items()} for ports in calls)
            for path, calls in execution.history.items()
        }
        return Run(values, outputs, execution.nodes, execution.layers, execution.calls)


@contextmanager
def _deep() -> Generator[None]:
    """Lets Python nest as deep as a network is long."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
