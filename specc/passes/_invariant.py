"""What a pass is, and the properties of a graph that passes rely on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from specc.ir import Graph, Init


class Invariant(Enum):
    RESOLVED = "every operand names a value of the graph"
    BODIES = "every loop body names nodes of the graph"
    SWEEPS = "every loop is a full sweep"
    NEEDED = "every node is needed by an output"


@dataclass(frozen=True, slots=True)
class Pass:
    """A rewrite of the whole graph. `apply` gets the initial values of nodes in synchronous loops beside the graph."""

    name: str
    doc: str
    apply: Callable[[Graph, Mapping[str, Init]], Graph]
    requires: tuple[Invariant, ...] = ()
    ensures: tuple[Invariant, ...] = ()
