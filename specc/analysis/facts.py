"""The facts about a node that target constraints speak of: plain numbers and words by name.

Axes are named as TFLite lays them out: batch, height, width, channel. Sizes are those of the first operand (`in_…`)
and the first result (`out_…`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from specc.ir import Node, TensorType
from specc.ir.sizes import is_known
from specc.ops._geometry import same_padding
from specc.ops._keras_objects import KerasObject

Facts = dict[str, Any]
_AXES = ("batch", "height", "width", "channel")
_WINDOWS = ("kernel_size", "pool_size")
GENERAL = (  # of every op; the sizes of maps only where there are maps
    "op", "operands", "rank", "rank_min", "dimensions", "non_singleton", "static", "float32", "same_shape",
    "in_h", "in_w", "in_c", "out_h", "out_w", "out_c",
)  # fmt: skip
WINDOW = (
    "kernel_h", "kernel_w", "kernel", "window", "stride_h", "stride_w", "dilation_h", "dilation_w", "plane", "pad_h",
    "pad_w",
)  # fmt: skip


def has_window(attributes: Any) -> bool:
    """Whether the nodes of an op have the facts of a window: by its attributes, or their class."""
    names = {field.name for field in dataclasses.fields(attributes)}
    return any(name in names for name in _WINDOWS)


def facts(node: Node, operands: Sequence[TensorType], results: Sequence[TensorType]) -> Facts:
    """What constraints may name: `op`, `rank`, `kernel_h`, `stride_w`, `in_c`, `axis`, and every plain attribute."""
    found: Facts = {"op": node.op, "operands": len(operands)}
    found.update(_attributes(node))
    every = (*operands, *results)
    found["rank"] = max((one.rank + 1 for one in every), default=0)
    found["rank_min"] = min((one.rank + 1 for one in every), default=0)
    found["dimensions"] = " and ".join(str(rank) for rank in sorted({one.rank + 1 for one in every}))
    found["non_singleton"] = max((sum(size > 1 for size in one.shape) for one in every), default=0)
    found["static"] = all(is_known(size) for one in every for size in one.shape)
    found["float32"] = all(one.dtype == "float32" for one in every)
    found["same_shape"] = len({one.shape for one in operands}) <= 1
    for prefix, types in (("in", operands), ("out", results)):
        if types and types[0].rank == 3:
            found |= dict(zip((f"{prefix}_h", f"{prefix}_w", f"{prefix}_c"), types[0].shape, strict=True))
    found |= _window(node.attributes, operands)
    axis = getattr(node.attributes, "axis", None)
    if isinstance(axis, int):
        rank = operands[0].rank + 1 if operands else 4
        at = axis + rank if axis < 0 else axis
        found["axis"] = _AXES[at] if rank == 4 and 0 <= at < 4 else f"{at} of {rank}"
    return found


def _attributes(node: Node) -> Facts:
    if node.attributes is None:
        return {}
    found: Facts = {}
    for field in dataclasses.fields(node.attributes):
        value = getattr(node.attributes, field.name)
        if isinstance(value, KerasObject):
            value = value.name
        found[field.name] = value
    return found


def _window(attributes: Any, operands: Sequence[TensorType]) -> Facts:
    """Kernel, stride, dilation and padding of a two-dimensional window."""
    if len(_size(attributes)) != 2 or not operands or operands[0].rank != 3:
        return {}
    found = window_as_written(attributes)
    found |= {"plane": operands[0].shape[0] * operands[0].shape[1], "pad_h": 0, "pad_w": 0}
    if getattr(attributes, "padding", "valid") == "same":
        for at, axis in enumerate("hw"):
            kernel, stride, dilation = (found[f"{name}_{axis}"] for name in ("kernel", "stride", "dilation"))
            found[f"pad_{axis}"] = max(same_padding(operands[0].shape[at], kernel, stride, dilation))
    return found


def window_as_written(attributes: Any) -> Facts:
    """The kernel, strides and dilation of a layer over any number of axes; one axis is the height."""
    size = _size(attributes)
    if not size:
        return {}
    strides: tuple[int, ...] = getattr(attributes, "strides", None) or size
    dilation: tuple[int, ...] = getattr(attributes, "dilation_rate", (1,) * len(size))
    kernel = "x".join(map(str, size))
    found: Facts = {
        "kernel": kernel,
        "window": f"{kernel}s{strides[0]}" + (f"x{strides[-1]}" if strides[0] != strides[-1] else ""),
    }
    for name, values in (("kernel", size), ("stride", strides), ("dilation", dilation)):
        found |= {f"{name}_{axis}": value for axis, value in zip("hw", values, strict=False)}
    return found


def _size(attributes: Any) -> tuple[int, ...]:
    return next((getattr(attributes, name) for name in _WINDOWS if hasattr(attributes, name)), ())
