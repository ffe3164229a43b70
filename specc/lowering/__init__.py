"""Rewrites a graph until a target takes every node. A bare file name is a lowering; `_` marks the engine."""

from specc.lowering._lowered import Lowered, Value, View
from specc.lowering._pattern import ContractLowering, GraphLowering, Lowering, Site
from specc.lowering._rewriter import lower
from specc.lowering._weights import Pad, Reshape, Slice, Step, WeightSource, WeightTransform

__all__ = [
    "ContractLowering",
    "GraphLowering",
    "Lowered",
    "Lowering",
    "Pad",
    "Reshape",
    "Site",
    "Slice",
    "Step",
    "Value",
    "View",
    "WeightSource",
    "WeightTransform",
    "lower",
]
