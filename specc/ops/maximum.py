"""Maximum: the largest of its operands, element by element."""

from __future__ import annotations

from specc.ops._merge import merge

OP = merge("Maximum", "The largest of the operands, element by element; axes of size 1 are stretched.")
