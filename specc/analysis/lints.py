"""Warnings about graphs that are valid and most likely not meant."""

from __future__ import annotations

import math
from typing import Any

from specc.analysis.channels_first import lint_channels
from specc.analysis.heads import lint_heads
from specc.analysis.shapes import AttributeSpan
from specc.diagnostics import Diagnostics
from specc.ir import Graph, Node, TensorType, show_shape
from specc.ir.graph import Types
from specc.spec.document import Training

_MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
_DROPOUTS = ("Dropout", "AlphaDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
HIGH_RATE = 0.5
_INVERTED = 0.2
_FEW = 30  # steps, for which a low momentum is right
_SETTLED = math.log(0.01 / 0.9)  # a variance that starts at 1 is then within a tenth of a true one of 0.1


def lint(
    graph: Graph,
    types: Types,
    attribute_span: AttributeSpan,
    diagnostics: Diagnostics,
    training: Training | None = None,
) -> None:
    """Reports what looks like a slip, in spec order; with `training`, also what that makes one."""
    steps = training.steps if training else None
    lint_channels(graph, types, diagnostics)
    lint_heads(graph, types, attribute_span, diagnostics, training)
    for node in graph.nodes:
        if node.attributes is None:
            continue
        with diagnostics.within(node.origin.uses):
            if node.name == node.layer:
                _drop_rates(node, attribute_span, diagnostics)
                _momentum(node, steps, attribute_span, diagnostics)
            if node.op == "BatchNormalization" and node.name == node.layer and steps:
                _statistics(node, steps, attribute_span, diagnostics)
            elif node.op in _MERGES:
                _broadcast(node, types, diagnostics)


def _drop_rates(node: Node, attribute_span: AttributeSpan, diagnostics: Diagnostics) -> None:
    for name in ("rate",) if node.op in _DROPOUTS else ("dropout", "recurrent_dropout"):
        rate: Any = getattr(node.attributes, name, None)
        if isinstance(rate, (int, float)) and rate > HIGH_RATE:
            _drop_rate(node, name, rate, attribute_span, diagnostics)


def _drop_rate(node: Node, name: str, rate: float, attribute_span: AttributeSpan, diagnostics: Diagnostics) -> None:
    keep = round(1 - rate, 12)
    as_rate, as_keep = (attribute_span(node.name, one) for one in (name, "keep_prob"))
    if as_keep and not as_rate:
        note = "`keep_prob` is the share that is kept; Keras' `rate` is the share that is dropped"
        help = f"if {keep:g} is the share to drop, write `rate: {keep:g}`"
    else:
        note = f"`{name}` is the share that is dropped; some frameworks ask for the share that is kept"
        kept = f"`keep_prob: {rate:g}`" if hasattr(node.attributes, "keep_prob") else f"`{name}: {keep:g}`"
        help = f"if {rate:g} is the share to keep, write {kept}"
    diagnostics.report(
        "high-drop-rate",
        f"`{node.name}`: {rate * 100:.4g}% of what it reads is dropped",
        (as_rate or as_keep or node.origin.span, f"keeps {keep * 100:.4g}%"),
        notes=[note],
        help=help,
    )


def _momentum(node: Node, steps: int | None, attribute_span: AttributeSpan, diagnostics: Diagnostics) -> None:
    """PyTorch's momentum is the share of the new batch, Keras' that of the old statistics."""
    momentum: Any = getattr(node.attributes, "momentum", None)
    few = steps is not None and steps < _FEW
    if node.op != "BatchNormalization" or momentum is None or not 0 < momentum <= _INVERTED or few:
        return
    diagnostics.report(
        "inverted-momentum",
        f"`{node.name}`: with momentum {momentum:g}, the moving statistics are almost those of the last batch",
        (attribute_span(node.name, "momentum") or node.origin.span, f"keeps {momentum:.4g} of what was learned before"),
        notes=["Keras' `momentum` is the share that is kept; PyTorch's is the share of the new batch"],
        help=f"if it comes from PyTorch, write `momentum: {round(1 - momentum, 12):g}`",
    )


def _statistics(node: Node, steps: int, attribute_span: AttributeSpan, diagnostics: Diagnostics) -> None:
    """Moving statistics follow the batches at a pace set by `momentum`; inference uses them, training does not."""
    momentum = node.attributes.momentum
    wanted = math.floor(_SETTLED / math.log(momentum)) if 0 < momentum < 1 else 0
    if (wanted <= steps and momentum < 1) or not node.attributes.trainable:
        return
    enough = math.floor(math.exp(_SETTLED / steps) * 1000) / 1000
    needed = f"{wanted:,} steps" if wanted else "more steps than there are"
    diagnostics.report(
        "unsettled-statistics",
        f"`{node.name}`: with momentum {momentum:g} the moving statistics need {needed}, and training takes {steps:,}",
        (attribute_span(node.name, "momentum") or node.origin.span, "too slow for so few steps"),
        notes=[
            "the steps are `epochs` times `steps_per_epoch`",
            "training normalises by each batch, inference by the moving statistics: it looks well in training only",
        ],
        help=f"lower it to `momentum: {enough:g}`, or train for more steps",
    )


def _broadcast(node: Node, types: Types, diagnostics: Diagnostics) -> None:
    """All operands are stretched, each along another axis: `[13, 1]` with `[13]` gives `[13, 13]`."""
    found = [types.get((one.value, one.port)) for one in node.operands]
    operands = [one for one in found if one is not None]
    result = types.get((node.name, "out"))
    if result is None or len(operands) < 2 or len(operands) < len(found):
        return
    stretched = [_stretched(one, result) for one in operands]
    if all(stretched):
        pairs = zip(node.operands, operands, strict=True)
        labels = [(one.span, f"`{one}` is {kind}") for one, kind in pairs if one.span]
        diagnostics.report(
            "silent-broadcast",
            f"`{node.name}` stretches every operand: the result is {show_shape(result.shape)}",
            (labels[0] if labels else (node.origin.span, "")),
            *labels[1:],
            help="bring the operands to one shape with Reshape or Flatten first, if that is not meant",
        )


def _stretched(operand: TensorType, result: TensorType) -> bool:
    # Keras aligns operands of fewer axes by ones after the batch axis
    shape = (1,) * (result.rank - operand.rank) + operand.shape
    return any(have == 1 < want for have, want in zip(shape, result.shape, strict=True))
