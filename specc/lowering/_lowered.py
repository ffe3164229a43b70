"""The result of lowering: a graph the target takes, and how it stands to the one the user wrote."""

from __future__ import annotations

from dataclasses import dataclass, replace

from specc.ir import Graph, Operand, TensorType
from specc.ir.graph import Types
from specc.lowering._weights import WeightSource, WeightTransform
from specc.source import Span


@dataclass(frozen=True, slots=True)
class View:
    """A transpose that the caller applies: elements in row-major order as `shape`, whose axes then follow `order`.

    Axes are numbered from 1, as those of Permute.
    """

    shape: tuple[int, ...]
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the lowered graph that stands for one of the user's.

    `type` is how it lies in the target (its representation), `logical` what the user wrote; both hold the same
    elements in row-major order, unless the caller transposes them: `views`, in the direction of the data. `host` names
    an activation that the caller still has to apply, before the views.
    """

    operand: Operand
    type: TensorType
    logical: TensorType
    host: str | None = None
    views: tuple[View, ...] = ()

    def seen_as(self, logical: TensorType) -> Value:
        """The same elements under another logical shape."""
        return replace(self, logical=logical)


@dataclass(frozen=True, slots=True)
class Gap:
    """One reason why a lowered network cannot be trained as the spec says, and how to change the spec."""

    message: str
    span: Span | None
    help: str


@dataclass(frozen=True)
class Lowered:
    """A lowered graph with its types; `values` maps each of the user's values to what stands for it.

    `reference` are the weights of the user's layers, in Keras' order within each. `gaps` say what of the spec's
    training the graph cannot do.
    """

    graph: Graph
    types: Types
    values: dict[tuple[str, str], Value]
    weights: tuple[WeightTransform, ...]
    outputs: dict[str, Value]
    inputs: dict[str, Value]
    reference: tuple[WeightSource, ...] = ()
    gaps: tuple[Gap, ...] = ()
