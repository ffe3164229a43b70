"""A Reshape, Permute or Flatten directly on an input or an output moves to the caller: the data contract does it.

The chain's nodes leave the graph before anything else is lowered. Each has to be the only reader of what it reads, as
others would read the value in its old order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from specc.ir import Graph, Node, Operand, Output, TensorType
from specc.ir.graph import OUT, Types
from specc.ir.sizes import is_known
from specc.lowering._lowered import View
from specc.lowering._pattern import ContractLowering, Moved

_OPS = ("Flatten", "Permute", "Reshape")


def move(graph: Graph, types: Types, fits: Callable[[TensorType], bool]) -> Moved:
    """The graph without the chains at its inputs and outputs; only as much of a chain as leaves a value that `fits`."""
    moved = Moved(graph, dict(types))
    for node in graph.inputs:
        _move_input(moved, node.name, fits)
    for output in graph.outputs:
        _move_output(moved, output, fits)
    return moved


def _is_view(node: Node, moved: Moved) -> bool:
    """Whether a node only rearranges elements, once: it neither casts them nor belongs to a loop."""
    if node.op not in _OPS or node.name in moved.graph.loop_of:
        return False
    operand = node.operands[0]
    return moved.types[operand.value, operand.port].dtype == moved.types[node.name, OUT].dtype


def _uses(graph: Graph) -> Counter[str]:
    """How many readers and outputs each value has."""
    found = Counter(source for source, _ in graph.edges())
    return found + Counter(one.value.value for one in graph.outputs)


def _move_input(moved: Moved, name: str, fits: Callable[[TensorType], bool]) -> None:
    graph, uses = moved.graph, _uses(moved.graph)
    if not all(is_known(size) for size in moved.types[name, OUT].shape):
        return
    chain: list[Node] = []
    value, longest = name, 0
    while uses[value] == 1:
        node = next((one for one in graph.nodes if one.operands == (Operand(value),)), None)
        if node is None or not _is_view(node, moved):
            break
        chain.append(node)
        value = node.name
        if fits(moved.types[value, OUT]):
            longest = len(chain)
    chain = chain[:longest]
    if not chain:
        return
    moved.inputs[name] = views_of(chain, moved.types)
    moved.ends[chain[-1].name] = name
    last = moved.types[chain[-1].name, OUT]
    inputs = tuple(
        replace(one, attributes=replace(one.attributes, shape=last.shape)) if one.name == name else one
        for one in graph.inputs
    )
    moved.types[name, OUT] = last
    moved.graph = _without(replace(graph, inputs=inputs), chain, Operand(name))


def _move_output(moved: Moved, output: Output, fits: Callable[[TensorType], bool]) -> None:
    graph, uses = moved.graph, _uses(moved.graph)
    chain: list[Node] = []
    node = graph.by_name.get(output.value.value)
    while node is not None and _is_view(node, moved) and uses[node.name] == 1:
        chain.insert(0, node)
        node = graph.by_name.get(node.operands[0].value) if node.operands[0].port == OUT else None
    while chain and not fits(moved.types[chain[0].operands[0].value, chain[0].operands[0].port]):
        chain.pop(0)
    if not chain:
        return
    moved.outputs[output.name] = views_of(chain, moved.types), moved.types[chain[-1].name, OUT]
    moved.graph = _without(graph, chain, chain[0].operands[0])


def _without(graph: Graph, chain: list[Node], start: Operand) -> Graph:
    """The graph without the nodes of a chain, whose readers read where it starts."""
    names, last = {node.name for node in chain}, chain[-1].name

    def read(operand: Operand) -> Operand:
        return replace(start, span=operand.span) if operand.value == last else operand

    nodes = [replace(node, operands=tuple(map(read, node.operands))) for node in graph.nodes if node.name not in names]
    loops = [
        replace(
            loop,
            states=tuple(
                replace(one, init=read(one.init) if isinstance(one.init, Operand) else one.init, next=read(one.next))
                for one in loop.states
            ),
            collects=tuple(replace(one, value=read(one.value)) for one in loop.collects),
            scans=tuple(replace(one, sequence=read(one.sequence)) for one in loop.scans),
        )
        for loop in graph.loops
    ]
    outputs = tuple(replace(one, value=read(one.value)) for one in graph.outputs)
    return replace(graph.with_nodes(nodes, loops), outputs=outputs)


def views_of(chain: list[Node], types: Types) -> tuple[View, ...]:
    """What a chain does: a view for each Permute; reshapes are those between the shapes of views."""
    views: list[View] = []
    for node in chain:
        if node.op == "Permute":
            operand = node.operands[0]
            views.append(View(types[operand.value, operand.port].shape, tuple(node.attributes.dims)))
    return tuple(views)


LOWERING = ContractLowering(
    "`Reshape`, `Permute` and `Flatten` directly on an input or an output → the caller's side of the data contract.",
    move,
)
