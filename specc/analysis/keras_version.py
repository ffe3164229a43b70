"""Reports what a network uses that the installed Keras does not have."""

from __future__ import annotations

from collections.abc import Iterator

from specc.analysis.shapes import AttributeSpan
from specc.diagnostics import Diagnostics
from specc.ir import Graph
from specc.ops import _registry as registry
from specc.ops._keras_versions import FLOOR, Need, highest, installed, needs_of_layer, needs_of_object, release
from specc.source import Span
from specc.spec.document import Training


def needed_version(graph: Graph, training: Training | None) -> str:
    """The oldest Keras that a network can be built with."""

    def needs() -> Iterator[Need]:
        for node in graph.nodes:
            yield from needs_of_layer(registry.get(node.op), node.attributes)
        for need, _ in _of_training(training):
            yield need

    return highest(needs())


def check_keras_version(
    graph: Graph, training: Training | None, attribute_span: AttributeSpan, diagnostics: Diagnostics, place: Span
) -> None:
    """Reports everything that the installed Keras lacks, at its first use. Without Keras there is nothing to report."""
    found = installed()
    if found is None:
        return
    if release(found) < release(FLOOR):
        _report(f"specc needs Keras {FLOOR} or newer, found {found}", FLOOR, place, diagnostics)
        return
    reported: set[str] = set()

    def lacks(need: Need) -> bool:
        is_new = release(found) < release(need.version) and need.name not in reported
        reported.add(need.name)
        return is_new

    for node in graph.nodes:
        if node.attributes is None:
            continue
        for need in needs_of_layer(registry.get(node.op), node.attributes):
            if lacks(need):
                span = attribute_span(node.layer, need.attribute) if need.attribute else None
                with diagnostics.within(node.origin.uses):
                    message = f"`{node.name}`: {_lacking(need, found)}"
                    _report(message, need.version, span or node.origin.span, diagnostics)
    for need, span in _of_training(training):
        if lacks(need):
            _report(_lacking(need, found), need.version, span, diagnostics)


def _of_training(training: Training | None) -> Iterator[tuple[Need, Span | None]]:
    """What the objects of `training` need, and where they are written."""
    if training is None:
        return
    for need in needs_of_object(training.optimizer):
        yield need, training.optimizer_span
    for name, loss in training.losses.items():
        for need in needs_of_object(loss):
            yield need, training.loss_spans.get(name)
    for metrics in training.metrics.values():
        for metric in metrics:
            for need in needs_of_object(metric):
                yield need, training.span


def _lacking(need: Need, found: str) -> str:
    return f"{need.what} needs Keras {need.version} or newer, found {found}"


def _report(message: str, version: str, span: Span | None, diagnostics: Diagnostics) -> None:
    help = f"install a newer Keras: `pip install 'keras>={version}'`"
    diagnostics.report("keras-version", message, (span, "not in the installed Keras"), help=help)
