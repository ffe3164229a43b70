"""Conv1D becomes a Conv2D with a (k, 1) kernel on (steps, 1, channels); causal padding becomes zeros above."""

from __future__ import annotations

from specc.lowering._adapt import axes_of, common, is_portable
from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops._keras_objects import KerasObject
from specc.ops.conv2d import Conv2DAttributes
from specc.ops.zero_padding2d import ZeroPadding2DAttributes


def matches(site: Site) -> bool:
    return site.op == "Conv1D" and is_portable(site.attributes, "kernel", "bias")


def rewrite(site: Site) -> Value:
    given = site.attributes
    value = site.canonical(site.operand)
    (length,), (stride,), (dilation,) = given.kernel_size, given.strides, given.dilation_rate
    padding = given.padding
    if padding == "causal":
        before = (length - 1) * dilation
        value = site.add("ZeroPadding2D", ZeroPadding2DAttributes(padding=((before, 0), (0, 0))), value, suffix="_pad")
        padding = "valid"
    attributes = Conv2DAttributes(
        filters=given.filters,
        kernel_size=(length, 1),
        strides=(stride, stride),  # equal strides, as devices ask; on a width of 1 the second does nothing
        padding=padding,
        dilation_rate=(dilation, 1),
        groups=given.groups,
        activation=given.activation,
        use_bias=given.use_bias,
        kernel_initializer=given.kernel_initializer,
        bias_initializer=given.bias_initializer,
        kernel_regularizer=given.kernel_regularizer,
        bias_regularizer=given.bias_regularizer,
        activity_regularizer=given.activity_regularizer,
        kernel_constraint=_constraint(given.kernel_constraint),
        bias_constraint=given.bias_constraint,
        **common(given),
    )
    channels = value.type.shape[2] // given.groups
    weights = {**site.weights, "kernel": site.weights["kernel"].reshape(length, 1, channels, given.filters)}
    return site.add("Conv2D", attributes, value, weights=weights, logical=site.result)


def _constraint(constraint: KerasObject | None) -> KerasObject | None:
    """The constraint with its axes counted on (k, 1, channels, filters) instead of (k, channels, filters)."""
    if constraint is None or constraint.name == "NonNeg":
        return constraint
    axes = tuple(one % 3 + 1 if one % 3 else 0 for one in axes_of(constraint))
    others = tuple((key, value) for key, value in constraint.arguments if key != "axis")
    return KerasObject(constraint.module, constraint.name, (*others, ("axis", axes)))


LOWERING = Lowering("`Conv1D` → `Conv2D` with a (k, 1) kernel on (steps, 1, channels).", matches, rewrite)
