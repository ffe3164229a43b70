"""TimeDistributed: one layer applied to every step of a sequence."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.types import TensorType
from specc.ops import _layers as layers
from specc.ops import _registry as registry
from specc.ops._attributes import attribute
from specc.ops._base import Attributes, Mismatch, OpDef, Operands, Weight
from specc.ops._layers import Choice, Inner, LayerOf
from specc.ops._recurrent import step_of

_ACTIVITY = "Keras leaves the penalty of an inner layer's result out; put it on a layer of its own"
_NOT_INNER = {
    "ActivityRegularization": _ACTIVITY,
    "Input": "an input is no layer",
    "TimeDistributed": "one is enough: merge the two axes of steps by a Reshape before it",
}


def _inner_ops() -> dict[str, Choice]:
    """The ops of one operand, initial states left out."""
    found = [op for op in registry.all_ops() if op.name not in _NOT_INNER and op.arity.least == 1]
    return {op.name: Choice(op.name) for op in found if not op.arity.many or op.keywords}


LAYER = LayerOf("a layer of one operand", _inner_ops, _NOT_INNER, {"activity_regularizer": _ACTIVITY})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeDistributedAttributes(Attributes):
    layer: Inner = attribute(LAYER, doc="The layer that is applied to each step.", positional=True)


def infer(attributes: TimeDistributedAttributes, operands: Operands) -> TensorType:
    """`[steps, *step]` gives `[steps, *what the layer makes of a step]`."""
    sequence, inner = operands[0], attributes.layer
    if sequence.rank < 2:
        raise Mismatch(
            f"TimeDistributed takes [steps, …], found {sequence}",
            0,
            help=f"apply {inner.name} itself: there are no steps, or there is nothing in them",
        )
    with layers.within("layer", f"in each step of {sequence}, "):
        found = inner.definition.infer(inner.attributes, [step_of(sequence)])
    assert isinstance(found, TensorType)
    return found.with_shape((sequence.shape[0], *found.shape))


def weights(attributes: TimeDistributedAttributes, operands: Operands) -> tuple[Weight, ...]:
    inner = attributes.layer
    return inner.definition.weights(inner.attributes, [step_of(operands[0])])


def macs(attributes: TimeDistributedAttributes, operands: Operands, result: TensorType) -> int:
    inner = attributes.layer
    return operands[0].shape[0] * inner.definition.macs(inner.attributes, [step_of(operands[0])], step_of(result))


def checks(attributes: TimeDistributedAttributes) -> tuple[str, str] | None:
    inner = attributes.layer
    problem = inner.definition.checks(inner.attributes)
    if problem is not None:
        return "layer", f"{inner.name}: {problem[1]}"
    ports = inner.definition.ports(inner.attributes)
    if len(ports) > 1:
        listed = ", ".join(f"`{port}`" for port in ports)
        return "layer", f"expected a layer with one result, found {inner.name} with {listed}"
    return None


OP = OpDef(
    name="TimeDistributed",
    doc="One layer, with the same weights, applied to every step of a sequence.",
    attributes=TimeDistributedAttributes,
    infer=infer,
    weights=weights,
    macs=macs,
    normalize=layers.like_the_node,
    checks=checks,
)
