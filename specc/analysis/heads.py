"""Reports outputs that do not fit their loss, and activations that are constant or applied twice."""

from __future__ import annotations

from dataclasses import dataclass

from specc.analysis.metrics import lint_metrics
from specc.analysis.shapes import AttributeSpan
from specc.analysis.value_sources import NORMALIZING, Sources, Trace, applied, last_activation, normalized_axes
from specc.diagnostics import Diagnostics
from specc.ir import Graph, Node, Output, TensorType, show_shape
from specc.ir.graph import OUT, Types
from specc.ir.sizes import is_known
from specc.ops._keras_objects import KerasObject
from specc.source import Span
from specc.spec._training_objects import LOSSES
from specc.spec.document import Training

_SHARES = {"softmax", "sigmoid", "hard_sigmoid", "sparsemax", "sparse_sigmoid"}  # from 0 to 1
_POSITIVE = {"relu", "relu6", "softplus", "exponential", "squareplus", "sparse_plus"}  # never below 0
_NEGATIVE = {"log_softmax", "log_sigmoid"}  # never above 0
_SIGNED = {
    "linear", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "hard_silu", "mish", "tanh", "hard_tanh", "softsign",
    "tanh_shrink", "soft_shrink", "hard_shrink", *_NEGATIVE,
}  # fmt: skip
_ALONG_LAST = {"softmax": "1", "sparsemax": "1", "log_softmax": "0"}  # what they make of a single element

_OF_LOGITS = {name for name, arguments in LOSSES.items() if "from_logits" in arguments}
_OF_CLASSES = {name for name in LOSSES if "Categorical" in name} - {"CategoricalHinge"}
_OF_DISTRIBUTIONS = {*_OF_CLASSES, "KLDivergence"}
_BINARY = {name for name in LOSSES if name.startswith("Binary")}
_OVERLAPS = {"Dice", "Tversky"}
_OF_SHARES = {*_OF_LOGITS, *_OF_DISTRIBUTIONS, *_OVERLAPS}
_OF_SIGNS = {"Hinge", "SquaredHinge"}  # their targets are -1 and 1
_OF_LABELS = {"SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy"}  # their targets are class numbers


def lint_heads(
    graph: Graph, types: Types, attribute_span: AttributeSpan, diagnostics: Diagnostics, training: Training | None
) -> None:
    """Reports activations that are constant or doubled, and outputs that their loss or metrics cannot use."""
    sources = Sources(graph, types)
    losses = training.losses if training else {}
    judged: set[str] = set()  # nodes whose softmax over one element is reported with the loss
    for output in graph.outputs:
        fit = _Fit(output, sources, losses.get(output.name), training, attribute_span, diagnostics)
        node = fit.node
        with diagnostics.within(node.origin.uses if node else ()):
            is_single_class = fit.check()
            fit.check_noise()
        if is_single_class and node:
            judged.add(node.name)
        if training and training.metrics.get(output.name):
            lint_metrics(output, fit.trace.source, types, training, diagnostics, is_single_class)
    for node in graph.nodes:
        if node.attributes is None:
            continue
        with diagnostics.within(node.origin.uses):
            if node.name == node.layer and node.name not in judged:
                _constant(node, types, attribute_span, diagnostics)
            _doubled(node, sources, attribute_span, diagnostics)


