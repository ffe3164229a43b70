"""Restates losses and metrics of a spec on the tensors that a lowered network outputs, as plain Keras objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from specc.lowering._lowered import Value
from specc.ops._keras_objects import KerasObject

SPARSE = ("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy", "Circle")  # losses of class numbers

_OF_LOGITS = {
    "softmax": ("CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy"),
    "sigmoid": ("BinaryCrossentropy", "BinaryFocalCrossentropy"),
}
_MEANS = {  # of elements: the same over any number of axes
    "BinaryCrossentropy", "BinaryFocalCrossentropy", "Hinge", "Huber", "LogCosh", "MeanAbsoluteError",
    "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson", "SquaredHinge",
}  # fmt: skip
_MATRICES = ("F1Score", "FBetaScore", "R2Score")  # metrics that accept two axes and no others
_BY_RANK = (
    "Accuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
)


def needs_layout(loss: KerasObject) -> bool:
    """Whether a loss has to see an output's last axis as the spec has it, or its number of values."""
    is_mean = loss.argument("reduction", "sum_over_batch_size") in ("sum_over_batch_size", "mean")
    return loss.name not in _MEANS or not is_mean or loss.argument("axis") is not None


def physical_loss(loss: KerasObject, output: Value) -> KerasObject | None:
    """The loss that is the same of the target's output as `loss` is of the spec's; None where Keras has none."""
    if output.views and (output.host is not None or needs_layout(loss)):
        return None
    axes = _axes(output)
    if output.host is not None:
        if loss.name not in _OF_LOGITS.get(output.host, ()) or loss.argument("from_logits"):
            return None
        if loss.argument("axis") not in (None, -1, output.logical.rank):
            return None
        loss = KerasObject(loss.module, loss.name, (("from_logits", True), *loss.arguments))
    if output.type.shape == output.logical.shape:
        return loss
    if loss.name == "Circle" or (axes is None and needs_layout(loss)):
        return None
    axis = loss.argument("axis")
    if axis is None or axes is None:
        return loss
    listed = cast("tuple[int, ...]", axis if isinstance(axis, tuple) else (axis,))
    if any(not -len(axes) <= one < len(axes) for one in listed):
        return None
    moved = tuple(axes[one] for one in listed)
    others = tuple((key, value) for key, value in loss.arguments if key != "axis")
    return KerasObject(loss.module, loss.name, (*others, ("axis", moved if isinstance(axis, tuple) else moved[0])))


def _axes(output: Value) -> list[int] | None:
    """The target's axis for each axis of the spec's shape, the batch axis first; None where axes were joined."""
    logical, physical = output.logical.shape, output.type.shape
    found, at = [0], 0
    for size in logical:
        later: Sequence[int] = physical[at:]
        if size not in later or any(one != 1 for one in later[: later.index(size)]):
            return None
        at += later.index(size) + 1
        found.append(at)
    if any(size != 1 for size in physical[at:]):
        return None
    if found[1:]:
        found[-1] = len(physical)  # channels are last, also where there is one of them
    return found


def is_physical_metric(metric: KerasObject, output: Value) -> bool:
    """Whether a metric is the same of the target's output as it is of the spec's."""
    if output.views:
        return False
    if output.host in ("softmax", "log_softmax") and metric.name in _BY_RANK:
        return True  # the largest stays the largest
    if output.host is not None or output.type.shape[-1:] != output.logical.shape[-1:]:
        return False
    if output.type == output.logical:
        return True
    return metric.name not in _MATRICES and metric.argument("axis") in (None, -1) and not metric.argument("multi_label")
