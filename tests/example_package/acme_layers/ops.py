"""The ops: what specc has to know of the layers. Keras is not imported."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ops import (
    INITIALIZER,
    ONES,
    Attributes,
    Bool,
    KerasObject,
    Mismatch,
    OpDef,
    Operands,
    TensorType,
    Weight,
    attribute,
    compute_dtype,
    guess_same,
    need_sizes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleAttributes(Attributes):
    use_offset: bool = attribute(Bool(), True, "Whether a learned offset is added.")
    factor_initializer: KerasObject = attribute(INITIALIZER, ONES, "Initial factors.")


def infer(attributes: ScaleAttributes, operands: Operands) -> TensorType:
    """Keeps the shape."""
    if not operands[0].rank:
        raise Mismatch("Scale takes [..., channels], found []", 0, help="give it an axis: shape [1]")
    need_sizes(operands[0], [-1], "Scale", "the channels")
    return TensorType(operands[0].shape, compute_dtype(attributes))


def weights(attributes: ScaleAttributes, operands: Operands) -> tuple[Weight, ...]:
    names = ("factor", "offset") if attributes.use_offset else ("factor",)
    return tuple(Weight(name, operands[0].shape[-1:], attributes.trainable) for name in names)


def macs(attributes: ScaleAttributes, operands: Operands, result: TensorType) -> int:
    return result.elements


SCALE = OpDef(
    name="Scale",
    doc="Each channel multiplied by a learned number.",
    attributes=ScaleAttributes,
    infer=infer,
    weights=weights,
    macs=macs,
    guess=guess_same,
    module="acme_layers.layers",
)
