"""Repeated elements of an image become a resize to the nearest one, which TFLite has an operator for."""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.resizing import ResizingAttributes


def matches(site: Site) -> bool:
    given = site.attributes
    return site.op == "UpSampling2D" and not site.is_logical and given.interpolation == "nearest"


def rewrite(site: Site) -> Value:
    height, width, _ = site.result.shape
    attributes = ResizingAttributes(height=height, width=width, interpolation="nearest", dtype=site.attributes.dtype)
    return site.add("Resizing", attributes, site.operand)


LOWERING = Lowering("`UpSampling2D` to the nearest element → `Resizing`.", matches, rewrite)
