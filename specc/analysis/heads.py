"""Says which outputs and losses do not fit each other, and which activations are constant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from specc.analysis.shapes import AttributeSpan
from specc.diagnostics import Diagnostics
from specc.ir import Graph, Node, Operand, show_shape
from specc.ir.graph import OUT, Types
from specc.ir.sizes import is_known
from specc.ops._keras_objects import KerasObject
from specc.source import Span
from specc.spec._training_objects import LOSSES
from specc.spec.document import Training

_SHARES = {"softmax", "sigmoid", "hard_sigmoid", "sparsemax", "sparse_sigmoid"}  # from 0 to 1
_POSITIVE = {"relu", "relu6", "softplus", "exponential", "squareplus", "sparse_plus"}  # never below 0
_SIGNED = {
    "linear", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "hard_silu", "mish", "tanh", "hard_tanh", "softsign",
    "tanh_shrink", "soft_shrink", "hard_shrink", "log_softmax", "log_sigmoid",
}  # fmt: skip
_OF_OPS = {
    "Softmax": "softmax",
    "LeakyReLU": "leaky_relu",
    "PReLU": "leaky_relu",
    "ELU": "elu",
    "BatchNormalization": "linear",
}
_KEEPS_VALUES = {"Flatten", "Reshape", "Permute", "Dropout", "RepeatVector"}
_ALONG_LAST = {"softmax": "1", "sparsemax": "1", "log_softmax": "0"}  # what they make of a single element

_OF_LOGITS = {name for name, arguments in LOSSES.items() if "from_logits" in arguments}
_OF_SHARES = {*_OF_LOGITS, "CategoricalGeneralizedCrossEntropy", "KLDivergence"}
_OF_SIGNS = {"Hinge", "SquaredHinge"}  # their targets are -1 and 1


@dataclass(frozen=True)
class _Head:
    """The node that makes an output's values, and the activation that it ends in."""

    node: Node
    activation: str


def lint_heads(
    graph: Graph, types: Types, attribute_span: AttributeSpan, diagnostics: Diagnostics, training: Training | None
) -> None:
    """Reports activations that are constant, and outputs that their loss cannot do anything with."""
    for node in graph.nodes:
        if node.attributes is not None and node.name == node.layer:
            with diagnostics.within(node.origin.uses):
                _constant(node, types, attribute_span, diagnostics)
    if training is None:
        return
    for output in graph.outputs:
        loss, head = training.losses.get(output.name), _head(graph, output.value)
        result = types.get((output.value.value, output.value.port))
        if loss is not None and loss.name == "Circle" and result is not None and result.rank != 1:
            diagnostics.report(
                "bad-training",
                f"`{output.name}` is {show_shape(result.shape)}, and Circle compares vectors, one for each example",
                (training.loss_spans.get(output.name), "takes [features]"),
                help="flatten the output, or use another loss",
            )
        if loss is not None and head is not None:
            with diagnostics.within(head.node.origin.uses):
                _Fit(head, loss, training.loss_spans.get(output.name), attribute_span, diagnostics).check()


def _head(graph: Graph, value: Operand) -> _Head | None:
    """What makes an output's values, past all that only moves them; None where several things do."""
    for _ in range(len(graph.nodes) + len(graph.states) + 1):
        if value.value in graph.states:
            value = graph.states[value.value][1].next
            continue
        node = graph.by_name.get(value.value)
        if node is None or value.port != OUT or node.attributes is None:
            return None
        activation = _activation(node)
        moves = node.op in _KEEPS_VALUES or (node.op == "Activation" and activation == "linear")
        if not moves or len(node.operands) != 1:
            return _Head(node, activation) if activation else None
        value = node.operands[0]
    return None


def _activation(node: Node) -> str | None:
    """The activation that a node's values went through last; None where no single one says what they are."""
    attributes = node.attributes
    if node.op == "ReLU":
        return "leaky_relu" if attributes.negative_slope else "relu"
    if node.op in _OF_OPS:
        return _OF_OPS[node.op]
    if hasattr(attributes, "recurrent_initializer"):
        return None  # a gate comes after the activation
    found: Any = getattr(attributes, "activation", None)
    return found if isinstance(found, str) else None