@dataclass(frozen=True)
class _Fit:
    """One output, the node that makes its values, and its loss, where it has one."""

    output: Output
    sources: Sources
    given_loss: KerasObject | None
    training: Training | None
    attribute_span: AttributeSpan
    diagnostics: Diagnostics

    @property
    def trace(self) -> Trace:
        return self.sources.trace(self.output.value)

    @property
    def node(self) -> Node | None:
        source = self.trace.source
        return source.node if source else None

    @property
    def result(self) -> TensorType | None:
        return self.sources.type_of(self.output.value)

    def check(self) -> bool:
        """Reports at most one way in which output and loss do not fit; whether the number of classes is at fault."""
        if self.given_loss is None:
            self.softmax_over_space()
            return False
        name = self.loss.name
        if name == "Circle" and self.result is not None and self.result.rank != 1:
            self.circle(self.result)
        if name in _OF_CLASSES and self.classes == 1:
            self.single_class()
            return True
        if self.trace.source is not None:
            self.check_activation(name)
        return False

    def check_activation(self, name: str) -> None:
        activation = self.activation
        on_logits = name in _OF_LOGITS and bool(self.loss.argument("from_logits"))
        if on_logits and activation in _SHARES:
            self.squashed_twice()
        elif on_logits and activation in _POSITIVE:
            self.one_sided("below", "logits below 0 say that something is unlikely, and this output has none")
        elif on_logits and name in _BINARY and activation in _NEGATIVE:
            self.one_sided("above", "logits above 0 say that something is likely, and this output has none")
        elif name in _OF_SIGNS and activation in _POSITIVE | _SHARES:
            self.one_sided("below", f"the targets of {name} are -1 and 1, and this output never comes near -1")
        elif name in _OF_SHARES and not on_logits and activation in _SIGNED:
            self.not_shares("gives values below 0 and above 1")
        elif name in _BINARY | _OVERLAPS and not on_logits and activation in _POSITIVE:
            self.not_shares("gives values above 1")
        elif name in _BINARY and activation in NORMALIZING and self.size_of_softmax != 1:
            self.softmax_with_binary_loss()
        elif name in _OF_DISTRIBUTIONS and not on_logits and self.classes != 1:
            self.check_distribution()

    # what is known

    @property
    def loss(self) -> KerasObject:
        assert self.given_loss is not None
        return self.given_loss

    @property
    def loss_span(self) -> Span | None:
        return self.training.loss_spans.get(self.output.name) if self.training else None

    @property
    def activation(self) -> str:
        source = self.trace.source
        return source.activation if source else ""

    @property
    def name(self) -> str:
        return self.node.name if self.node else self.output.name

    @property
    def loss_axis(self) -> int | None:
        """The axis along which the loss finds the classes, the batch left out."""
        if self.result is None or not self.result.rank:
            return None
        axis: int = self.loss.argument("axis", -1)
        place = axis + self.result.rank if axis < 0 else axis - 1
        return place if 0 <= place < self.result.rank else None

    @property
    def classes(self) -> int | None:
        """How many classes the output has for its loss, where that is known."""
        axis = self.loss_axis
        size = self.result.shape[axis] if self.result is not None and axis is not None else None
        return size if size is not None and is_known(size) else None

    @property
    def size_of_softmax(self) -> int | None:
        """How many elements the softmax of the source runs over; None where that is not known."""
        node = self.node
        result = self.sources.types.get((node.name, OUT)) if node else None
        if node is None or result is None:
            return None
        size = 1
        for axis in normalized_axes(node, result.rank):
            size *= result.shape[axis]
        return size if is_known(size) else None

    @property
    def place(self) -> Span | None:
        node = self.node
        if node is None:
            made = self.sources.graph.by_name.get(self.output.value.value)
            return made.origin.span if made else self.output.value.span
        return self.attribute_span(node.layer, "activation") or node.origin.span

    @property
    def squash(self) -> str:
        return "sigmoid" if self.loss.name in _BINARY else "softmax"

    # the findings

    def circle(self, result: TensorType) -> None:
        self.diagnostics.report(
            "bad-training",
            f"`{self.output.name}` is {show_shape(result.shape)}, and Circle compares vectors, one for each example",
            (self.loss_span, "takes [features]"),
            help="flatten the output, or use another loss",
        )

    def single_class(self) -> None:
        node = self.node
        sizes = (self.attribute_span(node.layer, key) for key in ("units", "filters")) if node else ()
        place = next((span for span in sizes if span), self.place)
        labels = "class numbers" if self.loss.name in _OF_LABELS else "one-hot labels"
        self.diagnostics.report(
            "single-class",
            f"`{self.name}` has one class, and its loss distinguishes between several",
            (self.loss_span, "expects one value per class"),
            (place, "one value"),
            notes=["with a single class there is nothing to learn: the output is right whatever it is"],
            help="for a yes or no, end the output in `sigmoid` and use `binary_crossentropy`; "
            f"for classes, make the output as wide as there are classes, with {labels}",
        )

    def squashed_twice(self) -> None:
        activation = self.activation
        self.diagnostics.report(
            "probabilities-as-logits",
            f"`{self.name}` ends in {activation}, and its loss takes logits",
            (self.loss_span, f"applies a {self.squash} itself"),
            (self.place, "gives values from 0 to 1"),
            notes=["where Keras still finds the logits it goes back to them, and elsewhere it squashes twice"],
            help=f"leave out `from_logits`, or the {activation}",
        )

    def not_shares(self, gives: str) -> None:
        activation, name = self.activation, self.loss.name
        found = "has no activation" if activation == "linear" else f"ends in {activation}"
        squash = "sigmoid" if self.classes == 1 else self.squash
        help = f"end the output in `{squash}`"
        if name in _OF_LOGITS and activation in ("linear", *_POSITIVE):
            instead = "" if activation == "linear" else f"leave out the {activation} and "
            help = f"{instead}write `{{op: {name}, from_logits: true}}`, or {help}"
        cut = "the loss cuts off what is outside of 0 to 1, and nothing is learnt there"
        self.diagnostics.report(
            "logits-as-probabilities",
            f"`{self.name}` {found}, and its loss takes probabilities",
            (self.loss_span, "takes values from 0 to 1"),
            (self.place, gives),
            notes=["the loss measures how far values from 0 to 1 overlap" if name in _OVERLAPS else cut],
            help=help,
        )

    def one_sided(self, side: str, why: str) -> None:
        activation = self.activation
        other = "above" if side == "below" else "below"
        never = "below 0" if side == "below" else "above 0"
        self.diagnostics.report(
            "one-sided-output",
            f"`{self.name}` ends in {activation}, and its loss needs values {side} 0",
            (self.place, f"never {never}"),
            (self.loss_span, f"needs values {side} 0 as well as {other}"),
            notes=[why],
            help=f"leave out the {activation}" + (", or end in `tanh`" if self.loss.name in _OF_SIGNS else ""),
        )

    def softmax_with_binary_loss(self) -> None:
        name = self.loss.name
        categorical = name.replace("Binary", "Categorical")
        self.diagnostics.report(
            "softmax-with-binary-loss",
            f"`{self.name}` ends in {self.activation}, and its loss judges every value by itself",
            (self.loss_span, "a yes or no for each value"),
            (self.place, "values that sum to 1"),
            notes=[f"{name} is for labels of which several, or none, can be true"],
            help=f"use `{categorical}` where exactly one class is true, or end the output in `sigmoid`",
        )

    def check_distribution(self) -> None:
        if self.activation in NORMALIZING:
            self.check_softmax_axis()
        elif self.activation in _SHARES | _POSITIVE:
            self.not_a_distribution()

    def not_a_distribution(self) -> None:
        activation, name = self.activation, self.loss.name
        help = "end the output in `softmax`"
        if activation in _SHARES:
            help += ", or use `binary_crossentropy` where several classes can be true at once"
        elif name in _OF_LOGITS:
            help += f", or leave out the {activation} and write `{{op: {name}, from_logits: true}}`"
        self.diagnostics.report(
            "not-a-distribution",
            f"`{self.name}` ends in {activation}, and its loss expects values that sum to 1",
            (self.loss_span, "compares distributions over classes"),
            (self.place, "every value by itself"),
            help=help,
        )

    def check_softmax_axis(self) -> None:
        source, axis, result = self.trace.source, self.loss_axis, self.result
        if source is None or source.sums is None or axis is None or result is None:
            return
        sums = {one for one in source.sums if result.shape[one] != 1}
        if sums == {axis}:
            return
        self.diagnostics.report(
            "softmax-axis",
            f"the values of `{self.output.name}` do not sum to 1 over the classes of its loss",
            (self.loss_span, f"expects the classes along {_axis(axis, result.rank)} of {show_shape(result.shape)}"),
            (self.place, self.softmax_runs(source.node)),
            help="let the softmax run along the axis of the classes, and keep that axis up to the output",
        )

    def softmax_over_space(self) -> None:
        """An image whose rows or columns sum to 1, as an output without a loss that would say what is meant."""
        source, result = self.trace.source, self.result
        if source is None or source.activation not in NORMALIZING or result is None or result.rank < 3:
            return
        if source.sums is None or len(source.sums) != 1 or result.rank - 1 in source.sums:
            return
        self.diagnostics.report(
            "softmax-axis",
            f"`{self.name}`: the {source.activation} does not run along the channels",
            (self.attribute_span(source.node.layer, "axis") or self.place, self.softmax_runs(source.node)),
            notes=["the batch axis is axis 0, and the channels are the last axis, `axis: -1`"],
            help="write `axis: -1` for a distribution over classes at every position, "
            f"or list all of the positions: `axis: {[*range(1, result.rank)]}`",
        )

    def softmax_runs(self, node: Node) -> str:
        made = self.sources.types.get((node.name, OUT))
        if made is None:
            return "sums to 1 along other axes"
        axes = " and ".join(_axis(one, made.rank) for one in normalized_axes(node, made.rank))
        return f"sums to 1 along {axes} of {show_shape(made.shape)}"

    def check_noise(self) -> None:
        """Noise behind the layer that makes an output changes what the loss sees, not what the layers learn from."""
        trace = self.trace
        if not trace.noises or not (self.given_loss or self.activation in _SHARES):
            return
        for node in trace.noises:
            rate = getattr(applied(node)[1], "rate", None)
            if rate == 0:
                continue
            drops = "Dropout" in applied(node)[0]
            self.diagnostics.report(
                "dropout-on-output",
                f"`{node.name}` {'drops values' if drops else 'adds noise to the values'} of an output",
                (node.origin.span, "after the last layer"),
                (self.place, f"`{self.name}` makes the output") if self.node else (None, ""),
                notes=["in training the loss compares the labels with what is left of the output"],
                help=f"put it before `{self.name}`" if self.node else "put it before the layer that makes the output",
            )


