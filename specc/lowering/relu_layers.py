"""ReLU with a slope becomes LeakyReLU; with a cap m it becomes relu6(6 / m · x) · m / 6.

Scaling keeps the relative precision of every element; a difference such as `relu(x) - relu(x - m)` would not.
"""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.add import OP as ADD
from specc.ops.leaky_relu import LeakyReLUAttributes
from specc.ops.relu import ReLUAttributes
from specc.ops.rescaling import RescalingAttributes

_SMALLEST, _LARGEST = 1e-6, 1e6  # caps with which the scaling neither overflows nor underflows float32 in practice


def matches(site: Site) -> bool:
    if site.op != "ReLU" or site.is_logical or site.attributes.threshold != 0:
        return False
    cap = site.attributes.max_value
    return cap is None or _SMALLEST <= cap <= _LARGEST


def rewrite(site: Site) -> Value:
    cap, slope = site.attributes.max_value, site.attributes.negative_slope
    value = site.operand
    if cap is None:
        return site.add("LeakyReLU", LeakyReLUAttributes(negative_slope=slope), value, logical=value.logical)
    if not slope:
        return _capped(site, value, cap, "")
    # one of the two is 0, so that the sum is exact
    negative = _scaled(site, value, -1.0, "_negative")
    below = site.add("ReLU", ReLUAttributes(dtype=site.attributes.dtype), negative, suffix="_below")
    parts = _capped(site, value, cap, "_capped"), _scaled(site, below, -slope, "_slope")
    return site.add("Add", ADD.attributes(), *parts, logical=value.logical)


def _capped(site: Site, value: Value, cap: float, suffix: str) -> Value:
    relu6 = ReLUAttributes(max_value=6.0, dtype=site.attributes.dtype)
    if cap == 6:
        return site.add("ReLU", relu6, value, suffix=suffix)
    scaled = _scaled(site, value, 6 / cap, "_scaled")
    clipped = site.add("ReLU", relu6, scaled, suffix="_clipped")
    return _scaled(site, clipped, cap / 6, suffix)


def _scaled(site: Site, value: Value, scale: float, suffix: str) -> Value:
    attributes = RescalingAttributes(scale=scale, dtype=site.attributes.dtype)
    return site.add("Rescaling", attributes, value, suffix=suffix, logical=value.logical)


LOWERING = Lowering("`ReLU` with a slope → `LeakyReLU`; with a cap → a scaled ReLU with the cap 6.", matches, rewrite)
