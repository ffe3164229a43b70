"""Maximum becomes a 2×2 max pool over the operands side by side, which selects and does not compute: exact at any size.

`a + relu(b - a)` would lose the smaller operand to rounding and is NaN at infinities. Minimum is the negated maximum
of the negated operands.
"""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site
from specc.ops.concatenate import ConcatenateAttributes
from specc.ops.max_pooling2d import OP as MAX_POOLING2D
from specc.ops.rescaling import RescalingAttributes

_WINDOW = 4  # operands that one 2×2 pool compares


def matches(site: Site) -> bool:
    return site.op in ("Maximum", "Minimum") and not site.is_logical


def rewrite(site: Site) -> Value:
    is_minimum = site.op == "Minimum"
    operands = [_broadcast(site, value, index) for index, value in enumerate(site.operands, start=1)]
    if is_minimum:
        operands = [_negative(site, value, f"_negative{index}") for index, value in enumerate(operands, start=1)]
    total, *others = operands
    step = 1
    while others:
        group, others = others[: _WINDOW - 1], others[_WINDOW - 1 :]
        suffix = f"_{step}" if others else "_negative" if is_minimum else ""
        total = _largest(site, [total, *group], f"_{step}", suffix)
        step += 1
    return _negative(site, total, "") if is_minimum else total


def _negative(site: Site, value: Value, suffix: str) -> Value:
    return site.add("Rescaling", RescalingAttributes(scale=-1.0), value, suffix=suffix)


def _largest(site: Site, values: list[Value], step: str, suffix: str) -> Value:
    """The largest of two to four values of one shape, each of whose positions becomes one window of the pool."""
    height, width, channels = values[0].type.shape
    window = (values * 2)[:_WINDOW] if len(values) == 2 else (values + values[-1:])[:_WINDOW]
    pool = MAX_POOLING2D.attributes(pool_size=(2, 2), strides=(2, 2))
    if height == width == 1:  # joined as they are, without a reshape
        rows = [_joined(site, window[at : at + 2], 2, f"{step}_row{at // 2 + 1}") for at in (0, 2)]
        return site.add("MaxPooling2D", pool, _joined(site, rows, 1, f"{step}_window"), suffix=suffix)
    joined = _joined(site, window, 3, f"{step}_joined")
    windows = site.reshaped(joined, (height * width * 2, 2, channels), f"{step}_windows")
    if width == 1:  # the pool's result already has the shape
        return site.add("MaxPooling2D", pool, windows, suffix=suffix)
    largest = site.add("MaxPooling2D", pool, windows, suffix=f"{step}_largest")
    return site.reshaped(largest, (height, width, channels), suffix).seen_as(site.result)


def _joined(site: Site, values: list[Value], axis: int, suffix: str) -> Value:
    return site.add("Concatenate", ConcatenateAttributes(axis=axis), *values, suffix=suffix)


def _broadcast(site: Site, value: Value, index: int) -> Value:
    """The value repeated along each axis on which it broadcasts, as a pool does not broadcast."""
    for axis, (size, wanted) in enumerate(zip(value.type.shape, site.result.shape, strict=True), start=1):
        if size != wanted:
            value = _repeated(site, value, axis, wanted, f"_operand{index}_axis{axis}")
    return value


def _repeated(site: Site, value: Value, axis: int, count: int, suffix: str) -> Value:
    if count == 1:
        return value
    half = _repeated(site, value, axis, count // 2, suffix)
    return _joined(site, [half, half, *([value] if count % 2 else [])], axis, f"{suffix}_{count}")


LOWERING = Lowering("`Maximum` and `Minimum` → a 2×2 `MaxPooling2D` over the operands side by side.", matches, rewrite)
