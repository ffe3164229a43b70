"""Dropout: zeroes a share of the elements, in training only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from specc.ir.types import TensorType
from specc.ops._attributes import Float, Int, ListOf, attribute, optional
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, guess_same, unary


@dataclass(frozen=True, slots=True, kw_only=True)
class DropoutAttributes(Attributes):
    rate: float = attribute(Float(0, 1), doc="The share of elements that are zeroed.", positional=True)
    keep_prob: float | None = attribute(Float(0, 1), None, "The share that is kept, instead of `rate`.", spec_only=True)
    noise_shape: tuple[int | None, ...] | None = attribute(
        optional(ListOf(optional(Int(1)))), None, "The mask's shape, the batch axis first; null for the operand's size."
    )
    seed: int | None = attribute(optional(Int(0)), None, "Seed of the mask.")


def normalize(given: dict[str, Any]) -> dict[str, Any]:
    """`keep_prob: p` is `rate: 1 - p`."""
    if "keep_prob" not in given:
        if "rate" not in given:
            raise Mismatch("Dropout needs `rate`", attribute="rate", help="add `rate: 0.5`", code="missing-attribute")
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


def infer(attributes: DropoutAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    noise, operand = attributes.noise_shape, operands[0]
    if noise is not None:
        fits = len(noise) == operand.rank + 1
        if not fits or any(n not in (None, 1, size) for n, size in zip(noise[1:], operand.shape, strict=True)):
            shown = "[" + ", ".join("null" if size is None else str(size) for size in noise) + "]"
            raise Mismatch(
                f"`noise_shape` {shown} does not fit an operand of {operand}",
                0,
                help="it has the batch axis first, then for each axis null or its size, or 1 for one mask along it",
                attribute="noise_shape",
            )
    return unary(attributes, operands)


OP = OpDef(
    name="Dropout",
    doc="In training, zeroes a random share of the elements and scales up the others; nothing otherwise.",
    attributes=DropoutAttributes,
    infer=infer,
    guess=guess_same,
    inference_identity=True,
    normalize=normalize,
    either=("rate", "keep_prob"),
)
