"""Subtract: the first operand minus the second."""

from __future__ import annotations

from specc.ops._base import Arity
from specc.ops._merge import merge

OP = merge(
    "Subtract", "The first operand minus the second, element by element; axes of size 1 are stretched.", Arity(2, 2)
)
