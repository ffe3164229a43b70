"""Dilated convolutions of one value and one dilation read it through 1×1 max pools, each through another number.

TensorFlow writes a dilated convolution as SPACE_TO_BATCH_ND, CONV_2D, BATCH_TO_SPACE_ND, and its converter folds the
three into one only while nothing else reads the first of them. Two such convolutions of one value would share it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from specc.ir import Node, Operand
from specc.ir.graph import OUT
from specc.lowering._equal_values import EqualValues
from specc.lowering._lowered import Lowered
from specc.lowering._pattern import GraphLowering
from specc.ops.max_pooling2d import OP as MAX_POOLING2D

_OPS = ("Conv2D", "DepthwiseConv2D")


def _is_dilated(node: Node) -> bool:
    return node.op in _OPS and max(node.attributes.dilation_rate) > 1


def rewrite(lowered: Lowered, step: str) -> Lowered:
    graph = lowered.graph
    if sum(map(_is_dilated, graph.nodes)) < 2:
        return lowered
    equal = EqualValues(graph, lowered.types, frozenset(one.layer for one in lowered.weights))
    readers: Counter[Any] = Counter()
    types = dict(lowered.types)
    taken = {*graph.by_name, *graph.states, *graph.scans, *graph.collects}
    pool = MAX_POOLING2D.attributes(pool_size=(1, 1), strides=(1, 1))
    nodes: list[Node] = []
    pools: dict[str, list[str]] = {}  # of each convolution
    for node in graph.nodes:
        if _is_dilated(node):
            (operand,) = node.operands
            group = equal.of(operand), node.attributes.dilation_rate
            for _ in range(readers[group]):
                name = _fresh(f"{node.name}_input", taken)
                origin = node.origin.through(step)
                nodes.append(Node(name, "MaxPooling2D", pool, (replace(operand, span=None),), origin))
                types[name, OUT] = types[operand.value, operand.port]
                pools.setdefault(node.name, []).append(name)
                operand = Operand(name, span=operand.span)
            readers[group] += 1
            node = replace(node, operands=(operand,))
        nodes.append(node)
    loops = [
        replace(loop, body=tuple(one for name in loop.body for one in (*pools.get(name, ()), name)))
        for loop in graph.loops
    ]
    return replace(lowered, graph=graph.with_nodes(nodes, loops), types=types)


def _fresh(base: str, taken: set[str]) -> str:
    name, count = base, 2
    while name in taken:
        name = f"{base}_{count}"
        count += 1
    taken.add(name)
    return name


LOWERING = GraphLowering(
    "Dilated convolutions of one value → each reads it through `MaxPooling2D` layers of 1×1, so that converters keep "
    "them apart.",
    rewrite,
)
