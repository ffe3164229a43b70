"""Global pooling keeps its two axes of one, so that its result stays four-dimensional."""

from __future__ import annotations

from dataclasses import replace

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site


def matches(site: Site) -> bool:
    return site.op == "GlobalAveragePooling2D" and not site.attributes.keepdims


def rewrite(site: Site) -> Value:
    return site.add(site.op, replace(site.attributes, keepdims=True), site.operand, logical=site.result)


LOWERING = Lowering("`GlobalAveragePooling2D` → the same with `keepdims`.", matches, rewrite)
