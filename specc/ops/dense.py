"""Dense: every unit sees every feature of the last axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops._attributes import Int, attribute, optional
from specc.ops._base import Mismatch, OpDef, Operands, Weight, compute_dtype, need_sizes
from specc.ops._weighted import KernelAttributes, check_weights, kernel_ranks


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseAttributes(KernelAttributes):
    units: int = attribute(Int(1), doc="How many units, the size of the last axis of the result.", positional=True)
    lora_rank: int | None = attribute(optional(Int(1)), None, "Rank of a LoRA update that freezes the kernel.")
    lora_alpha: float | None = attribute(optional(Int(1)), None, "Scale of the LoRA update; its rank if null.")


def infer(attributes: DenseAttributes, operands: Operands) -> TensorType:
    """`[..., features]` gives `[..., units]`."""
    operand = operands[0]
    if operand.rank < 1:
        raise Mismatch(
            f"Dense takes [..., features], found {operand}", 0, help="give the input an axis of features: shape [1]"
        )
    need_sizes(operand, [-1], "Dense", "the features")
    return TensorType((*operand.shape[:-1], attributes.units), compute_dtype(attributes))


def weights(attributes: DenseAttributes, operands: Operands) -> tuple[Weight, ...]:
    features = operands[0].shape[-1]
    units, rank, trainable = attributes.units, attributes.lora_rank, attributes.trainable
    found = [Weight("kernel", (features, units), trainable and rank is None)]
    if attributes.use_bias:
        found.append(Weight("bias", (units,), trainable))
    if rank is not None:
        found += [
            Weight("lora_kernel_a", (features, rank), trainable),
            Weight("lora_kernel_b", (rank, units), trainable),
        ]
    return tuple(found)


def macs(attributes: DenseAttributes, operands: Operands, result: TensorType) -> int:
    return operands[0].shape[-1] * result.elements


def guess(attributes: DenseAttributes, operands: Sequence[TensorType | None]) -> TensorType | None:
    return TensorType((attributes.units,), compute_dtype(attributes))


def checks(attributes: DenseAttributes) -> tuple[str, str] | None:
    if attributes.lora_rank is not None and attributes.kernel_constraint is not None:
        return "kernel_constraint", "a kernel constraint cannot hold with `lora_rank`, which adds to the kernel"
    return check_weights(attributes, kernel_ranks(attributes, 2))


OP = OpDef(
    name="Dense",
    doc="A densely connected layer: `activation(x @ kernel + bias)` on the last axis.",
    attributes=DenseAttributes,
    infer=infer,
    weights=weights,
    macs=macs,
    guess=guess,
    checks=checks,
)
