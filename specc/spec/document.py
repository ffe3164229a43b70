"""The document as typed data: what the user wrote, decoded, names not yet resolved."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from specc.diagnostics import Use
from specc.ops._keras_objects import KerasObject
from specc.source import Entry, Mapping, Source, Span


@dataclass(frozen=True, slots=True)
class Reference:
    """A name used where a value is read: `lstm.state_h` is name `lstm`, port `state_h`.

    `deep/3` is a copy of a repeated node, `deep/*` is written `deep.*` and means all. `is_bypass` marks a value read
    in place of a node that its false `when` leaves out.
    """

    name: str
    port: str | None
    span: Span
    is_bypass: bool = False

    def __str__(self) -> str:
        name = self.name.replace("/*", ".*")
        return name if self.port is None else f"{name}.{self.port}"


Results: TypeAlias = str | dict[str, Reference]
"""What a name stands for: a node, whose ports are read; or values by port, none where a mistake was reported."""


@dataclass(frozen=True, slots=True)
class Param:
    name: str
    value: Any
    span: Span
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class InputDecl:
    name: str
    span: Span
    attributes: Any  # the attributes of op Input; None where they could not be decoded
    doc: str = ""


@dataclass(frozen=True, slots=True)
class NodeDecl:
    """One node. `attributes` is None where they could not be decoded.

    `operands` is None where `from` is left out, and empty where it could not be decoded.
    """

    name: str
    span: Span
    op: str | None
    call: Reference | None
    attributes: Any
    operands: tuple[Reference, ...] | None
    doc: str
    init: Reference | None
    kind_span: Span  # the value of `op` or `call`
    syntax: Mapping
    uses: tuple[Use, ...] = ()  # the block instances around it, the innermost first


@dataclass(frozen=True, slots=True)
class Instance:
    """A block that was written out: its nodes are named `name/…`. `group` is the node whose `repeat` made it."""

    name: str
    block: str
    arguments: tuple[tuple[str, Any], ...]
    inputs: tuple[tuple[str, Reference], ...]
    span: Span
    uses: tuple[Use, ...]
    doc: str
    group: str | None
    block_doc: str
    defaults: tuple[tuple[str, Any], ...]
    expressions: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class StateDecl:
    """A state; `init` or `next` is None where it could not be decoded."""

    name: str
    span: Span
    init: Reference | None
    next: Reference | None


@dataclass(frozen=True, slots=True)
class CollectDecl:
    """A value of every pass; None where it could not be decoded."""

    name: str
    span: Span
    value: Reference | None


@dataclass(frozen=True, slots=True)
class ScanDecl:
    """A sequence that is read row by row; None where it could not be decoded."""

    name: str
    span: Span
    sequence: Reference | None
    reverse: bool


@dataclass(frozen=True, slots=True)
class LoopDecl:
    """A loop. `passes` is None where it is left out: the scanned sequences decide."""

    name: str
    span: Span
    passes: int | None
    passes_param: str | None
    schedule: str
    states: tuple[StateDecl, ...]
    collects: tuple[CollectDecl, ...]
    scans: tuple[ScanDecl, ...]
    passes_span: Span | None = None
    is_sure: bool = True  # False where the schedule could not be read


@dataclass(frozen=True, slots=True)
class OutputDecl:
    name: str
    value: Reference


@dataclass(frozen=True, slots=True)
class Training:
    """How the model is trained; losses and metrics by output name."""

    span: Span
    optimizer: KerasObject
    losses: dict[str, KerasObject]
    loss_weights: dict[str, float]
    metrics: dict[str, tuple[KerasObject, ...]]
    fit: dict[str, Any]
    callbacks: tuple[KerasObject, ...] = ()
    loss_spans: dict[str, Span] = field(default_factory=dict[str, Span])
    metric_spans: dict[str, tuple[Span, ...]] = field(default_factory=dict[str, tuple[Span, ...]])
    optimizer_span: Span | None = None

    @property
    def steps(self) -> int | None:
        """How many batches training takes at most, where the spec says; the data's size is not known."""
        per_epoch = self.fit.get("steps_per_epoch")
        return per_epoch * self.fit.get("epochs", 1) if per_epoch else None


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of the budget, with its place."""

    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class Budget:
    limits: dict[str, Limit] = field(default_factory=dict[str, Limit])
    targets: tuple[tuple[str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A rename: a checkpoint or review that speaks of `old` means `new`."""

    old: str
    new: str
    old_span: Span
    new_span: Span


@dataclass(frozen=True, slots=True)
class Spec:
    """`results` says what a node stands for that is none itself: a block instance, repeated or bypassed. By port."""

    source: Source
    name: str
    doc: str = ""
    params: dict[str, Param] = field(default_factory=dict[str, Param])
    inputs: tuple[InputDecl, ...] = ()
    nodes: tuple[NodeDecl, ...] = ()
    loops: tuple[LoopDecl, ...] = ()
    outputs: tuple[OutputDecl, ...] = ()
    training: Training | None = None
    budget: Budget = Budget()
    targets: dict[str, Mapping] = field(default_factory=dict[str, Mapping])
    target_spans: dict[str, Span] = field(default_factory=dict[str, Span])
    moved: tuple[Move, ...] = ()
    results: dict[str, Results] = field(default_factory=dict[str, "Results"])
    reads: MappingABC[str, Collection[str]] = field(default_factory=dict[str, set[str]])
    """For each node as written, the blocks, repeats and nodes with a `when` that it reads."""
    copies: MappingABC[str, int] = field(default_factory=dict[str, int])  # how many each repeat has; 0 if left out
    instances: tuple[Instance, ...] = ()
    sizes: dict[str, int] = field(default_factory=dict[str, int])  # of inputs, by name, set from outside
    rest: tuple[Entry, ...] = ()  # the sections beside the network, with expressions replaced
    ambiguous: frozenset[str] = frozenset()  # names of more than one thing, which has been reported
    is_complete: bool = True  # False where a part that names values could not be read
    has_all_outputs: bool = True
    passes_only: frozenset[str] = frozenset()  # the parameters that nothing reads but a loop's `passes`

    @property
    def overrides(self) -> dict[str, Any]:
        """The parameters and sizes that were set from outside."""
        return {param.name: param.value for param in self.params.values() if param.overridden} | self.sizes
