"""Dilated convolutions of one value and one dilation read it through 1×1 max pools, each through another number.

TensorFlow writes a dilated convolution as SPACE_TO_BATCH_ND, CONV_2D, BATCH_TO_SPACE_ND, and its converter folds the
three into one only while nothing else reads the first of them. Two such convolutions of one value would share it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from specc.ir import Node
from specc.lowering._barriers import Barriers
from specc.lowering._equal_values import EqualValues
from specc.lowering._lowered import Lowered
from specc.lowering._pattern import GraphLowering

_OPS = ("Conv2D", "DepthwiseConv2D")


def _is_dilated(node: Node) -> bool:
    return node.op in _OPS and max(node.attributes.dilation_rate) > 1


def rewrite(lowered: Lowered, step: str) -> Lowered:
    graph = lowered.graph
    if sum(map(_is_dilated, graph.nodes)) < 2:
        return lowered
    equal = EqualValues(graph, lowered.types, frozenset(one.layer for one in lowered.weights))
    readers: Counter[Any] = Counter()
    barriers = Barriers(lowered, step)
    nodes: list[Node] = []
    for node in graph.nodes:
        if _is_dilated(node):
            (operand,) = node.operands
            group = equal.of(operand), node.attributes.dilation_rate
            for _ in range(readers[group]):
                operand = barriers.before(node, operand)
            readers[group] += 1
            node = replace(node, operands=(operand,))
        nodes.append(node)
    return barriers.result(nodes)


LOWERING = GraphLowering(
    "Dilated convolutions of one value → each reads it through `MaxPooling2D` layers of 1×1, so that converters keep "
    "them apart.",
    rewrite,
)
