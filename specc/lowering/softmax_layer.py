"""A Softmax layer over the last axis is the activation of that name, which later lowerings know."""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.activation import ActivationAttributes


def matches(site: Site) -> bool:
    if site.op != "Softmax" or len(site.operands) > 1:
        return False
    axis = site.attributes.axis
    rank = site.operand.logical.rank
    return rank <= 3 and axis in (-1, rank, (-1,), (rank,))


def rewrite(site: Site) -> Value:
    value = site.canonical(site.operand)
    return site.add("Activation", ActivationAttributes(activation="softmax"), value, logical=site.result)


LOWERING = Lowering("`Softmax` over the last axis → `Activation`.", matches, rewrite)
