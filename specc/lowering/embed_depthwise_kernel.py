"""A depthwise kernel that the target lacks is embedded, with zeros, in the next odd square one. Exact."""

from __future__ import annotations

from dataclasses import replace

from specc.lowering._adapt import of_part
from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops._geometry import same_padding
from specc.ops.zero_padding2d import ZeroPadding2DAttributes

_SIZES = (3, 5, 7)


def _size(site: Site) -> int | None:
    return next((size for size in _SIZES if size >= max(site.attributes.kernel_size)), None)


def matches(site: Site) -> bool:
    if site.op != "DepthwiseConv2D" or site.is_logical or not site.violations:
        return False
    given = site.attributes
    fits = _size(site) is not None and given.dilation_rate == (1, 1) and given.depthwise_constraint is None
    return fits and given.kernel_size != (_size(site), _size(site))


def rewrite(site: Site) -> Value:
    given = site.attributes
    size = _size(site)
    assert size is not None
    height, width = given.kernel_size
    pads = [(0, 0), (0, 0)]
    if given.padding == "same":
        shape = site.operand.type.shape[:2]
        pads = [same_padding(n, k, s, 1) for n, k, s in zip(shape, given.kernel_size, given.strides, strict=True)]
    (top, bottom), (left, right) = pads
    grown = ((top, bottom + size - height), (left, right + size - width))
    value = site.add("ZeroPadding2D", ZeroPadding2DAttributes(padding=grown), site.operand, suffix="_pad")
    whole = (height, width, site.operand.type.shape[2], given.depth_multiplier)
    initializer = of_part(given.depthwise_initializer, whole, 0)
    attributes = replace(given, kernel_size=(size, size), padding="valid", depthwise_initializer=initializer)
    rows, columns = (
        _meeting(n, before, stride, results, size)
        for n, before, stride, results in zip(
            site.operand.type.shape[:2], (top, left), given.strides, site.result.shape[:2], strict=True
        )
    )
    meets_data = any(row >= height or column >= width for row in rows for column in columns)
    is_inert = not meets_data and given.depthwise_regularizer is None
    kernel = site.weights["kernel"].pad((0, size - height), (0, size - width), (0, 0), (0, 0), is_inert=is_inert)
    return site.add("DepthwiseConv2D", attributes, value, weights={**site.weights, "kernel": kernel})


def _meeting(length: int, before: int, stride: int, results: int, size: int) -> list[int]:
    """The taps along an axis that meet an element of the map in some window, and not only padding in all of them."""
    return [tap for tap in range(size) if any(0 <= at * stride + tap - before < length for at in range(results))]


LOWERING = Lowering(
    "`DepthwiseConv2D` with a kernel the target lacks → embedded in the next odd square one.", matches, rewrite
)
