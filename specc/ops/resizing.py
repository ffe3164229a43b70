"""Resizing: a map of another height and width."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _resize
from specc.ops._attributes import Bool, Enum, Float, Int, attribute
from specc.ops._base import Attributes, OpDef, Operands, compute_dtype, need_rank
from specc.ops._dtypes import need_floats
from specc.ops._geometry import layout


@dataclass(frozen=True, slots=True, kw_only=True)
class ResizingAttributes(Attributes):
    height: int = attribute(Int(1), doc="Height of the result.", positional=True)
    width: int = attribute(Int(1), doc="Width of the result.", positional=True)
    interpolation: str = _resize.interpolation("bilinear")
    crop_to_aspect_ratio: bool = attribute(Bool(), False, "Whether to keep the proportions by cutting the longer side.")
    pad_to_aspect_ratio: bool = attribute(Bool(), False, "Whether to keep the proportions by filling the shorter side.")
    fill_mode: str = attribute(Enum("constant"), "constant", "What a side is filled with: `fill_value`.")
    fill_value: float = attribute(Float(), 0.0, "The value that a side is filled with.")
    antialias: bool = attribute(Bool(), False, "Whether to smooth before making smaller.")
    data_format: str | None = _resize.data_format()


def infer(attributes: ResizingAttributes, operands: Operands) -> TensorType:
    """`[any, any, channels]` gives `[height, width, channels]`."""
    operand = operands[0]
    need_rank(operand, 3, "Resizing", layout(2))
    need_floats("Resizing", operand)  # a layer that is called keeps integers, one in a graph makes floats of them
    return TensorType((attributes.height, attributes.width, operand.shape[-1]), compute_dtype(attributes))


def checks(attributes: ResizingAttributes) -> tuple[str, str] | None:
    if attributes.crop_to_aspect_ratio and attributes.pad_to_aspect_ratio:
        return "pad_to_aspect_ratio", "expected `crop_to_aspect_ratio` or `pad_to_aspect_ratio`, found both"
    return None


OP = OpDef(
    name="Resizing",
    doc="A map of another height and width, its elements interpolated.",
    attributes=ResizingAttributes,
    infer=infer,
    checks=checks,
    call_options=(("training", False),),  # Keras' default is True, which BatchNormalization and others inherit
)
