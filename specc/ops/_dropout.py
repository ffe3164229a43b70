"""Layers that drop a share of what they read, in training only: `rate` or `keep_prob`, masks, shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from specc.ir.sizes import may_equal
from specc.ir.types import TensorType
from specc.ops._attributes import Bool, Float, Int, ListOf, attribute, optional
from specc.ops._base import Attributes, Mismatch, Operands, need_rank, unary
from specc.ops._geometry import CHANNELS_LAST, layout

EITHER = ("rate", "keep_prob")


def rate(doc: str) -> Any:
    return attribute(Float(0, 1), doc=doc, positional=True)


def keep_prob() -> Any:
    return attribute(Float(0, 1), None, "The share that is kept, instead of `rate`.", spec_only=True)


def noise_shape() -> Any:
    doc = "The mask's shape, the batch axis first; null for the operand's size."
    return attribute(optional(ListOf(optional(Int(1)))), None, doc)


def seed(of: str) -> Any:
    return attribute(optional(Int(0)), None, f"Seed of the {of}.")


def untrained() -> Any:
    """The attribute `trainable` of layers to which Keras lets nobody give it; they have nothing to train."""
    return attribute(Bool(), True, "Changes nothing.", spec_only=True, trailing=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialDropoutAttributes(Attributes):
    """What spatial dropouts over several axes take."""

    rate: float = rate("The share of channels that are zeroed.")
    keep_prob: float | None = keep_prob()
    data_format: str | None = attribute(optional(CHANNELS_LAST), None, "Where the channels are.")
    seed: int | None = seed("mask")
    trainable: bool = untrained()


def normalize(op: str, given: dict[str, Any]) -> dict[str, Any]:
    """`keep_prob: p` is `rate: 1 - p`."""
    if "keep_prob" not in given:
        if "rate" not in given:
            raise Mismatch(f"{op} needs `rate`", attribute="rate", help="add `rate: 0.5`", code="missing-attribute")
        return given
    rate = round(1 - given["keep_prob"], 12)
    if "rate" in given:
        message = (
            "`rate` and `keep_prob` say the same thing twice"
            if given["rate"] == rate
            else "`rate` and `keep_prob` disagree"
        )
        raise Mismatch(
            message,
            attribute="keep_prob",
            help=f"keep one of them: `keep_prob: {given['keep_prob']:g}` is `rate: {rate:g}`",
            code="conflicting-attributes",
        )
    return {"rate": rate, **{name: value for name, value in given.items() if name != "keep_prob"}}


def masked(attributes: Any, operands: Operands) -> TensorType:
    """The operand as it is, where `noise_shape` fits it."""
    noise: tuple[int | None, ...] | None = attributes.noise_shape
    operand = operands[0]
    if noise is not None and not _fits(noise, operand.shape):
        shown = "[" + ", ".join("null" if size is None else str(size) for size in noise) + "]"
        raise Mismatch(
            f"`noise_shape` {shown} does not fit an operand of {operand}",
            0,
            help="it has the batch axis first, then for each axis null or its size, or 1 for one mask along it",
            attribute="noise_shape",
        )
    return unary(attributes, operands)


def channels_masked(op: str, axes: int, attributes: Attributes, operands: Operands) -> TensorType:
    """The operand as it is, where it has so many spatial axes."""
    need_rank(operands[0], axes + 1, op, layout(axes))
    return unary(attributes, operands)


def not_all(attributes: Any) -> tuple[str, str] | None:
    """Finds a rate of 1, by which some layers divide by zero in training."""
    if attributes.rate < 1:
        return None
    return "rate", f"expected a share below 1, found {attributes.rate:g}: Keras divides by what is kept"


def _fits(noise: tuple[int | None, ...], shape: tuple[int, ...]) -> bool:
    if len(noise) != len(shape) + 1:
        return False
    return all(n in (None, 1) or may_equal(n, size) for n, size in zip(noise[1:], shape, strict=True))
