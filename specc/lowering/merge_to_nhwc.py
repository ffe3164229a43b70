"""Element-wise merges of features or sequences become the same merges of four-dimensional tensors.

Keras gives operands of fewer axes ones after the batch axis; in the layout that can take a reshape.
"""

from __future__ import annotations

from specc.lowering._layout import nhwc
from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site

MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")


def matches(site: Site) -> bool:
    return site.op in MERGES and site.is_logical and nhwc(site.result.shape) is not None


def rewrite(site: Site) -> Value:
    rank = site.result.rank
    operands: list[Value] = []
    for index, operand in enumerate(site.operands):
        value = site.canonical(operand)
        shape = nhwc((1,) * (rank - value.logical.rank) + value.logical.shape)
        assert shape is not None
        operands.append(site.reshaped(value, shape, f"_operand{index}"))
    return site.add(site.op, site.attributes, *operands, logical=site.result)


LOWERING = Lowering("`Add`, `Subtract`, `Multiply`, `Average`, `Maximum`, `Minimum` on the layout.", matches, rewrite)
