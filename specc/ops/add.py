"""Add: the sum of its operands, element by element."""

from __future__ import annotations

from specc.ops._merge import merge

OP = merge("Add", "The sum of the operands, element by element; axes of size 1 are stretched.")
