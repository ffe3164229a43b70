"""Bidirectional: a recurrent layer that reads a sequence forwards, and one that reads it backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from specc.ir.types import TensorType
from specc.ops import _layers as layers
from specc.ops import _recurrent as recurrent
from specc.ops._attributes import Enum, attribute, optional
from specc.ops._base import Arity, Attributes, OpDef, Operands, Weight
from specc.ops._layers import Choice, Inner, LayerOf

_RECURRENT = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GRU", "LSTM", "SimpleRNN")
_MERGES = ("concat", "sum", "mul", "ave")
LAYER = LayerOf("a recurrent layer", lambda: {name: Choice(name) for name in _RECURRENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class BidirectionalAttributes(Attributes):
    layer: Inner = attribute(LAYER, doc="The layer that reads forwards.", positional=True)
    merge_mode: str | None = attribute(
        optional(Enum(*_MERGES)), "concat", "How the two results become one; null keeps `forward` and `backward`."
    )
    backward_layer: Inner | None = attribute(
        optional(LAYER), None, "The layer that reads backwards, with `go_backwards: true`; by default one like `layer`."
    )


def backward(attributes: BidirectionalAttributes) -> Inner:
    """The layer that reads backwards."""
    if attributes.backward_layer is not None:
        return attributes.backward_layer
    given = attributes.layer
    return given.changed(go_backwards=not given.attributes.go_backwards)


def _states(attributes: BidirectionalAttributes) -> tuple[str, ...]:
    """The ports of the final states: `forward_state_h`, `backward_state_h`."""
    with_state = replace(attributes.layer.attributes, return_state=True)
    names = attributes.layer.definition.ports(with_state)[1:]
    return tuple(f"{side}_{name}" for side in ("forward", "backward") for name in names)


def ports(attributes: BidirectionalAttributes) -> tuple[str, ...]:
    given = attributes.layer.attributes
    states = _states(attributes) if given.return_state else ()
    if attributes.merge_mode is None:
        return ("forward", "backward", *states)
    return ("sequence" if states and given.return_sequences else "out", *states)


def infer(attributes: BidirectionalAttributes, operands: Operands) -> TensorType | dict[str, TensorType]:
    """Twice the features with `concat`, as many with the other merges, two results with none; then the states."""
    given = attributes.layer.attributes
    with layers.within("layer"):
        every = attributes.layer.definition.infer(replace(given, return_state=True), operands[:1])
    assert isinstance(every, dict)
    first, *states = every.values()
    states *= 2
    recurrent.check_states("Bidirectional", operands, states, _states(attributes))
    if attributes.merge_mode == "concat":
        first = first.with_shape((*first.shape[:-1], 2 * first.shape[-1]))
    merged = [first] if attributes.merge_mode is not None else [first, first]
    results = [*merged, *(states if given.return_state else ())]
    return dict(zip(ports(attributes), results, strict=True)) if len(results) > 1 else first


def weights(attributes: BidirectionalAttributes, operands: Operands) -> tuple[Weight, ...]:
    found: list[Weight] = []
    for part, one in (("forward_layer", attributes.layer), ("backward_layer", backward(attributes))):
        found += layers.inside(part, one.definition.weights(one.attributes, operands[:1]))
    return tuple(found)


def macs(attributes: BidirectionalAttributes, operands: Operands, result: TensorType) -> int:
    both = (attributes.layer, backward(attributes))
    return sum(one.definition.macs(one.attributes, operands[:1], result) for one in both)


def checks(attributes: BidirectionalAttributes) -> tuple[str, str] | None:
    one, other = attributes.layer, backward(attributes)
    for name, inner in (("layer", one), ("backward_layer", attributes.backward_layer)):
        problem = inner.definition.checks(inner.attributes) if inner else None
        if inner and problem:
            return name, f"{inner.name}: {problem[1]}"
    if attributes.backward_layer is None:
        if one.attributes.go_backwards:
            return "layer", "expected a layer that reads forwards, found `go_backwards: true`: its twin reads backwards"
        return None
    if one.attributes.go_backwards == other.attributes.go_backwards:
        return "backward_layer", "expected `go_backwards` to be unlike that of `layer`"
    for name in ("return_sequences", "return_state"):
        if getattr(one.attributes, name) != getattr(other.attributes, name):
            return "backward_layer", f"expected `{name}` to be that of `layer`"
    if _carried(one) != _carried(other):
        return "backward_layer", "expected states and results of the same size as those of `layer`"
    return None


def _carried(inner: Inner) -> tuple[Any, ...]:
    """What decides the number of states and their shape."""
    names = ("units", "filters", "kernel_size", "strides", "padding", "dilation_rate")
    ports = inner.definition.ports(replace(inner.attributes, return_state=True))
    return (len(ports), *(getattr(inner.attributes, name, None) for name in names))


def guess(attributes: BidirectionalAttributes, operands: Sequence[TensorType | None]) -> TensorType | None:
    found = attributes.layer.definition.guess(attributes.layer.attributes, operands)
    if found is None or attributes.merge_mode != "concat":
        return found
    return found.with_shape((*found.shape[:-1], 2 * found.shape[-1]))


OP = OpDef(
    name="Bidirectional",
    doc="A recurrent layer forwards over a sequence, one backwards, and both results merged.",
    attributes=BidirectionalAttributes,
    infer=infer,
    arity=Arity(1, 5),
    weights=weights,
    macs=macs,
    guess=guess,
    ports=ports,
    normalize=layers.like_the_node,
    checks=checks,
    keywords=("initial_state",),
)
