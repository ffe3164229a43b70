"""Attributes carried from a layer to the convolution that replaces it: initializers, constraints, regularizers.

Initializers that scale with the fan are fixed to the fan of the kernel the user wrote; constraints follow its axes.
"""

from __future__ import annotations

import math
from typing import Any

from specc.ops._keras_objects import KerasObject
from specc.ops.activity_regularization import ActivityRegularizationAttributes

_TRUNCATION = 0.87962566103423978  # standard deviation of a unit normal cut at two deviations, as Keras corrects it
_SCALING = {  # name -> (scale, mode, distribution), from keras/src/initializers/random_initializers.py
    "GlorotNormal": (1.0, "fan_avg", "truncated_normal"),
    "GlorotUniform": (1.0, "fan_avg", "uniform"),
    "HeNormal": (2.0, "fan_in", "truncated_normal"),
    "HeUniform": (2.0, "fan_in", "uniform"),
    "LecunNormal": (1.0, "fan_in", "truncated_normal"),
    "LecunUniform": (1.0, "fan_in", "uniform"),
}
_FORK = 1_000_003  # between the seeds of pieces; a prime, so that they meet no other layer's by chance
_WEIGHT_ARGUMENTS = ("trainable", "dtype")


def with_fan(initializer: KerasObject, fan_in: int, fan_out: int) -> KerasObject:
    """An initializer of the same distribution that no longer looks at the kernel's shape."""
    if initializer.name in _SCALING:
        scale, mode, distribution = _SCALING[initializer.name]
    elif initializer.name == "VarianceScaling":
        scale = initializer.argument("scale", 1.0)
        mode = initializer.argument("mode", "fan_in")
        distribution = initializer.argument("distribution", "truncated_normal")
    else:
        return initializer
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / max(1.0, fan)
    seed = tuple((key, value) for key, value in initializer.arguments if key == "seed")
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return KerasObject("initializers", "RandomUniform", (("minval", -limit), ("maxval", limit), *seed))
    if distribution == "untruncated_normal":
        return KerasObject("initializers", "RandomNormal", (("stddev", math.sqrt(variance)), *seed))
    deviation = math.sqrt(variance) / _TRUNCATION
    return KerasObject("initializers", "TruncatedNormal", (("stddev", deviation), *seed))


def of_part(initializer: KerasObject, shape: tuple[int, ...], part: int) -> KerasObject:
    """An initializer of the `part`-th piece, from 0, of a kernel of that shape: the same distribution, other numbers.

    Pieces of an orthogonal kernel are drawn from a normal distribution of the same variance.
    """
    window = math.prod(shape[:-2])
    fan_in, fan_out = shape[-2] * window, shape[-1] * window
    if initializer.name == "Orthogonal":
        deviation = initializer.argument("gain", 1.0) / math.sqrt(max(fan_in, shape[-1]))
        seed = tuple((key, value) for key, value in initializer.arguments if key == "seed")
        initializer = KerasObject("initializers", "RandomNormal", (("stddev", deviation), *seed))
    found = with_fan(initializer, fan_in, fan_out)
    forked = tuple(
        (key, (value + part * _FORK) % 2**31 if key == "seed" and value is not None else value)
        for key, value in found.arguments
    )
    return KerasObject(found.module, found.name, forked)


def axes_of(constraint: KerasObject) -> tuple[int, ...]:
    """The axes of a kernel along which a constraint takes its norms."""
    axis: int | tuple[int, ...] = constraint.argument("axis", 0)
    return axis if isinstance(axis, tuple) else (axis,)


def with_axes(constraint: KerasObject | None, rank: int) -> KerasObject | None:
    """A constraint on an `(inputs, outputs)` kernel, for that kernel with its inputs spread over `rank - 1` axes."""
    if constraint is None or constraint.name == "NonNeg":
        return constraint
    axes: list[int] = []
    for one in axes_of(constraint):
        axes += range(rank - 1) if one in (0, -2) else [rank - 1]
    others = tuple((key, value) for key, value in constraint.arguments if key != "axis")
    return KerasObject(constraint.module, constraint.name, (*others, ("axis", tuple(axes))))


def is_portable(attributes: Any, *weights: str) -> bool:
    """Whether the settings of these weights mean the same on a kernel of another rank."""
    for weight in weights:
        initializer = getattr(attributes, f"{weight}_initializer")
        regularizer = getattr(attributes, f"{weight}_regularizer")
        if initializer.name == "Identity":
            return False  # Keras makes it for matrices only
        if regularizer is not None and regularizer.name == "OrthogonalRegularizer":
            return False
    return True


def common(attributes: Any) -> dict[str, Any]:
    """What every layer takes, to be handed on to each layer that replaces it."""
    return {name: getattr(attributes, name) for name in _WEIGHT_ARGUMENTS}


def penalty_layer(regularizer: KerasObject) -> ActivityRegularizationAttributes | None:
    """The `ActivityRegularization` that adds the same penalty; None where that layer cannot express it."""
    match regularizer.name:
        case "L1":
            return ActivityRegularizationAttributes(l1=regularizer.argument("l1", 0.01))
        case "L2":
            return ActivityRegularizationAttributes(l2=regularizer.argument("l2", 0.01))
        case "L1L2":
            l1, l2 = regularizer.argument("l1", 0.0), regularizer.argument("l2", 0.0)
            return ActivityRegularizationAttributes(l1=l1, l2=l2)
        case _:
            return None