def _axis(place: int, rank: int) -> str:
    return "the last axis" if place == rank - 1 else f"axis {place + 1}"


def _constant(node: Node, types: Types, attribute_span: AttributeSpan, diagnostics: Diagnostics) -> None:
    """A share of one is the whole: whatever goes in, the same number comes out."""
    name = last_activation(node)
    result = types.get((node.name, OUT))
    if name not in _ALONG_LAST or result is None or not result.rank:
        return
    sizes = [result.shape[axis] for axis in normalized_axes(node, result.rank)]
    if sizes and all(is_known(size) and size == 1 for size in sizes):
        diagnostics.report(
            "constant-activation",
            f"`{node.name}`: a {name} over one element always gives {_ALONG_LAST[name]}",
            (attribute_span(node.layer, "activation") or node.origin.span, "over one element"),
            help="use `sigmoid` for one share, or give it as many units as there are classes",
        )


def _doubled(node: Node, sources: Sources, attribute_span: AttributeSpan, diagnostics: Diagnostics) -> None:
    """A softmax or sigmoid of values from 0 to 1 can no longer tell them apart clearly."""
    if applied(node)[0] not in ("Activation", "Softmax") or last_activation(node) not in _SHARES:
        return
    before = sources.trace(node.operands[0]).source if node.operands else None
    if before is None or before.activation not in _SHARES:
        return
    diagnostics.report(
        "double-softmax",
        f"`{node.name}` applies a {last_activation(node)} to what a {before.activation} has made",
        (attribute_span(node.layer, "activation") or node.origin.span, "the second"),
        (attribute_span(before.node.layer, "activation") or before.node.origin.span, "the first"),
        notes=["values from 0 to 1 come out close to each other: the network can no longer be sure of anything"],
        help=f"remove `{node.name}`, or the {before.activation} of `{before.node.name}`",
    )
