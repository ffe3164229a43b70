"""Reports metrics that read labels or outputs in another form than the loss, or count other classes."""

from __future__ import annotations

from dataclasses import dataclass

from specc.analysis.value_sources import ValueSource
from specc.diagnostics import Diagnostics
from specc.ir import Output
from specc.ir.graph import Types
from specc.ir.sizes import is_known
from specc.ops._keras_objects import KerasObject
from specc.source import Span
from specc.spec._training_objects import METRICS
from specc.spec.document import Training

_OF_NUMBERS = {"SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy"}
_OF_ONE_HOT = {"CategoricalAccuracy", "CategoricalCrossentropy", "CategoricalHinge", "TopKCategoricalAccuracy"}
_LOSSES_OF_NUMBERS = {"SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy"}
_LOSSES_OF_ONE_HOT = {"CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalHinge"}
_OTHER_LABELS = {
    **{name: name.removeprefix("Sparse") for name in _OF_NUMBERS},
    **{name: f"Sparse{name}" for name in _OF_ONE_HOT - {"CategoricalHinge"}},
}
_ARGMAX = (_OF_NUMBERS | _OF_ONE_HOT) - {"CategoricalHinge"}
_WITH_THRESHOLD = {name for name, arguments in METRICS.items() if "thresholds" in arguments and name != "AUC"}
_WITH_LOGITS = {name for name, arguments in METRICS.items() if "from_logits" in arguments}


def lint_metrics(
    output: Output,
    source: ValueSource | None,
    types: Types,
    training: Training,
    diagnostics: Diagnostics,
    is_single_class: bool,
) -> None:
    """Reports what the metrics of one output cannot measure; `is_single_class` where the loss has been reported."""
    result = types.get((output.value.value, output.value.port))
    classes = result.shape[-1] if result is not None and result.rank else None
    classes = classes if classes is not None and is_known(classes) else None
    loss = training.losses.get(output.name)
    spans = training.metric_spans[output.name]
    for metric, span in zip(training.metrics[output.name], spans, strict=True):
        where = _Metric(output.name, metric, span, training.loss_spans.get(output.name), diagnostics)
        if classes == 1 and metric.name in _ARGMAX:
            if not is_single_class:
                where.single_class()
        elif loss is not None and where.has_other_labels(loss):
            where.other_labels(loss)
        elif classes is not None and (found := where.beyond(classes)):
            where.wrong_count(*found)
        elif loss is not None and metric.name == "Accuracy" and loss.name.startswith("Binary") and classes != 1:
            if classes is not None:
                where.accuracy_of_classes(loss)
        elif loss is not None and where.takes_probabilities(loss) and _gives_logits(loss, source):
            where.logits(loss)


def _gives_logits(loss: KerasObject, source: ValueSource | None) -> bool:
    return bool(loss.argument("from_logits")) and (source is None or source.activation == "linear")


@dataclass(frozen=True)
class _Metric:
    output: str
    metric: KerasObject
    span: Span
    loss_span: Span | None
    diagnostics: Diagnostics

    @property
    def name(self) -> str:
        return self.metric.name

    def has_other_labels(self, loss: KerasObject) -> bool:
        numbers, one_hot = loss.name in _LOSSES_OF_NUMBERS, loss.name in _LOSSES_OF_ONE_HOT
        return (numbers and self.name in _OF_ONE_HOT) or (one_hot and self.name in _OF_NUMBERS)

    def takes_probabilities(self, loss: KerasObject) -> bool:
        """Whether the metric compares the output with thresholds from 0 to 1, or takes its logarithm."""
        if self.name in _WITH_LOGITS:
            return not self.metric.argument("from_logits")
        if self.name in _WITH_THRESHOLD:
            return self.metric.argument("thresholds") is None and self.metric.argument("top_k") is None
        by_half = self.name == "BinaryAccuracy" and self.metric.argument("threshold") is None
        return loss.name.startswith("Binary") and (by_half or self.name == "Accuracy")

    def beyond(self, classes: int) -> tuple[str, int, str] | None:
        """The argument that does not fit the number of classes, its value, and what is wrong with it."""
        if self.name.endswith("TopKCategoricalAccuracy") and (k := self.metric.argument("k", 5)) >= classes:
            return "k", k, f"the label is always among the first {classes} of {classes}"
        which = self.metric.argument("class_id")
        if which is not None and which >= classes:
            return "class_id", which, f"the classes are numbered from 0 to {classes - 1}"
        count = self.metric.argument("num_classes")
        reads_scores = not self.metric.argument("sparse_y_pred", not self.name.startswith("OneHot"))
        if count is not None and reads_scores and count != classes:
            return "num_classes", count, f"the output has {classes}"
        return None

    def report(self, message: str, label: str, help: str, other: str = "") -> None:
        self.diagnostics.report(
            "metric-mismatch", message, (self.span, label), (self.loss_span if other else None, other), help=help
        )

    def single_class(self) -> None:
        help = "use `accuracy` or `BinaryAccuracy` for a yes or no, or make the output as wide as there are classes"
        message = f"`{self.output}` has one class, and {self.name} looks for the largest of several"
        self.report(message, "the largest of one value is always the first", help)

    def other_labels(self, loss: KerasObject) -> None:
        numbers, one_hot = "class numbers", "one-hot labels"
        own, other = (numbers, one_hot) if self.name in _OF_NUMBERS else (one_hot, numbers)
        instead = _OTHER_LABELS.get(self.name)
        help = f"use `{instead}`, or `accuracy`, which fits either" if instead else "remove it, or use another loss"
        help = help if "Accuracy" in self.name else help.replace(", or `accuracy`, which fits either", "")
        self.report(f"`{self.name}` reads {own}, and the loss {other}", f"expects {own}", help, f"expects {other}")

    def wrong_count(self, argument: str, value: int, why: str) -> None:
        message = f"`{argument}: {value}` of {self.name} does not fit the classes of `{self.output}`"
        self.report(message, why, f"change `{argument}`, or the width of the output")

    def accuracy_of_classes(self, loss: KerasObject) -> None:
        message = f"the accuracy of several values compares the largest with the label, and {loss.name} judges each"
        help = "use `BinaryAccuracy`, which counts every value"
        self.report(message, "Keras chooses CategoricalAccuracy here", help, "a yes or no for each value")

    def logits(self, loss: KerasObject) -> None:
        help = "end the output in an activation and leave out `from_logits` of the loss"
        if self.name in _WITH_LOGITS:
            help = f"write `{{op: {self.name}, from_logits: true}}`"
        elif self.name in ("Accuracy", "BinaryAccuracy"):
            help = "write `{op: BinaryAccuracy, threshold: 0}`: a logit above 0 is a probability above 0.5"
        message = f"`{self.name}` reads probabilities, and `{self.output}` gives logits"
        self.report(message, "expects values from 0 to 1", help, "takes logits")
