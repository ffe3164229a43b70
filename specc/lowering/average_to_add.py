"""Average becomes a sum scaled by one over the count."""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.add import OP as ADD
from specc.ops.rescaling import RescalingAttributes


def matches(site: Site) -> bool:
    return site.op == "Average" and not site.is_logical


def rewrite(site: Site) -> Value:
    total = site.add("Add", ADD.attributes(), *site.operands, suffix="_sum") if len(site.operands) > 1 else site.operand
    return site.add("Rescaling", RescalingAttributes(scale=1 / len(site.operands)), total)


LOWERING = Lowering("`Average` → `Add`, then `Rescaling` by one over the count.", matches, rewrite)
