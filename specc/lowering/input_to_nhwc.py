"""An input of features, a sequence or a map becomes four-dimensional; the data contract adapts what is fed."""

from __future__ import annotations

from dataclasses import replace

from specc.lowering._layout import nhwc
from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site


def matches(site: Site) -> bool:
    return site.op == "Input" and site.is_logical and nhwc(site.result.shape) is not None


def rewrite(site: Site) -> Value:
    shape = nhwc(site.result.shape)
    return site.add("Input", replace(site.attributes, shape=shape), logical=site.result)


LOWERING = Lowering(
    "`Input` of any shape up to [height, width, channels] → the same data as (height, width, channels).",
    matches,
    rewrite,
)
