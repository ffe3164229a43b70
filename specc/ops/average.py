"""Average: the mean of its operands, element by element."""

from __future__ import annotations

from specc.ops._merge import merge

# Keras averages int32 into float64, whatever the layer's dtype; integers are refused.
OP = merge("Average", "The mean of the operands, element by element; axes of size 1 are stretched.", floats_only=True)
