"""Decodes `training:` and holds it against the model's outputs."""

from __future__ import annotations

from typing import Any

from specc.diagnostics import Diagnostics
from specc.ops._attributes import Float, describe
from specc.ops._keras_objects import KerasObject
from specc.source import Mapping, Node, Scalar, Sequence, Span
from specc.spec._training_objects import EARLY_STOPPING, FIT, LOSS, METRIC, OPTIMIZER
from specc.spec.document import Training
from specc.spec.fields import Broken, Fields, decode_value

KEYS = ("optimizer", "loss", "losses", "loss_weights", "metrics", "fit")


def decode_training(node: Node, span: Span, outputs: list[str], diagnostics: Diagnostics) -> Training | None:
    """The training settings; None where there is nothing to train with."""
    fields = Fields(node, "`training`", diagnostics)
    fields.only(KEYS)
    before = diagnostics.error_count
    optimizer = fields.get("optimizer", OPTIMIZER)
    if optimizer is None:
        if "optimizer" not in fields.entries:
            fields.missing("optimizer", span, "name a Keras optimizer: `optimizer: Adam`")
        optimizer = KerasObject("optimizers", "Adam")
    losses = _losses(fields, span, outputs, diagnostics)
    loss_weights: dict[str, float] = {
        name: value
        for name, one in _by_output(fields, "loss_weights", outputs, diagnostics).items()
        if (value := decode_value(one, Float(0), diagnostics, key=name)) is not None
    }
    for name in loss_weights:
        if name not in losses and diagnostics.error_count == before:
            entry = fields.node_of("loss_weights")
            place = entry.get(name) if isinstance(entry, Mapping) else None
            diagnostics.report(
                "bad-training",
                f"output `{name}` has a loss weight and no loss",
                (place.span if place else span, "weighs nothing"),
                help="give it a loss or remove the weight",
            )
    metrics = {name: _metrics(one, diagnostics) for name, one in _metric_nodes(fields, outputs, diagnostics).items()}
    fit, early = _fit(fields, diagnostics)
    return Training(span, optimizer, losses, loss_weights, metrics, fit, early)


def _losses(fields: Fields, span: Span, outputs: list[str], diagnostics: Diagnostics) -> dict[str, KerasObject]:
    single, several = fields.entry("loss"), fields.entry("losses")
    if single and several:
        diagnostics.report(
            "conflicting-attributes",
            "`loss` and `losses` are given both",
            (several.key.span, "second"),
            (single.key.span, "first"),
            help="keep one: `loss` for a single output, `losses` by output name",
        )
        return {}
    if single:
        if len(outputs) > 1:
            names = ", ".join(f"`{name}`" for name in outputs)
            diagnostics.report(
                "bad-training",
                f"one `loss` for {len(outputs)} outputs",
                (single.key.span, "for which output?"),
                help=f"write `losses:` with an entry for each of {names}",
            )
            return {}
        loss = decode_value(single.value, LOSS, diagnostics)
        return {outputs[0]: loss} if loss and outputs else {}
    if not several:
        fields.missing("losses" if len(outputs) > 1 else "loss", span, "name a Keras loss: `loss: mse`")
        return {}
    found: dict[str, KerasObject] = {}
    for name, node in _by_output(fields, "losses", outputs, diagnostics).items():
        loss = decode_value(node, LOSS, diagnostics)
        if loss:
            found[name] = loss
    return found


def _by_output(fields: Fields, key: str, outputs: list[str], diagnostics: Diagnostics) -> dict[str, Node]:
    """The entries of a mapping keyed by output; unknown outputs are reported."""
    mapping = fields.mapping(key)
    found: dict[str, Node] = {}
    for entry in mapping or ():
        if entry.key.text in outputs:
            found[entry.key.text] = entry.value
        else:
            diagnostics.unknown("unknown-output", "output", entry.key.span, entry.key.text, outputs)
    return found


def _metric_nodes(fields: Fields, outputs: list[str], diagnostics: Diagnostics) -> dict[str, Node]:
    node = fields.node_of("metrics")
    if isinstance(node, (Sequence, Scalar)) and not isinstance(node, Broken):
        if len(outputs) == 1:
            return {outputs[0]: node}
        entry = fields.entry("metrics")
        assert entry is not None
        diagnostics.report(
            "bad-training",
            f"one list of metrics for {len(outputs)} outputs",
            (entry.key.span, "for which output?"),
            help="write the metrics by output: `metrics: {" + (outputs[0] if outputs else "name") + ": [mae]}`",
        )
        return {}
    return _by_output(fields, "metrics", outputs, diagnostics)


def _metrics(node: Node, diagnostics: Diagnostics) -> tuple[KerasObject, ...]:
    """Metrics; one written by a short name keeps it as its own name, as Keras does: `mae` is logged as `mae`."""
    items = node.items if isinstance(node, Sequence) else (node,)
    found: list[KerasObject] = []
    for item in items:
        metric = decode_value(item, METRIC, diagnostics)
        if metric is None:
            continue
        if isinstance(item, Scalar) and isinstance(item.value, str) and item.value != metric.name:
            metric = KerasObject(metric.module, metric.name, (*metric.arguments, ("name", item.value)))
        found.append(metric)
    return tuple(found)


def _fit(fields: Fields, diagnostics: Diagnostics) -> tuple[dict[str, Any], KerasObject | None]:
    mapping = fields.mapping("fit")
    if mapping is None:
        return {}, None
    inner = Fields(mapping, "`fit`", diagnostics)
    inner.only([*FIT, "early_stopping"])
    settings = {key: inner.get(key, kind) for key, (kind, _) in FIT.items() if key in inner.entries}
    settings = {key: value for key, value in settings.items() if value is not None}
    node = inner.node_of("early_stopping")
    if node is None:
        return settings, None
    if not isinstance(node, Mapping):
        diagnostics.report(
            "wrong-type",
            f"`early_stopping` has to be a mapping, found {describe(node)}",
            (node.span, ""),
            help="write `early_stopping: {monitor: val_loss, patience: 50}`",
        )
        return settings, None
    stopping = Fields(node, "`early_stopping`", diagnostics)
    stopping.only(EARLY_STOPPING)
    given = tuple((key, stopping.get(key, kind)) for key, (kind, _) in EARLY_STOPPING.items() if key in stopping.entries)
    monitor = dict(given).get("monitor", "val_loss")
    if isinstance(monitor, str) and monitor.startswith("val_") and not settings.get("validation_split"):
        entry = stopping.entry("monitor")
        diagnostics.report(
            "bad-training",
            f"early stopping watches `{monitor}`, and `fit` keeps no data for validation",
            (entry.value.span if entry else node.span, "never measured"),
            help="add `validation_split: 0.1` to `fit`, or watch `loss`",
        )
    return settings, KerasObject("callbacks", "EarlyStopping", given)
