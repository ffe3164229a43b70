"""Reshape becomes the static reshape between the two shapes' places in the layout, or nothing where they are one."""

from __future__ import annotations

from specc.lowering._layout import nhwc
from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site


def matches(site: Site) -> bool:
    return site.op == "Reshape" and site.is_logical and nhwc(site.result.shape) is not None


def rewrite(site: Site) -> Value:
    shape = nhwc(site.result.shape)
    assert shape is not None
    return site.reshaped(site.operand, shape, "").seen_as(site.result)


LOWERING = Lowering("`Reshape` → the static reshape between both shapes in the layout.", matches, rewrite)
