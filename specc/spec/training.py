"""Decodes `training:` and holds it against the model's outputs."""

from __future__ import annotations

from specc.diagnostics import Diagnostics
from specc.ops._attributes import Float
from specc.ops._keras_objects import KerasObject
from specc.source import Entry, Mapping, Node, Scalar, Sequence, Span
from specc.spec import _hints as hints
from specc.spec._fit import decode_fit
from specc.spec._training_objects import FALLING, LOSS, METRIC, OPTIMIZER, name_of_metric
from specc.spec.document import Training
from specc.spec.fields import Broken, Fields, decode_value, holds_broken

KEYS = ("optimizer", "loss", "losses", "loss_weights", "metrics", "fit")


def decode_training(
    node: Node, span: Span, outputs: list[str], diagnostics: Diagnostics, is_sure: bool = True
) -> Training | None:
    """The training settings; None where there is nothing to train with.

    `is_sure` is False where the outputs themselves are in doubt: an unknown one is then no second mistake.
    """
    return _Training(node, span, outputs, diagnostics, is_sure).run()


class _Training:
    def __init__(self, node: Node, span: Span, outputs: list[str], diagnostics: Diagnostics, is_sure: bool) -> None:
        self.span, self.outputs, self.diagnostics, self.is_sure = span, outputs, diagnostics, is_sure
        self.loss_spans: dict[str, Span] = {}
        self.fields = Fields(node, "`training`", diagnostics, "write `{optimizer: Adam, loss: mse}`")

    def run(self) -> Training | None:
        fields = self.fields
        if not isinstance(fields.node, Mapping):
            return None
        fields.only(KEYS, hints.TRAINING)
        optimizer = fields.get("optimizer", OPTIMIZER)
        if optimizer is None:
            if "optimizer" not in fields.entries:
                fields.missing("optimizer", self.span, "name a Keras optimizer: `optimizer: Adam`")
            optimizer = KerasObject("optimizers", "Adam")
        before = self.diagnostics.error_count
        losses = self.losses()
        written = [node for key in ("loss", "losses", "metrics") if (node := fields.node_of(key)) is not None]
        is_whole = self.diagnostics.error_count == before and not any(map(holds_broken, written))
        loss_weights: dict[str, float] = {}
        for entry in self.by_output("loss_weights"):
            name = entry.key.text
            value = decode_value(entry.value, Float(0), self.diagnostics, key=name)
            if value is not None:
                loss_weights[name] = value
            if name not in losses and is_whole:
                self.diagnostics.report(
                    "bad-training",
                    f"output `{name}` has a loss weight and no loss",
                    (entry.key.span, "weighs nothing"),
                    help="give it a loss or remove the weight",
                )
        metrics: dict[str, tuple[KerasObject, ...]] = {}
        spans: dict[str, tuple[Span, ...]] = {}
        for name, one in self.metric_nodes().items():
            read = _metrics(one, self.diagnostics)
            metrics[name] = tuple(metric for metric, _ in read)
            spans[name] = tuple(span for _, span in read)
        is_whole = is_whole and self.diagnostics.error_count == before
        measured = _measured(self.outputs, losses, metrics) if is_whole and self.is_sure else None
        fit, callbacks = decode_fit(fields, measured, optimizer, self.diagnostics)
        entry = fields.entry("optimizer")
        place = entry.value.span if entry else None
        return Training(
            span=self.span,
            optimizer=optimizer,
            losses=losses,
            loss_weights=loss_weights,
            metrics=metrics,
            fit=fit,
            callbacks=callbacks,
            loss_spans=self.loss_spans,
            metric_spans=spans,
            optimizer_span=place,
        )

    def losses(self) -> dict[str, KerasObject]:
        fields, outputs = self.fields, self.outputs
        single, several = fields.entry("loss"), fields.entry("losses")
        if single and several:
            self.diagnostics.report(
                "conflicting-attributes",
                "`loss` and `losses` are given both",
                (several.key.span, "second"),
                (single.key.span, "first"),
                help="keep one: `loss` for a single output, `losses` by output name",
            )
            return {}
        if single:
            loss = decode_value(single.value, LOSS, self.diagnostics, key="loss")
            if len(outputs) > 1:
                self.for_which_output(single.key.span, "loss", "`losses: {" + f"{outputs[0]}: mse" + "}`")
                return {}
            if not loss or not outputs:
                return {}
            self.loss_spans[outputs[0]] = single.value.span
            return {outputs[0]: loss}
        if several and not _is_null(several.value):
            found: dict[str, KerasObject] = {}
            for entry in self.by_output("losses"):
                loss = decode_value(entry.value, LOSS, self.diagnostics, key=entry.key.text)
                if loss is not None:
                    found[entry.key.text] = loss
                    self.loss_spans[entry.key.text] = entry.value.span
            if isinstance(several.value, Mapping) and not several.value.entries:
                self.fields.missing("losses", several.key.span, "give every output a loss: `losses: {out: mse}`")
            return found
        if several or not {"loss", "losses"} & {*fields.misspelt.values()}:
            key = "losses" if len(outputs) > 1 else "loss"
            hint = "`loss: mse`" if len(outputs) < 2 else "`losses: {" + f"{outputs[0]}: mse" + "}`"
            fields.missing(key, several.key.span if several else self.span, f"name a Keras loss: {hint}")
        return {}

    def for_which_output(self, span: Span, what: str, example: str) -> None:
        names = ", ".join(f"`{name}`" for name in self.outputs)
        self.diagnostics.report(
            "bad-training",
            f"one `{what}` for the {len(self.outputs)} outputs {names}",
            (span, "for which output?"),
            help=f"write it by output: {example}",
        )

    def by_output(self, key: str) -> tuple[Entry, ...]:
        """The entries of a mapping keyed by output; unknown outputs are reported."""
        example = self.outputs[0] if self.outputs else "out"
        mapping = self.fields.mapping(key, f"write `{key}` by output: `{{{example}: …}}`")
        found: list[Entry] = []
        for entry in mapping or ():
            if entry.key.text in self.outputs:
                found.append(entry)
            elif self.is_sure:
                where = f" in `{key}`"
                name, known = entry.key.text, self.outputs
                self.diagnostics.unknown("unknown-output", "output", entry.key.span, name, known, where=where)
        return tuple(found)

    def metric_nodes(self) -> dict[str, Node]:
        entry = self.fields.entry("metrics")
        if entry is None or isinstance(entry.value, Broken):
            return {}
        if isinstance(entry.value, Mapping) and "op" not in entry.value:
            return {one.key.text: one.value for one in self.by_output("metrics")}
        if len(self.outputs) > 1:
            self.for_which_output(entry.key.span, "metrics", "`metrics: {" + f"{self.outputs[0]}: [mae]" + "}`")
            return {}
        return {self.outputs[0]: entry.value} if self.outputs else {}


