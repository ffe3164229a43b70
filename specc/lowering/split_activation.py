"""An activation that the target lacks is taken out of its layer, so that it can be lowered by itself."""

from __future__ import annotations

from dataclasses import replace

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.activation import ActivationAttributes


def matches(site: Site) -> bool:
    return site.op != "Activation" and not site.is_logical and site.has_foreign_activation


def rewrite(site: Site) -> Value:
    given = site.attributes
    linear = site.add(site.op, replace(given, activation="linear"), *site.operands, weights=site.weights, final=False)
    activation = ActivationAttributes(activation=given.activation)
    return site.add("Activation", activation, linear, suffix=f"_{given.activation}", final=site.is_final)


LOWERING = Lowering(
    "A layer with an activation the target lacks → the layer without it, then `Activation`.", matches, rewrite
)
