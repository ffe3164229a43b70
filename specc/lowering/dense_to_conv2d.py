"""Dense becomes a convolution that covers what it reads: 1×1 on features, H×W without padding on a flattened map."""

from __future__ import annotations

from specc.lowering._adapt import common, is_portable, with_axes, with_fan
from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.conv2d import Conv2DAttributes


def matches(site: Site) -> bool:
    return (
        site.op == "Dense"
        and site.attributes.lora_rank is None
        and site.operand.logical.rank <= 3
        and is_portable(site.attributes, "kernel", "bias")
    )


def rewrite(site: Site) -> Value:
    given = site.attributes
    value = site.operand
    if site.is_shared or value.logical.rank > 1:
        value = site.canonical(value)
    window = value.type.shape[:2] if value.logical.rank == 1 else (1, 1)
    channels, units = value.type.shape[2], given.units
    features = window[0] * window[1] * channels
    initializer = given.kernel_initializer
    if window != (1, 1):
        initializer = with_fan(initializer, features, units)
    attributes = Conv2DAttributes(
        filters=units,
        kernel_size=window,
        activation=given.activation,
        use_bias=given.use_bias,
        kernel_initializer=initializer,
        bias_initializer=given.bias_initializer,
        kernel_regularizer=given.kernel_regularizer,
        bias_regularizer=given.bias_regularizer,
        activity_regularizer=given.activity_regularizer,
        kernel_constraint=with_axes(given.kernel_constraint, 4),
        bias_constraint=given.bias_constraint,
        **common(given),
    )
    weights = {name: one for name, one in site.weights.items() if name != "kernel"}
    weights["kernel"] = site.weights["kernel"].reshape(*window, channels, units)
    return site.add("Conv2D", attributes, value, weights=weights, logical=site.result)


LOWERING = Lowering("`Dense` → `Conv2D` with a 1×1 kernel, or an H×W kernel on a flattened map.", matches, rewrite)
