"""Graph rows: node, operand, loop, state, collect, output.

A value is named by its node, input or state, plus a port for ops with several results. Rows are frozen; a pass
makes a new graph. networkx is a view of this (see `topology`), never the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from specc.ir.origin import Origin
from specc.ir.types import TensorType
from specc.source import Span

OUT = "out"  # the port of an op with one result
AS_SCANNED = 0  # as many passes as the scanned sequences have rows


@dataclass(frozen=True, slots=True)
class Operand:
    """A read of a value: the edge from `value.port` to the row that holds it."""

    value: str
    port: str = OUT
    span: Span | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.value if self.port == OUT else f"{self.value}.{self.port}"


@dataclass(frozen=True, slots=True)
class Node:
    """One application of an op.

    `layer` names the layer that is applied: the node's own name, or that of the node a `call` repeats, whose weights
    it then shares. An input is a node of op `Input`.
    """

    name: str
    op: str
    attributes: Any
    operands: tuple[Operand, ...]
    origin: Origin
    layer: str = ""
    doc: str = ""

    def __post_init__(self) -> None:
        if not self.layer:
            object.__setattr__(self, "layer", self.name)


@dataclass(frozen=True, slots=True)
class Fill:
    """An initial value made of one number: `zeros` (0) or `ones` (1)."""

    value: float


Init: TypeAlias = Operand | Fill


@dataclass(frozen=True, slots=True)
class State:
    """A value carried from pass to pass: `init` before the first, `next` after each."""

    name: str
    init: Init
    next: Operand
    origin: Origin
    init_span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Scan:
    """A value read step by step: row t of a sequence's first axis at pass t, from the end if `reverse`.

    `keep_axis` leaves the row an axis of length 1, for layouts of a fixed rank: `(T, 1, F)` gives `(1, 1, F)`.
    """

    name: str
    sequence: Operand
    origin: Origin
    reverse: bool = False
    keep_axis: bool = False

    def row(self, sequence: TensorType) -> TensorType:
        """The type of one row."""
        rest = sequence.shape[1:]
        return sequence.with_shape((1, *rest) if self.keep_axis else rest)


@dataclass(frozen=True, slots=True)
class Collect:
    """A value of every pass, stacked on a new first axis; or joined along the first axis where `join`."""

    name: str
    value: Operand
    origin: Origin
    join: bool = False
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """A body of nodes run `passes` times.

    `body` holds the names of the nodes computed anew on every pass, in spec order. `within` names the loop around this
    one. `passes_param` names the parameter that sets `passes` and nothing else, if there is one. `passes` is
    `AS_SCANNED` where the length of the scanned sequences decides and types have not been inferred yet.
    """

    name: str
    passes: int
    states: tuple[State, ...]
    origin: Origin
    body: tuple[str, ...] = ()
    collects: tuple[Collect, ...] = ()
    scans: tuple[Scan, ...] = ()
    schedule: str = "sweep"
    passes_param: str | None = None
    within: str | None = None
    passes_span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Output:
    """A result of the model: its public name and the value it shows."""

    name: str
    value: Operand


@dataclass(frozen=True, slots=True)
class Scope:
    """An instance of a block: its nodes are those whose names start with `name/`.

    `arguments` are the values of the block's parameters, `defaults` those that a use may leave out, `inputs` its
    operands by the names they have inside, and `group` the node that a repeat has made it from, where there is one.
    `expressions` say how values inside were written: node, key, expression.
    """

    name: str
    block: str
    arguments: tuple[tuple[str, Any], ...]
    inputs: tuple[tuple[str, Operand], ...]
    origin: Origin
    doc: str = ""
    group: str | None = None
    block_doc: str = ""
    defaults: tuple[tuple[str, Any], ...] = ()
    expressions: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Graph:
    """A network, folded. `inputs` and `nodes` are in spec order."""

    name: str
    inputs: tuple[Node, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    loops: tuple[Loop, ...] = ()
    doc: str = ""
    scopes: tuple[Scope, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Node]:
        return {node.name: node for node in (*self.inputs, *self.nodes)}

    @cached_property
    def states(self) -> dict[str, tuple[Loop, State]]:
        return {state.name: (loop, state) for loop in self.loops for state in loop.states}

    @cached_property
    def scans(self) -> dict[str, tuple[Loop, Scan]]:
        return {scan.name: (loop, scan) for loop in self.loops for scan in loop.scans}

    @cached_property
    def collects(self) -> dict[str, tuple[Loop, Collect]]:
        return {one.name: (loop, one) for loop in self.loops for one in loop.collects}

    @cached_property
    def loop_of(self) -> dict[str, Loop]:
        """The innermost loop of each body node."""
        return {name: loop for loop in self.loops for name in loop.body}

    @cached_property
    def loops_by_name(self) -> dict[str, Loop]:
        return {loop.name: loop for loop in self.loops}

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        """For each value, what reads it: nodes, and states, scans and collects by name; outputs are not listed."""
        found: dict[str, list[str]] = {}
        for source, target in self.edges():
            found.setdefault(source, []).append(target)
        return found

    def edges(self) -> Iterator[tuple[str, str]]:
        """(value, reader) pairs in spec order. A state reads its `init` and, over the pass boundary, its `next`."""
        for node in self.nodes:
            for operand in node.operands:
                yield operand.value, node.name
        for loop in self.loops:
            for state in loop.states:
                if isinstance(state.init, Operand):
                    yield state.init.value, state.name
                yield state.next.value, state.name
            for scan in loop.scans:
                yield scan.sequence.value, scan.name
            for collect in loop.collects:
                yield collect.value.value, collect.name

    def layers(self) -> dict[str, Node]:
        """Each layer's first application, by layer name, in spec order."""
        found: dict[str, Node] = {}
        for node in self.nodes:
            found.setdefault(node.layer, node)
        return found

    def with_nodes(self, nodes: Iterable[Node], loops: Iterable[Loop] | None = None) -> Graph:
        return replace(self, nodes=tuple(nodes), loops=self.loops if loops is None else tuple(loops))


Types: TypeAlias = dict[tuple[str, str], TensorType]
"""The inferred type of every value, by (name, port)."""
