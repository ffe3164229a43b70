"""1×1 max pools between layers, which select one element and so change nothing: converters do not look through them."""

from __future__ import annotations

from dataclasses import replace

from specc.ir import Node, Operand
from specc.ir.graph import OUT
from specc.lowering._lowered import Lowered
from specc.ops.max_pooling2d import OP as MAX_POOLING2D

_POOL = MAX_POOLING2D.attributes(pool_size=(1, 1), strides=(1, 1))


class Barriers:
    """A lowered graph to whose nodes pools are added."""

    def __init__(self, lowered: Lowered, step: str) -> None:
        self.lowered, self.step = lowered, step
        graph = lowered.graph
        self.types = dict(lowered.types)
        self.taken = {*graph.by_name, *graph.states, *graph.scans, *graph.collects}
        self.pools: dict[str, list[Node]] = {}  # before each node

    def before(self, node: Node, operand: Operand) -> Operand:
        """Puts one more pool between a node and what it reads; the node then reads what is returned."""
        name = self.fresh(f"{node.name}_input")
        origin = node.origin.through(self.step)
        pool = Node(name, "MaxPooling2D", _POOL, (replace(operand, span=None),), origin)
        self.types[name, OUT] = self.types[operand.value, operand.port]
        self.pools.setdefault(node.name, []).append(pool)
        return Operand(name, span=operand.span)

    def fresh(self, base: str) -> str:
        name, count = base, 2
        while name in self.taken:
            name = f"{base}_{count}"
            count += 1
        self.taken.add(name)
        return name

    def result(self, nodes: list[Node]) -> Lowered:
        """The graph of these nodes, each after its pools."""
        graph = self.lowered.graph
        loops = [
            replace(loop, body=tuple(each for name in loop.body for each in (*self.named(name), name)))
            for loop in graph.loops
        ]
        every = [each for node in nodes for each in (*self.pools.get(node.name, ()), node)]
        return replace(self.lowered, graph=graph.with_nodes(every, loops), types=self.types)

    def named(self, node: str) -> list[str]:
        return [pool.name for pool in self.pools.get(node, ())]
