"""Decodes `training:` and holds it against the model's outputs."""

from __future__ import annotations

from typing import Any

from specc.diagnostics import Diagnostics
from specc.ops._attributes import Float
from specc.ops._keras_objects import KerasObject
from specc.source import Entry, Mapping, Node, Scalar, Sequence, Span
from specc.spec import _hints as hints
from specc.spec._training_objects import EARLY_STOPPING, FIT, LOSS, METRIC, OPTIMIZER
from specc.spec.document import Training
from specc.spec.fields import Broken, Fields, decode_value

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
        is_whole = self.diagnostics.error_count == before
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
        metrics = {name: _metrics(one, self.diagnostics) for name, one in self.metric_nodes().items()}
        fit, early = _fit(fields, self.diagnostics)
        return Training(self.span, optimizer, losses, loss_weights, metrics, fit, early)

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
            return {outputs[0]: loss} if loss and outputs else {}
        if several and not _is_null(several.value):
            found = {
                entry.key.text: loss
                for entry in self.by_output("losses")
                if (loss := decode_value(entry.value, LOSS, self.diagnostics, key=entry.key.text))
            }
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


def _metrics(node: Node, diagnostics: Diagnostics) -> tuple[KerasObject, ...]:
    """Metrics; one written by a short name keeps it as its own name, as Keras does: `mae` is logged as `mae`."""
    items = node.items if isinstance(node, Sequence) else (node,)
    found: list[KerasObject] = []
    for item in items:
        metric = decode_value(item, METRIC, diagnostics, key="metrics")
        if metric is None:
            continue
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.value != metric.name:
            metric = KerasObject(metric.module, metric.name, (*metric.arguments, ("name", item.value)))
        found.append(metric)
    return tuple(found)


def _fit(fields: Fields, diagnostics: Diagnostics) -> tuple[dict[str, Any], KerasObject | None]:
    mapping = fields.mapping("fit", "write `fit: {batch_size: 32, epochs: 10}`")
    if mapping is None:
        return {}, None
    inner = Fields(mapping, "`fit`", diagnostics)
    inner.only([*FIT, "early_stopping"], hints.FIT_KEYS)
    settings = {key: inner.get(key, kind) for key, (kind, _) in FIT.items() if key in inner.entries}
    settings = {key: value for key, value in settings.items() if value is not None}
    split = inner.entry("validation_split")
    if split is not None and settings.get("validation_split") == 1:
        diagnostics.report(
            "bad-training",
            "`validation_split` of 1 keeps no data to train with",
            (split.value.span, "all of it"),
            help="give the share that is kept for validation: `validation_split: 0.1`",
        )
    node = inner.node_of("early_stopping")
    if node is None:
        return settings, None
    stopping = Fields(
        node, "`early_stopping`", diagnostics, "write `early_stopping: {monitor: val_loss, patience: 50}`"
    )
    if not isinstance(node, Mapping):
        return settings, None
    stopping.only(EARLY_STOPPING)
    given = tuple(
        (key, stopping.get(key, kind)) for key, (kind, _) in EARLY_STOPPING.items() if key in stopping.entries
    )
    monitor = dict(given).get("monitor", "val_loss")
    is_kept = settings.get("validation_split") or (split is not None and "validation_split" not in settings)
    is_kept = is_kept or "validation_split" in inner.misspelt.values()
    if isinstance(monitor, str) and monitor.startswith("val_") and not is_kept:
        entry = stopping.entry("monitor")
        diagnostics.report(
            "bad-training",
            f"early stopping watches `{monitor}`, and `fit` keeps no data for validation",
            (entry.value.span if entry else inner.entries["early_stopping"].key.span, "never measured"),
            help="add `validation_split: 0.1` to `fit`, or watch `loss`",
        )
    return settings, KerasObject("callbacks", "EarlyStopping", given)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None and not isinstance(node, Broken)
