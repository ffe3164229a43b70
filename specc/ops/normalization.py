"""Normalization: data shifted and scaled by a mean and a variance that the spec gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from specc.ir.types import TensorType
from specc.ops._attributes import Bool, Float, ListOf, OneOf, attribute, optional
from specc.ops._axes import AXES, axis_indexes
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, compute_dtype, guess_same, need_sizes

_NAME = "Normalization"
Numbers: TypeAlias = "float | tuple[Numbers, ...]"


def _nested(least: float | None) -> OneOf:
    """A number, or lists of them for up to three axes."""
    number = Float(least)
    return OneOf(number, ListOf(number, 1), ListOf(ListOf(number, 1), 1), ListOf(ListOf(ListOf(number, 1), 1), 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizationAttributes(Attributes):
    axis: int | tuple[int, ...] | None = attribute(
        optional(AXES), -1, "The axis, or a list of axes, each element of which has a mean of its own; null for none."
    )
    mean: Numbers | None = attribute(
        optional(_nested(None)), None, "What is subtracted: a number, or a list with one for each element of `axis`."
    )
    variance: Numbers | None = attribute(
        optional(_nested(0)), None, "The square of what is divided by, in the shape of `mean`."
    )
    invert: bool = attribute(Bool(), False, "Whether normalised data is turned back instead.")


def _shape(numbers: Numbers) -> tuple[int, ...] | None:
    """The shape of nested lists; None where they are ragged."""
    if not isinstance(numbers, tuple):
        return ()
    inner = {_shape(one) for one in numbers}
    first = inner.pop()
    return None if inner or first is None else (len(numbers), *first)


def _axes(attributes: NormalizationAttributes) -> tuple[int, ...]:
    axis = attributes.axis
    return axis if isinstance(axis, tuple) else () if axis is None else (axis,)


def checks(attributes: NormalizationAttributes) -> tuple[str, str] | None:
    given = {"mean": attributes.mean, "variance": attributes.variance}
    missing = next((name for name, value in given.items() if value is None), None)
    if missing is not None:
        return missing, f"{_NAME} needs `mean` and `variance`, numbers in the spec: nothing adapts it to data later"
    mean, variance = (_shape(cast(Numbers, value)) for value in given.values())
    if mean is None or variance is None:
        return ("mean" if mean is None else "variance"), "expected inner lists of one length"
    if mean != variance:
        return "variance", f"expected numbers in the shape of `mean`, {list(mean)}, found {list(variance)}"
    axes = len(_axes(attributes))
    if len(mean) > axes:
        return "mean", f"expected lists nested no deeper than there are axes in `axis`, {axes}, found {len(mean)}"
    return None


def infer(attributes: NormalizationAttributes, operands: Operands) -> TensorType:
    """Keeps the shape; integers become floats."""
    operand = operands[0]
    places = sorted(axis_indexes(_NAME, _axes(attributes), operand))
    need_sizes(operand, places, _NAME, "the axes of its means")
    shape = _shape(attributes.mean) if attributes.mean is not None else ()
    _need_fit(operand, places, shape or ())
    return TensorType(operand.shape, compute_dtype(attributes))


def _need_fit(operand: TensorType, places: Sequence[int], shape: tuple[int, ...]) -> None:
    """Raises unless the means, of this shape, go with the kept axes, the last with the last."""
    for size, place in zip(reversed(shape), reversed(places), strict=False):
        if size not in (1, operand.shape[place]):
            raise Mismatch(
                f"{_NAME} has {size} means for an axis of {operand.shape[place]}, found {operand}",
                0,
                help="give one number, or one for each element of the axis",
                attribute="mean",
            )


OP = OpDef(
    name=_NAME,
    doc="Data minus `mean`, divided by the root of `variance`; or, with `invert`, back again.",
    attributes=NormalizationAttributes,
    infer=infer,
    guess=guess_same,
    checks=checks,
)