def _metrics(node: Node, diagnostics: Diagnostics) -> list[tuple[KerasObject, Span]]:
    """Metrics and their places, each with its name in the history: one written by a short name keeps that, as in Keras.

    Keras itself numbers some classes through, `auc_1`, as long as a process runs; a spec's names are always the same.
    """
    items = node.items if isinstance(node, Sequence) else (node,)
    found: list[tuple[KerasObject, Span]] = []
    for item in items:
        metric = decode_value(item, METRIC, diagnostics, key="metrics")
        if metric is None:
            continue
        if metric.argument("name") is None:
            is_short = isinstance(item, Scalar) and isinstance(item.value, str) and item.value != metric.name
            name = str(item.value) if is_short and isinstance(item, Scalar) else name_of_metric(metric.name)
            count = sum(one.name == metric.name for one, _ in found) if not is_short else 0
            name = f"{name}_{count}" if count else name
            metric = KerasObject(metric.module, metric.name, (*metric.arguments, ("name", name)))
        found.append((metric, item.span))
    return found


def _measured(
    outputs: list[str], losses: dict[str, KerasObject], metrics: dict[str, tuple[KerasObject, ...]]
) -> dict[str, str]:
    """The names under which Keras gives what it measures, each with the `mode` in which it gets better."""
    is_single = len(outputs) == 1
    found = {} if is_single or len(losses) == 1 else {f"{name}_loss": "min" for name in losses}
    for output, many in metrics.items():
        for metric in many:
            name = metric.argument("name")
            found[name if is_single else f"{output}_{name}"] = "min" if metric.name in FALLING else "max"
    return found


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None and not isinstance(node, Broken)
