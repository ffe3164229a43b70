"""A kernel longer than the target's limit becomes a sum of shorter ones over shifted slices of the padded map."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from specc.lowering._adapt import of_part
from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops._geometry import same_padding
from specc.ops.activation import ActivationAttributes
from specc.ops.add import OP as ADD
from specc.ops.cropping2d import Cropping2DAttributes
from specc.ops.zero_padding2d import ZeroPadding2DAttributes

_MOST = 256  # a sum of more convolutions than this is no network that anyone runs


def matches(site: Site) -> bool:
    if site.op != "Conv2D" or site.is_logical or not site.has_long_kernel:
        return False
    limit = site.rewriter.target.limits.get("kernel")
    if not limit:
        return False
    pieces = math.prod(-(-length // limit) for length in site.attributes.kernel_size)
    return site.attributes.kernel_constraint is None and pieces <= _MOST


def _pieces(length: int, limit: int) -> list[tuple[int, int]]:
    """Taps `start` to `stop` of each piece, as even as they come."""
    count = -(-length // limit)
    edges = [round(index * length / count) for index in range(count + 1)]
    return list(pairwise(edges))


def rewrite(site: Site) -> Value:
    given = site.attributes
    limit = site.rewriter.target.limits["kernel"]
    value = _padded(site)
    height, width, channels = value.type.shape
    rows, columns, _ = site.result.shape
    kernel_h, kernel_w = given.kernel_size
    whole = (kernel_h, kernel_w, channels // given.groups, given.filters)
    total: Value | None = None
    pieces = [(h, w) for h in _pieces(kernel_h, limit) for w in _pieces(kernel_w, limit)]
    for index, ((top, bottom), (left, right)) in enumerate(pieces, start=1):
        is_first = index == 1
        below = _crop(top, bottom, rows, given.strides[0], given.dilation_rate[0], height)
        beside = _crop(left, right, columns, given.strides[1], given.dilation_rate[1], width)
        part = value
        if any((*below, *beside)):
            part = site.add(
                "Cropping2D", Cropping2DAttributes(cropping=(below, beside)), value, suffix=f"_slice{index}"
            )
        attributes = replace(
            given,
            kernel_size=(bottom - top, right - left),
            padding="valid",
            activation="linear",
            use_bias=given.use_bias and is_first,
            kernel_initializer=of_part(given.kernel_initializer, whole, index - 1),
        )
        weights = {"kernel": site.weights["kernel"].slice(0, top, bottom).slice(1, left, right)}
        if attributes.use_bias:
            weights["bias"] = site.weights["bias"]
        one = site.add("Conv2D", attributes, part, suffix=f"_part{index}", weights=weights)
        total = one if total is None else site.add("Add", ADD.attributes(), total, one, suffix=f"_sum{index}")
    assert total is not None
    if given.activation == "linear":
        return total
    return site.add(
        "Activation",
        ActivationAttributes(activation=given.activation),
        total,
        suffix="_activation",
        final=site.is_final,
    )


def _padded(site: Site) -> Value:
    given = site.attributes
    if given.padding == "valid":
        return site.operand
    rows, columns = (
        same_padding(size, kernel, stride, rate)
        for size, kernel, stride, rate in zip(
            site.operand.type.shape[:2], given.kernel_size, given.strides, given.dilation_rate, strict=True
        )
    )
    return site.add("ZeroPadding2D", ZeroPadding2DAttributes(padding=(rows, columns)), site.operand, suffix="_pad")


def _crop(start: int, stop: int, results: int, stride: int, dilation: int, size: int) -> tuple[int, int]:
    """What to cut before and after an axis so that a piece sees just what its taps saw in the whole kernel."""
    before = start * dilation
    seen = (results - 1) * stride + (stop - start - 1) * dilation + 1
    return before, size - before - seen


LOWERING = Lowering("`Conv2D` with a kernel above the limit → a sum of `Conv2D`s over slices.", matches, rewrite)
