"""The folded graph: frozen rows of nodes, states and loops. Loops are folded: a body stands once."""

from specc.ir.graph import Collect, Fill, Graph, Init, Loop, Node, Operand, Output, Scan, Scope, State
from specc.ir.origin import Origin
from specc.ir.types import TensorType, elements, show_shape

__all__ = [
    "Collect",
    "Fill",
    "Graph",
    "Init",
    "Loop",
    "Node",
    "Operand",
    "Origin",
    "Output",
    "Scan",
    "Scope",
    "State",
    "TensorType",
    "elements",
    "show_shape",
]
