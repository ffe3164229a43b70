"""What a lowering is, and the site it works on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from specc.analysis.facts import Facts
from specc.ir import Graph, Node, TensorType
from specc.ir.graph import Types
from specc.lowering._lowered import Lowered, Value, View
from specc.lowering._weights import WeightSource
from specc.targets import ACTIVATION, Violation

if TYPE_CHECKING:
    from specc.lowering._rewriter import Rewriter

Results = Value | Mapping[str, Value]


@dataclass(frozen=True)
class Site:
    """An illegal node and what a lowering may ask and do there.

    At first a node is as the user wrote it: `is_logical`, with operands that may lie anyhow. What a lowering adds is
    physical, and is judged and lowered again. `result` is the type of the node's first result. `is_final` says
    that the node's value is the user's node's value and no step on the way.
    """

    rewriter: Rewriter
    node: Node
    operands: tuple[Value, ...]
    results: Mapping[str, TensorType]
    weights: Mapping[str, WeightSource]
    violations: tuple[Violation, ...]
    facts: Facts
    is_logical: bool
    is_final: bool
    step: str = ""

    @property
    def op(self) -> str:
        return self.node.op

    @property
    def attributes(self) -> Any:
        return self.node.attributes

    @property
    def operand(self) -> Value:
        return self.operands[0]

    @property
    def result(self) -> TensorType:
        return next(iter(self.results.values()))

    @property
    def is_shared(self) -> bool:
        """Whether the layer is applied by several nodes, which then have to agree on its weights' layout."""
        return self.rewriter.applications[self.rewriter.source_layer(self.node)] > 1

    @property
    def has_foreign_activation(self) -> bool:
        """Whether the target lacks the layer's activation, which `Target` itself judges."""
        return any(one.id == ACTIVATION for one in self.violations)

    @property
    def has_long_kernel(self) -> bool:
        """Whether the layer's kernel is longer than the target's limit along some axis."""
        limit = self.rewriter.target.limits.get("kernel")
        return limit is not None and max(self.attributes.kernel_size) > limit

    def add(
        self,
        op: str,
        attributes: Any,
        *operands: Value,
        suffix: str = "",
        weights: Mapping[str, WeightSource] | None = None,
        logical: TensorType | None = None,
        final: bool | None = None,
    ) -> Value:
        """Adds a node and whatever it has to be lowered to; gives the value of its result.

        Without a suffix the node keeps the name of this one and its value is this node's.
        """
        return self.rewriter.add(
            self.node.name + suffix,
            op,
            attributes,
            operands,
            layer=self.node.layer + suffix,
            origin=self.node.origin.through(self.step),
            weights=weights or {},
            logical=logical,
            final=self.is_final and not suffix if final is None else final,
            doc="" if suffix else self.node.doc,
        )

    def canonical(self, value: Value) -> Value:
        return self.rewriter.canonical(value)

    def reshaped(self, value: Value, shape: Sequence[int], suffix: str = "_reshape") -> Value:
        """The same elements under another physical shape."""
        return self.rewriter.reshaped(value, tuple(shape), self.node.name + suffix, self.node.origin.through(self.step))


@dataclass(frozen=True, slots=True)
class Lowering:
    """A rewriting pattern. `matches` looks and does not touch; `rewrite` gives what stands for the node's results."""

    doc: str
    matches: Callable[[Site], bool]
    rewrite: Callable[[Site], Results]


@dataclass(frozen=True, slots=True)
class GraphLowering:
    """A rewrite of the whole lowered graph, once every node is legal. `rewrite` also gets the lowering's name."""

    doc: str
    rewrite: Callable[[Lowered, str], Lowered]


@dataclass
class Moved:
    """A graph whose ends were moved to the caller.

    `inputs` are the views that the caller applies to what is fed, `outputs` those of results with the type that the
    spec gives them. `ends` maps the last node of what was moved from an input to that input.
    """

    graph: Graph
    types: Types
    inputs: dict[str, tuple[View, ...]] = field(default_factory=dict[str, tuple[View, ...]])
    outputs: dict[str, tuple[tuple[View, ...], TensorType]] = field(default_factory=dict[str, Any])
    ends: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ContractLowering:
    """Moves nodes to the data contract, before any other lowering; `move` also gets which types fit the layout."""

    doc: str
    move: Callable[[Graph, Types, Callable[[TensorType], bool]], Moved]
