"""ReLU with a slope becomes LeakyReLU; with a cap m it becomes relu(x) - relu(x - m), which is exact."""

from __future__ import annotations

from dataclasses import replace

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.leaky_relu import LeakyReLUAttributes
from specc.ops.rescaling import RescalingAttributes
from specc.ops.subtract import OP as SUBTRACT


def matches(site: Site) -> bool:
    return site.op == "ReLU" and not site.is_logical and site.attributes.threshold == 0


def rewrite(site: Site) -> Value:
    given = site.attributes
    value = site.operand
    uncapped = replace(given, max_value=None, negative_slope=0.0)
    if given.max_value is None:
        return site.add(
            "LeakyReLU", LeakyReLUAttributes(negative_slope=given.negative_slope), value, logical=value.logical
        )
    if given.negative_slope:
        slope = LeakyReLUAttributes(negative_slope=given.negative_slope)
        low = site.add("LeakyReLU", slope, value, suffix="_slope")
    else:
        low = site.add("ReLU", uncapped, value, suffix="_uncapped")
    shifted = site.add("Rescaling", RescalingAttributes(scale=1.0, offset=-given.max_value), value, suffix="_shifted")
    above = site.add("ReLU", uncapped, shifted, suffix="_above")
    return site.add("Subtract", SUBTRACT.attributes(), low, above, logical=value.logical)


LOWERING = Lowering(
    "`ReLU` with a slope → `LeakyReLU`; with a cap → the difference of two plain ones.", matches, rewrite
)
