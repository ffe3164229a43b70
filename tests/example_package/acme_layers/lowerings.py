"""The lowerings: Scale for targets that have no such op."""

from __future__ import annotations

from specc.lowering import Lowering, Site, Value
from specc.ops.depthwise_conv2d import DepthwiseConv2DAttributes


def matches(site: Site) -> bool:
    return site.op == "Scale" and site.result.rank <= 3


def rewrite(site: Site) -> Value:
    """A factor for each channel is a depthwise kernel of 1x1."""
    given, value = site.attributes, site.canonical(site.operand)
    channels = value.type.shape[-1]
    attributes = DepthwiseConv2DAttributes(
        kernel_size=(1, 1),
        use_bias=given.use_offset,
        depthwise_initializer=given.factor_initializer,
        trainable=given.trainable,
    )
    weights = {"kernel": site.weights["factor"].reshape(1, 1, channels, 1)}
    if given.use_offset:
        weights["bias"] = site.weights["offset"]
    return site.add("DepthwiseConv2D", attributes, value, weights=weights, logical=site.result)


SCALE_TO_DEPTHWISE = Lowering("`Scale` → `DepthwiseConv2D` of 1x1.", matches, rewrite)
