"""What normalisations share: the learned `gamma` and `beta` as attributes and as weights."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ops._attributes import Bool, Float, attribute
from specc.ops._axes import AXES
from specc.ops._base import Attributes, Weight
from specc.ops._keras_objects import ONES, ZEROS, KerasObject
from specc.ops._weighted import check_weights, constraint, initializer, regularizer


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedAttributes(Attributes):
    axis: int | tuple[int, ...] = attribute(
        AXES, -1, "The axis, or a list of axes, whose elements are normalised together, the batch counted."
    )
    epsilon: float = attribute(Float(0), 0.001, "Added to the variance, so that nothing is divided by 0.")
    center: bool = attribute(Bool(), True, "Whether a learned `beta` is added.")
    scale: bool = attribute(Bool(), True, "Whether a learned `gamma` multiplies.")
    beta_initializer: KerasObject = initializer("beta", ZEROS)
    gamma_initializer: KerasObject = initializer("gamma", ONES)
    beta_regularizer: KerasObject | None = regularizer("beta")
    gamma_regularizer: KerasObject | None = regularizer("gamma")
    beta_constraint: KerasObject | None = constraint("beta")
    gamma_constraint: KerasObject | None = constraint("gamma")

    @property
    def learned(self) -> tuple[str, ...]:
        return tuple(name for name, on in (("gamma", self.scale), ("beta", self.center)) if on)


def learned_weights(attributes: LearnedAttributes, shape: tuple[int, ...]) -> tuple[Weight, ...]:
    return tuple(Weight(name, shape, attributes.trainable) for name in attributes.learned)


def learned_checks(attributes: LearnedAttributes) -> tuple[str, str] | None:
    axes = len(attributes.axis) if isinstance(attributes.axis, tuple) else 1
    return check_weights(attributes, dict.fromkeys(attributes.learned, axes))
