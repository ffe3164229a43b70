"""A merge of many operands becomes a chain of merges of two, from left to right as Keras computes it."""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site


def matches(site: Site) -> bool:
    return site.op in ("Add", "Multiply", "Maximum", "Minimum") and not site.is_logical and len(site.operands) > 2


def rewrite(site: Site) -> Value:
    first, second, *others = site.operands
    last = len(others)
    value = site.add(site.op, site.attributes, first, second, suffix="_1")
    for index, operand in enumerate(others, start=1):
        value = site.add(site.op, site.attributes, value, operand, suffix=f"_{index + 1}" if index < last else "")
    return value


LOWERING = Lowering("`Add`, `Multiply`, `Maximum`, `Minimum` of many → a chain of twos.", matches, rewrite)
