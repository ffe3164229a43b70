"""Finds what in a spec's training a lowered network cannot do exactly; such a build is not trained at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from specc.diagnostics import Diagnostics
from specc.lowering._lowered import Gap, Lowered
from specc.lowering._objectives import physical_loss
from specc.lowering._weights import Pad, WeightTransform
from specc.spec.document import Training

_BY_AXES = ("Adafactor", "Muon")  # optimizers whose updates depend on a kernel's axes
_HELP = "train the keras build and carry its weights across with `load_reference_weights`"


def training_gaps(training: Training, lowered: Lowered) -> list[Gap]:
    """Everything in which training the lowered network would differ from training the network as written."""
    return [*_losses(training, lowered), *_optimizer(training, lowered), *_zeros(lowered), *lowered.gaps]


def report_gaps(training: Training, lowered: Lowered, target: str, diagnostics: Diagnostics) -> None:
    """Warns of each: the build still runs, and its `compile_model` refuses."""
    for gap in training_gaps(training, lowered):
        message = f"the {target} build cannot be trained: {gap.message}"
        diagnostics.report("training-differs", message, (gap.span, "differs"), help=f"{gap.help}, or {_HELP}")


def _losses(training: Training, lowered: Lowered) -> Iterator[Gap]:
    for name, loss in training.losses.items():
        output = lowered.outputs.get(name)
        if output is None or physical_loss(loss, output) is not None:
            continue
        span = training.loss_spans.get(name)
        if output.host is not None:
            message = f"{loss.name} needs the {output.host} of output `{name}`, which is left to the caller"
            yield Gap(message, span, "end the output in an activation of the target, or use a loss with `from_logits`")
        else:
            yield Gap(f"{loss.name} cannot be computed on the shape that `{name}` has there", span, "use another loss")


def _optimizer(training: Training, lowered: Lowered) -> Iterator[Gap]:
    optimizer, span = training.optimizer, training.optimizer_span
    trained = [one for one in lowered.weights if one.trainable and one.source.shape]
    if optimizer.name == "Lamb":
        padded = next((one for one in trained if any(isinstance(step, Pad) for step in one.source.steps)), None)
        if padded is not None:
            message = f"Lamb scales by the norm of each kernel, and that of `{padded.layer}` is larger there"
            yield Gap(message, span, "use another optimizer")
    if optimizer.name in _BY_AXES:
        moved = next((one for one in trained if one.shape != one.source.shape), None)
        if moved is not None:
            message = f"{optimizer.name} depends on the axes of a kernel, and those of `{moved.layer}` change"
            yield Gap(message, span, "use another optimizer")
    split = _split(trained)
    if split is None:
        return
    if optimizer.name == "Lamb":
        yield Gap(
            f"Lamb scales by the norm of each kernel, and `{split.layer}` is split", span, "use another optimizer"
        )
    if optimizer.argument("clipnorm") is not None:
        message = f"`clipnorm` clips each kernel by its own norm, and `{split.layer}` is one part of a kernel"
        yield Gap(message, span, "write `global_clipnorm`")


def _split(trained: list[WeightTransform]) -> WeightTransform | None:
    """A weight that is one of several parts of a weight in the spec."""
    parts = Counter((one.source.layer, one.source.weight) for one in trained)
    return next((one for one in trained if parts[one.source.layer, one.source.weight] > 1), None)


def _zeros(lowered: Lowered) -> Iterator[Gap]:
    """Kernels with zeros around them that meet data or are penalized, so that training would change them."""
    nodes = {node.layer: node for node in lowered.graph.nodes}
    for one in lowered.weights:
        if not one.trainable or not any(isinstance(step, Pad) and not step.is_inert for step in one.source.steps):
            continue
        node = nodes.get(one.layer)
        message = f"the {one.weight} of `{one.source.layer}` is padded with zeros there, which training would change"
        yield Gap(message, node.origin.span if node else None, "use a kernel size of the target")
