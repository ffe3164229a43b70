"""BatchNormalization: each channel shifted and scaled to mean 0 and deviation 1, then by learned numbers."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Bool, Float, attribute, optional
from specc.ops._axes import Axis, axis_index
from specc.ops._base import Attributes, OpDef, Operands, Weight, compute_dtype, guess_same, need_sizes
from specc.ops._keras_objects import ONES, ZEROS, KerasObject
from specc.ops._settings import Settings, SettingsOf
from specc.ops._weighted import check_weights, constraint, initializer, regularizer

CLIPPING = SettingsOf({"rmax": Float(), "rmin": Float(), "dmax": Float(0)})


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNormalizationAttributes(Attributes):
    axis: int = attribute(Axis(), -1, "The channel axis, the batch counted: 1 is the first axis, -1 the last.")
    momentum: float = attribute(Float(0, 1), 0.99, "How slowly the moving statistics follow the batches.")
    epsilon: float = attribute(Float(0), 0.001, "Added to the variance, so that nothing is divided by 0.")
    center: bool = attribute(Bool(), True, "Whether a learned `beta` is added.")
    scale: bool = attribute(Bool(), True, "Whether a learned `gamma` multiplies.")
    beta_initializer: KerasObject = initializer("beta", ZEROS)
    gamma_initializer: KerasObject = initializer("gamma", ONES)
    moving_mean_initializer: KerasObject = initializer("moving mean", ZEROS)
    moving_variance_initializer: KerasObject = initializer("moving variance", ONES)
    beta_regularizer: KerasObject | None = regularizer("beta")
    gamma_regularizer: KerasObject | None = regularizer("gamma")
    beta_constraint: KerasObject | None = constraint("beta")
    gamma_constraint: KerasObject | None = constraint("gamma")
    renorm: bool = attribute(Bool(), False, "Whether training corrects a batch's statistics by the moving ones.")
    renorm_clipping: Settings | None = attribute(
        optional(CLIPPING), None, "Limits of that correction: `rmax`, `rmin`, `dmax`."
    )
    renorm_momentum: float = attribute(
        Float(0, 1), 0.99, "How slowly the statistics for that correction follow the batches."
    )
    synchronized: bool = attribute(Bool(), False, "Whether replicas share their batch statistics.")


def infer(attributes: BatchNormalizationAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    axis = axis_index("BatchNormalization", attributes.axis, operands[0])
    need_sizes(operands[0], [axis], "BatchNormalization", "the channels")
    return TensorType(operands[0].shape, compute_dtype(attributes))


def _learned(attributes: BatchNormalizationAttributes) -> list[str]:
    return [name for name, on in (("gamma", attributes.scale), ("beta", attributes.center)) if on]


def weights(attributes: BatchNormalizationAttributes, operands: Operands) -> tuple[Weight, ...]:
    shape = (operands[0].shape[axis_index("BatchNormalization", attributes.axis, operands[0])],)
    moving = ["moving_mean", "moving_variance"]
    if attributes.renorm:
        moving += ["moving_stddev", "renorm_mean", "renorm_stddev"]
    return (
        *(Weight(name, shape, attributes.trainable) for name in _learned(attributes)),
        *(Weight(name, shape, trainable=False) for name in moving),
    )


def checks(attributes: BatchNormalizationAttributes) -> tuple[str, str] | None:
    clipping = attributes.renorm_clipping or Settings()
    if attributes.renorm and "rmax" in clipping and "rmin" in clipping and clipping["rmax"] < clipping["rmin"]:
        return (
            "renorm_clipping",
            f"expected `rmax` of at least `rmin`, found {clipping['rmax']:g} and {clipping['rmin']:g}",
        )
    return check_weights(attributes, dict.fromkeys([*_learned(attributes), "moving_mean", "moving_variance"], 1))


OP = OpDef(
    name="BatchNormalization",
    doc="Each channel normalised: by its batch in training, by moving statistics otherwise.",
    attributes=BatchNormalizationAttributes,
    infer=infer,
    weights=weights,
    guess=guess_same,
    checks=checks,
)
