"""Maps and volumes made larger or smaller: attributes and shapes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from specc.ir.types import TensorType
from specc.ops._attributes import Enum, PerAxis, attribute, optional
from specc.ops._base import Attributes, need_rank
from specc.ops._dtypes import kept
from specc.ops._geometry import CHANNELS_LAST, layout

_INTERPOLATIONS = Enum(
    "bilinear",
    "nearest",
    "bicubic",
    "lanczos3",
    "lanczos5",
    refused={"area": "Keras has it with TensorFlow only; AveragePooling2D takes the means of whole windows"},
)


def size(axes: int) -> Any:
    return attribute(PerAxis(axes), (2,) * axes, "How many elements each becomes, along each axis.", positional=True)


def interpolation(default: str) -> Any:
    return attribute(_INTERPOLATIONS, default, "How the elements between are made.")


def data_format() -> Any:
    return attribute(optional(CHANNELS_LAST), None, "Where the channels are.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpSamplingAttributes(Attributes):
    """The attributes of UpSampling3D; UpSampling2D replaces the kind that depends on the number of axes."""

    size: tuple[int, ...] = size(3)
    data_format: str | None = data_format()


def enlarged(op: str, factors: tuple[int, ...], attributes: Attributes, operand: TensorType) -> TensorType:
    """`[*spatial, channels]` with each spatial axis so many times as long."""
    need_rank(operand, len(factors) + 1, op, layout(len(factors)))
    *spatial, channels = operand.shape
    sizes = (size * factor for size, factor in zip(spatial, factors, strict=True))
    return TensorType((*sizes, channels), kept(attributes, operand))
