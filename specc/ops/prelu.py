"""PReLU: negative elements keep a slope that is learned."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Int, ListOf, OneOf, attribute, optional
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, Weight, guess_same, need_sizes
from specc.ops._dtypes import kept, need_floats
from specc.ops._keras_objects import ZEROS, KerasObject
from specc.ops._weighted import check_weights, constraint, initializer, regularizer


@dataclass(frozen=True, slots=True, kw_only=True)
class PReLUAttributes(Attributes):
    alpha_initializer: KerasObject = initializer("slopes", ZEROS)
    alpha_regularizer: KerasObject | None = regularizer("slopes")
    alpha_constraint: KerasObject | None = constraint("slopes")
    shared_axes: int | tuple[int, ...] | None = attribute(
        # Keras takes negative axes for others than they are
        optional(OneOf(Int(1), ListOf(Int(1)))),
        None,
        "Axes along which one slope holds, counted from 1: [1, 2] for one slope per channel of an image.",
    )


def shared(attributes: PReLUAttributes) -> tuple[int, ...]:
    """The axes that share a slope, counted from 1."""
    axes = attributes.shared_axes
    if axes is None:
        return ()
    return axes if isinstance(axes, tuple) else (axes,)


def infer(attributes: PReLUAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    operand, axes = operands[0], shared(attributes)
    for axis in axes:
        if axis > operand.rank:
            raise Mismatch(
                f"PReLU shares slopes along axis {axis}, which {operand} does not have",
                0,
                help=f"`shared_axes` may name 1 to {operand.rank}" if operand.rank else "leave `shared_axes` out",
                attribute="shared_axes",
            )
    need_floats("PReLU", operand)
    own = [index for index in range(operand.rank) if index + 1 not in axes]
    need_sizes(operand, own, "PReLU", "the axes with slopes of their own")
    problem = check_weights(attributes, {"alpha": operand.rank})
    if problem is not None:
        name, message = problem
        raise Mismatch(message, 0, help=f"change `{name}`", attribute=name, code="bad-value")
    return TensorType(operand.shape, kept(attributes, operand))


def weights(attributes: PReLUAttributes, operands: Operands) -> tuple[Weight, ...]:
    axes = shared(attributes)
    shape = tuple(1 if index in axes else size for index, size in enumerate(operands[0].shape, 1))
    return (Weight("alpha", shape, attributes.trainable),)


OP = OpDef(
    name="PReLU",
    doc="Negative elements are multiplied by a learned slope, one for each element unless axes share them.",
    attributes=PReLUAttributes,
    infer=infer,
    weights=weights,
    guess=guess_same,
)
