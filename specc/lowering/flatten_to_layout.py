"""Flatten becomes nothing: a flattened map keeps lying as a map until something has to see it as a vector."""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site


def matches(site: Site) -> bool:
    return site.op == "Flatten"


def rewrite(site: Site) -> Value:
    return site.operand.seen_as(site.result)


LOWERING = Lowering("`Flatten` → no node: the same elements seen as a vector.", matches, rewrite)
