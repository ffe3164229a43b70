"""BatchNormalization of the last axis works on channels, where the layout puts that axis. Its weights stay."""

from __future__ import annotations

from dataclasses import replace

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site


def matches(site: Site) -> bool:
    last = site.attributes.axis in (-1, site.result.rank) if site.op == "BatchNormalization" else False
    return last and site.is_logical and site.result.rank <= 3


def rewrite(site: Site) -> Value:
    value = site.canonical(site.operand)
    return site.add(site.op, replace(site.attributes, axis=-1), value, weights=site.weights, logical=site.result)


LOWERING = Lowering("`BatchNormalization` over the last axis → over channels.", matches, rewrite)
