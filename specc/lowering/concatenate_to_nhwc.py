"""Concatenate joins along the axis of the layout on which its own axis lies."""

from __future__ import annotations

from dataclasses import replace

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site


def _axis(site: Site) -> int:
    """The axis of the layout, the batch counted: features lie last, steps first."""
    rank = site.result.rank
    axis = site.attributes.axis
    index = axis - 1 if axis > 0 else axis + rank
    return -1 if index == rank - 1 else index + 1


def matches(site: Site) -> bool:
    return site.op == "Concatenate" and site.is_logical and site.result.rank <= 3


def rewrite(site: Site) -> Value:
    operands = [site.canonical(operand) for operand in site.operands]
    return site.add("Concatenate", replace(site.attributes, axis=_axis(site)), *operands, logical=site.result)


LOWERING = Lowering("`Concatenate` along channels or height of the layout.", matches, rewrite)
