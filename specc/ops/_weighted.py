"""Attributes that layers with weights share, and shorthands to declare more of their kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from specc.ops._attributes import Bool, attribute, optional
from specc.ops._base import Attributes, Weight
from specc.ops._keras_objects import (
    ACTIVATION,
    ACTIVITY_REGULARIZER,
    CONSTRAINT,
    GLOROT_UNIFORM,
    INITIALIZER,
    REGULARIZER,
    ZEROS,
    KerasObject,
)


def activation(default: str = "linear") -> Any:
    return attribute(ACTIVATION, default, "Activation of the result.")


def use_bias() -> Any:
    return attribute(Bool(), True, "Whether a bias is added.")


def initializer(what: str, default: KerasObject) -> Any:
    return attribute(INITIALIZER, default, f"Initial {what}.")


def regularizer(what: str) -> Any:
    return attribute(optional(REGULARIZER), None, f"Penalty on the {what}.")


def activity_regularizer() -> Any:
    return attribute(optional(ACTIVITY_REGULARIZER), None, "Penalty on the result.")


def constraint(what: str) -> Any:
    return attribute(optional(CONSTRAINT), None, f"Constraint on the {what}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelAttributes(Attributes):
    """What a layer with a kernel, a bias and an activation takes."""

    activation: str = activation()
    use_bias: bool = use_bias()
    kernel_initializer: KerasObject = initializer("kernel", GLOROT_UNIFORM)
    bias_initializer: KerasObject = initializer("bias", ZEROS)
    kernel_regularizer: KerasObject | None = regularizer("kernel")
    bias_regularizer: KerasObject | None = regularizer("bias")
    activity_regularizer: KerasObject | None = activity_regularizer()
    kernel_constraint: KerasObject | None = constraint("kernel")
    bias_constraint: KerasObject | None = constraint("bias")


def check_weights(attributes: Attributes, ranks: dict[str, int]) -> tuple[str, str] | None:
    """Finds objects that a weight of its rank cannot have; `ranks` go by the weights' names in the attributes."""
    for part, rank in ranks.items():
        start = getattr(attributes, f"{part}_initializer")
        if (start.name == "Identity" and rank != 2) or (start.name == "Orthogonal" and rank < 2):
            return f"{part}_initializer", f"this weight has {_axes(rank)}, and {start.name} makes a matrix"
        if start.name == "Orthogonal" and attributes.dtype == "bfloat16":
            return (
                "dtype",
                f"expected a dtype that Orthogonal can make, found bfloat16; or choose another `{part}_initializer`",
            )
        penalty = getattr(attributes, f"{part}_regularizer", None)
        if penalty is not None and penalty.name == "OrthogonalRegularizer" and rank != 2 and attributes.trainable:
            return f"{part}_regularizer", f"this weight has {_axes(rank)}, and OrthogonalRegularizer is for matrices"
        limit = getattr(attributes, f"{part}_constraint", None)
        if limit is not None and attributes.trainable and not _has_axes(limit, rank):
            axis = limit.argument("axis", 0)
            listed = list(cast("tuple[int, ...]", axis)) if isinstance(axis, tuple) else axis
            return f"{part}_constraint", f"this weight has {_axes(rank)}, and {limit.name} has the `axis` {listed}"
    return None


def _has_axes(constraint: KerasObject, rank: int) -> bool:
    """Whether a weight has the axes along which a constraint computes norms, each named once."""
    if constraint.name == "NonNeg":
        return True
    axis = constraint.argument("axis", 0)
    axes = cast("tuple[int, ...]", axis if isinstance(axis, tuple) else (axis,))
    return all(-rank <= one < rank for one in axes) and len({one % rank for one in axes}) == len(axes)


def _axes(rank: int) -> str:
    return "one axis" if rank == 1 else f"{rank} axes"


def kernel_ranks(attributes: KernelAttributes, kernel: int) -> dict[str, int]:
    return {"kernel": kernel, **({"bias": 1} if attributes.use_bias else {})}


def kernel_and_bias(attributes: KernelAttributes, kernel: tuple[int, ...], bias: int) -> tuple[Weight, ...]:
    """The weights `kernel` and, where there is one, `bias`."""
    found = (Weight("kernel", kernel, attributes.trainable),)
    return (*found, Weight("bias", (bias,), attributes.trainable)) if attributes.use_bias else found
