"""max(a, b) = a + relu(b - a) and min(a, b) = a - relu(a - b): exact, to rounding."""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.activation import ActivationAttributes
from specc.ops.add import OP as ADD
from specc.ops.subtract import OP as SUBTRACT


def matches(site: Site) -> bool:
    return site.op in ("Maximum", "Minimum") and not site.is_logical and len(site.operands) == 2


def rewrite(site: Site) -> Value:
    first, second = site.operands
    relu = ActivationAttributes(activation="relu")
    if site.op == "Maximum":
        gap = site.add("Subtract", SUBTRACT.attributes(), second, first, suffix="_gap")
        return site.add("Add", ADD.attributes(), first, site.add("Activation", relu, gap, suffix="_excess"))
    gap = site.add("Subtract", SUBTRACT.attributes(), first, second, suffix="_gap")
    return site.add("Subtract", SUBTRACT.attributes(), first, site.add("Activation", relu, gap, suffix="_excess"))


LOWERING = Lowering("`Maximum` and `Minimum` of two → a difference, a relu and a sum.", matches, rewrite)
