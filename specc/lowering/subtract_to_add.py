"""a - b becomes a + (-1) · b."""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.add import OP as ADD
from specc.ops.rescaling import RescalingAttributes


def matches(site: Site) -> bool:
    return site.op == "Subtract" and not site.is_logical


def rewrite(site: Site) -> Value:
    first, second = site.operands
    negative = site.add("Rescaling", RescalingAttributes(scale=-1.0), second, suffix="_negative")
    return site.add("Add", ADD.attributes(), first, negative)


LOWERING = Lowering("`Subtract` → `Add` of the negated second operand.", matches, rewrite)
