"""The words that a target file may use: limits that lowerings ask for, and facts that constraints speak of."""

from __future__ import annotations

import dataclasses
from functools import cache

from specc.analysis.facts import GENERAL, WINDOW, has_window
from specc.ops import _registry as registry

LIMITS = ("kernel", "inputs", "outputs")


@cache
def facts_of(op: str | None) -> frozenset[str]:
    """The facts about the nodes of an op; with None, those of any of specc's own, for constraints on all nodes.

    A package is imported only where something names one of its ops.
    """
    if op is None:
        return frozenset(fact for one in registry.all_ops() for fact in facts_of(one.name))
    found = registry.find(op)
    if found is None:
        return frozenset(GENERAL)
    attributes = {field.name for field in dataclasses.fields(found.attributes)}
    return frozenset({*GENERAL, *attributes, *(WINDOW if has_window(found.attributes) else ())})
