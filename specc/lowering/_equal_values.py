"""Which values of a graph a converter may find to be equal, and so compute once.

Loops are unrolled before conversion: a state is its initial value on the first pass, and its next value on the others.
Where in doubt, values count as equal.
"""

from __future__ import annotations

from typing import Any

from specc.ir import Graph, Operand, topology
from specc.ir.graph import OUT, Types

# Ops whose result can be their operand as it is, at inference or with some of their attributes
_IDENTITIES = {
    *("ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "Identity"),
    *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "Activation", "Concatenate", "Cropping2D", "ReLU"),
    *("Rescaling", "Reshape", "Resizing", "UpSampling2D", "ZeroPadding2D"),
}


class EqualValues:
    """Values in classes: two of different classes are never equal."""

    def __init__(self, graph: Graph, types: Types, layers: frozenset[str]) -> None:
        """`layers` are those with weights, which compute something of their own whatever their attributes."""
        self._classes: dict[Any, int] = {}
        self._parents: list[int] = []
        self._joined = True
        order = [graph.by_name[name] for name in topology.flat_order(graph) if graph.by_name[name].op != "Input"]
        while self._joined:  # a class that grows can make the results of other ops equal
            self._joined = False
            for loop in graph.loops:
                for state in loop.states:
                    start = self.of(state.init) if isinstance(state.init, Operand) else self._class(state.init)
                    self._join(self.of(Operand(state.name)), start)
                    self._join(self.of(Operand(state.name)), self.of(state.next))
                for scan in loop.scans:
                    self._join(self.of(Operand(scan.name)), self._class(("scan", self.of(scan.sequence))))
            for node in order:
                operands = sorted(self.of(one) for one in node.operands)
                what = node.layer if node.layer in layers else (node.op, node.attributes)
                result = self.of(Operand(node.name))
                self._join(result, self._class(("result", what, tuple(operands))))
                for one in node.operands if node.op in _IDENTITIES else ():
                    if node.op == "Reshape" or types.get((node.name, OUT)) == types[one.value, one.port]:
                        self._join(result, self.of(one))

    def of(self, operand: Operand) -> int:
        """The number of the value's class."""
        return self._class((operand.value, operand.port))

    def _class(self, key: Any) -> int:
        if key not in self._classes:
            self._classes[key] = len(self._parents)
            self._parents.append(len(self._parents))
        return self._root(self._classes[key])

    def _root(self, one: int) -> int:
        while self._parents[one] != one:
            self._parents[one] = one = self._parents[self._parents[one]]
        return one

    def _join(self, first: int, second: int) -> None:
        first, second = self._root(first), self._root(second)
        if first != second:
            self._parents[max(first, second)] = min(first, second)
            self._joined = True
