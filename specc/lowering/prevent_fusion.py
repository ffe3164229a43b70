"""Keeps the TFLite converter from fusing layers into operators or weights that the target does not expect.

The converter multiplies a constant factor next to a convolution into its kernel, which stores the kernel of a shared
layer once more, and it turns `x · relu6(x + 3) / 6` into HARD_SWISH, however it is written. A 1×1 max pool between the
two, which is exact, prevents both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from specc.ir import Graph, Node, Operand
from specc.lowering._barriers import Barriers
from specc.lowering._lowered import Lowered
from specc.lowering._pattern import GraphLowering

_KERNELS = ("Conv2D", "Conv2DTranspose", "DepthwiseConv2D")
_FACTORS = ("Average", "BatchNormalization", "Rescaling")  # multiply by constants
# What the converter removes or looks through: layers of training, and moved elements
_TRANSPARENT = {
    *("ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "Identity"),
    *("SpatialDropout2D", "Reshape", "Concatenate", "ZeroPadding2D", "Cropping2D"),
}


def rewrite(lowered: Lowered, step: str) -> Lowered:
    fused, barriers = _Fusions(lowered.graph), Barriers(lowered, step)
    nodes: list[Node] = []
    for node in lowered.graph.nodes:
        operands = [barriers.before(node, one) if fused.are_joined(one, node) else one for one in node.operands]
        nodes.append(replace(node, operands=tuple(operands)))
    return barriers.result(nodes)


class _Fusions:
    """Which neighbours the converter would join."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.unlike = self._unlike()

    def are_joined(self, operand: Operand, node: Node) -> bool:
        """Whether a pool has to separate a node from what it reads."""
        sources = list(self.sources(operand))
        if node.layer in self.unlike:
            return any(one.op in _FACTORS for one in sources)
        if node.op in _FACTORS:
            return any(one.layer in self.unlike or self.is_gate(one) for one in sources)
        return node.op == "Multiply" and any(self.is_gate(one) for one in sources)

    def _unlike(self) -> set[str]:
        """The shared layers whose calls have other factors next to them: each would be stored with its own."""
        neighbours: dict[str, set[Any]] = {node.name: set() for node in self.graph.nodes if node.op in _KERNELS}
        for node in self.graph.nodes:
            for operand in node.operands if node.op in _FACTORS else ():
                # what follows a state follows the last pass in another way than the others
                after = "state" if operand.value in self.graph.states else "after"
                for one in self.sources(operand):
                    if one.name in neighbours:
                        neighbours[one.name].add((after, _factor(node)))
        unlike: set[str] = set()
        seen: dict[str, set[Any]] = {}
        for node in self.graph.nodes:
            if node.name not in neighbours:
                continue
            before = {_factor(one) for one in self.sources(node.operands[0])}
            around = {*neighbours[node.name], *(("before", one) for one in before if one is not None)}
            if len(before) > 1 or "state" in [place for place, _ in around]:
                unlike.add(node.layer)
            if seen.setdefault(node.layer, around) != around:
                unlike.add(node.layer)
        return unlike

    def is_gate(self, node: Node) -> bool:
        """Whether a node is relu6(x + 3)."""
        is_relu6 = node.op == "Activation" and node.attributes.activation == "relu6"
        is_relu6 = is_relu6 or (node.op == "ReLU" and node.attributes.max_value == 6)
        return is_relu6 and any(
            one.op == "Rescaling" and one.attributes.offset == 3 for one in self.sources(node.operands[0])
        )

    def sources(self, operand: Operand) -> Iterator[Node]:
        """The nodes whose result an operand may be, through states and what leaves values as they are."""
        waiting, seen = [operand], set[Operand]()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if one.value in self.graph.states:
                state = self.graph.states[one.value][1]
                waiting += [state.next, *([state.init] if isinstance(state.init, Operand) else [])]
            elif one.value in self.graph.by_name:
                node = self.graph.by_name[one.value]
                is_linear = node.op == "Activation" and node.attributes.activation == "linear"
                if node.op in _TRANSPARENT or is_linear:
                    waiting += node.operands
                else:
                    yield node


def _factor(node: Node) -> Any:
    """What a node multiplies by; None for other nodes."""
    if node.op not in _FACTORS:
        return None
    return node.layer if node.op == "BatchNormalization" else (node.op, node.attributes)


LOWERING = GraphLowering(
    "Factors next to shared convolutions, and `relu6(x + 3) / 6` → kept apart by `MaxPooling2D` layers of 1×1.",
    rewrite,
)
