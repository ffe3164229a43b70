"""Spatial dropouts drop channels, which lie on the last axis of the layout whatever the axes before it are."""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops._dropout import SpatialDropoutAttributes


def matches(site: Site) -> bool:
    return site.op in ("SpatialDropout1D", "SpatialDropout2D") and site.is_logical


def rewrite(site: Site) -> Value:
    given = site.attributes
    attributes = SpatialDropoutAttributes(rate=given.rate, seed=given.seed, dtype=given.dtype)
    return site.add("SpatialDropout2D", attributes, site.canonical(site.operand), logical=site.result)


LOWERING = Lowering("`SpatialDropout1D` and `SpatialDropout2D` → `SpatialDropout2D` on the layout.", matches, rewrite)
