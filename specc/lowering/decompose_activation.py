"""Activations that the target lacks, written with those it has. Each is exact, to rounding."""

from __future__ import annotations

from collections.abc import Callable

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.activation import ActivationAttributes
from specc.ops.add import OP as ADD
from specc.ops.multiply import OP as MULTIPLY
from specc.ops.rescaling import RescalingAttributes
from specc.ops.subtract import OP as SUBTRACT


def _apply(site: Site, activation: str, value: Value, suffix: str) -> Value:
    return site.add("Activation", ActivationAttributes(activation=activation), value, suffix=suffix)


def _scaled(site: Site, value: Value, scale: float, offset: float, suffix: str) -> Value:
    return site.add("Rescaling", RescalingAttributes(scale=scale, offset=offset), value, suffix=suffix)


def _silu(site: Site) -> Value:
    """x · sigmoid(x)"""
    gate = _apply(site, "sigmoid", site.operand, "_gate")
    return site.add("Multiply", MULTIPLY.attributes(), site.operand, gate)


def _hard_gate(site: Site, suffix: str) -> Value:
    """relu6(x + 3) / 6"""
    shifted = _scaled(site, site.operand, 1.0, 3.0, "_shifted")
    return _scaled(site, _apply(site, "relu6", shifted, "_clipped"), 1 / 6, 0.0, suffix)


def _hard_sigmoid(site: Site) -> Value:
    return _hard_gate(site, "")


def _hard_silu(site: Site) -> Value:
    """x · hard_sigmoid(x)"""
    return site.add("Multiply", MULTIPLY.attributes(), site.operand, _hard_gate(site, "_gate"))


def _hard_tanh(site: Site) -> Value:
    """(relu6(6x) - relu6(-6x)) / 6, where one of the two is 0: nothing cancels"""
    high = _apply(site, "relu6", _scaled(site, site.operand, 6.0, 0.0, "_scaled"), "_high")
    low = _apply(site, "relu6", _scaled(site, site.operand, -6.0, 0.0, "_negative"), "_low")
    difference = site.add("Subtract", SUBTRACT.attributes(), high, low, suffix="_difference")
    return _scaled(site, difference, 1 / 6, 0.0, "")


def _tanh_shrink(site: Site) -> Value:
    """x - tanh(x)"""
    negative = _scaled(site, _apply(site, "tanh", site.operand, "_tanh"), -1.0, 0.0, "_negative")
    return site.add("Add", ADD.attributes(), site.operand, negative)


_FORMS: dict[str, Callable[[Site], Value]] = {
    "silu": _silu,
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _hard_silu,
    "hard_tanh": _hard_tanh,
    "tanh_shrink": _tanh_shrink,
}


def matches(site: Site) -> bool:
    return site.op == "Activation" and not site.is_logical and site.attributes.activation in _FORMS


def rewrite(site: Site) -> Value:
    return _FORMS[site.attributes.activation](site)


LOWERING = Lowering(
    "`silu`, `hard_sigmoid`, `hard_silu`, `hard_tanh`, `tanh_shrink` → the activations they are made of.",
    matches,
    rewrite,
)
