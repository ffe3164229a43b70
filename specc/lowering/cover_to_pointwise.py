"""A kernel that covers the whole map sees it once: the map reshaped onto channels, and a 1×1 convolution."""

from __future__ import annotations

from dataclasses import replace

from specc.lowering._adapt import is_portable, with_fan
from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site


def matches(site: Site) -> bool:
    if site.op != "Conv2D" or site.is_logical or not site.has_long_kernel:
        return False
    given = site.attributes
    covers = given.kernel_size == site.operand.type.shape[:2] and given.padding == "valid"
    plain = given.groups == 1 and given.dilation_rate == (1, 1) and given.kernel_constraint is None
    return covers and plain and not site.is_shared and is_portable(given, "kernel")


def rewrite(site: Site) -> Value:
    given = site.attributes
    height, width, channels = site.operand.type.shape
    features = height * width * channels
    fan_out = height * width * given.filters  # what Keras counts for a convolution
    attributes = replace(
        given,
        kernel_size=(1, 1),
        strides=(1, 1),
        kernel_initializer=with_fan(given.kernel_initializer, features, fan_out),
    )
    value = site.reshaped(site.operand, (1, 1, features))
    weights = {**site.weights, "kernel": site.weights["kernel"].reshape(1, 1, features, given.filters)}
    return site.add("Conv2D", attributes, value, weights=weights)


LOWERING = Lowering("`Conv2D` whose kernel covers the map → `Reshape`, then a 1×1 `Conv2D`.", matches, rewrite)