@dataclass(frozen=True)
class _Fit:
    """One output's head beside its loss."""

    head: _Head
    loss: KerasObject
    loss_span: Span | None
    attribute_span: AttributeSpan
    diagnostics: Diagnostics

    def check(self) -> None:
        activation, name = self.head.activation, self.loss.name
        on_logits = name in _OF_LOGITS and bool(self.loss.argument("from_logits"))
        if on_logits and activation in _SHARES:
            self.squashed_twice()
        elif on_logits and activation in _POSITIVE:
            self.one_sided("logits below 0 say that something is unlikely, and this output has none")
        elif name in _OF_SIGNS and activation in _POSITIVE | _SHARES:
            self.one_sided(f"the targets of {name} are -1 and 1, and this output never comes near -1")
        elif name in _OF_SHARES and not on_logits and activation in _SIGNED:
            self.not_shares()

    def squashed_twice(self) -> None:
        activation = self.head.activation
        self.diagnostics.report(
            "probabilities-as-logits",
            f"`{self.head.node.name}` ends in {activation}, and its loss takes logits",
            (self.loss_span, f"applies a {self.squash} itself"),
            (self.place, "gives values from 0 to 1"),
            notes=["where Keras still finds the logits it goes back to them, and elsewhere it squashes twice"],
            help=f"leave out `from_logits`, or the {activation}",
        )

    def not_shares(self) -> None:
        activation, name = self.head.activation, self.loss.name
        found = "has no activation" if activation == "linear" else f"ends in {activation}"
        help = f"end the output in `{self.squash}`"
        if name in _OF_LOGITS:
            help = f"write `{{op: {name}, from_logits: true}}`, or {help}" if activation == "linear" else help
        self.diagnostics.report(
            "logits-as-probabilities",
            f"`{self.head.node.name}` {found}, and its loss takes probabilities",
            (self.loss_span, "takes values from 0 to 1"),
            (self.place, "gives values below 0 and above 1"),
            notes=["the loss cuts off what is outside of 0 to 1, and nothing is learnt there"],
            help=help,
        )

    def one_sided(self, why: str) -> None:
        activation = self.head.activation
        self.diagnostics.report(
            "one-sided-output",
            f"`{self.head.node.name}` ends in {activation}, and its loss needs values below 0",
            (self.place, "never below 0"),
            (self.loss_span, "needs both signs"),
            notes=[why],
            help=f"leave out the {activation}" + (", or end in `tanh`" if self.loss.name in _OF_SIGNS else ""),
        )

    @property
    def place(self) -> Span | None:
        node = self.head.node
        return self.attribute_span(node.layer, "activation") or node.origin.span

    @property
    def squash(self) -> str:
        return "sigmoid" if self.loss.name.startswith("Binary") else "softmax"


def _constant(node: Node, types: Types, attribute_span: AttributeSpan, diagnostics: Diagnostics) -> None:
    """A share of one is the whole: whatever goes in, the same number comes out."""
    name = _activation(node)
    result = types.get((node.name, OUT))
    if name not in _ALONG_LAST or result is None or not result.rank:
        return
    axes: Any = node.attributes.axis if node.op == "Softmax" else -1
    listed = cast("tuple[int, ...]", axes if isinstance(axes, tuple) else (axes,))
    sizes = [_size(axis, result.shape) for axis in listed]
    if all(size is not None and is_known(size) and size == 1 for size in sizes):
        diagnostics.report(
            "constant-activation",
            f"`{node.name}`: a {name} over one element always gives {_ALONG_LAST[name]}",
            (attribute_span(node.layer, "activation") or node.origin.span, "over one element"),
            help="use `sigmoid` for one share, or give it as many units as there are classes",
        )


def _size(axis: int, shape: tuple[int, ...]) -> int | None:
    """The size along an axis, of which the batch is the first; None for the batch, or where there is no such axis."""
    place = axis + len(shape) if axis < 0 else axis - 1
    return shape[place] if 0 <= place < len(shape) else None
