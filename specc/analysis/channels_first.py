"""Recognizes images whose channels are the first axis, as PyTorch has them: `[3, 224, 224]`."""

from __future__ import annotations

from specc.analysis.value_sources import applied
from specc.diagnostics import Diagnostics
from specc.ir import Graph, Node, TensorType, show_shape
from specc.ir.graph import OUT, Types
from specc.ir.sizes import is_known

_CHANNELS = (1, 3, 4)
_SMALLEST = 8  # pixels of an image's edge
_OF_IMAGES = (
    "Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "MaxPooling2D", "AveragePooling2D",
    "GlobalAveragePooling2D", "GlobalMaxPooling2D", "UpSampling2D", "ZeroPadding2D",
)  # fmt: skip


def channels_last(node: Node, operand: TensorType, of_input: bool) -> str:
    """The shape to write where an op for images reads an input with its channels first; empty if it does not."""
    op, attributes = applied(node)
    if not of_input or op not in _OF_IMAGES or operand.rank != 3 or not all(map(is_known, operand.shape)):
        return ""
    channels, height, width = operand.shape
    is_first = channels in _CHANNELS and min(height, width) >= _SMALLEST
    if not is_first or getattr(attributes, "data_format", None) == "channels_first":
        return ""
    return f"[{height}, {width}, {channels}]"


def lint_channels(graph: Graph, types: Types, diagnostics: Diagnostics) -> None:
    """Warns where a convolution takes the width of an image for its channels."""
    inputs = {node.name: node for node in graph.inputs}
    for node in graph.nodes:
        if node.attributes is None:
            continue
        source = inputs.get(node.operands[0].value) if node.operands else None
        found = types.get((source.name, OUT)) if source else None
        shape = channels_last(node, found, of_input=True) if found else ""
        if not shape or source is None or found is None or (node.name, OUT) not in types:
            continue
        height, _, channels = found.shape
        with diagnostics.within(node.origin.uses):
            diagnostics.report(
                "channels-first",
                f"`{node.name}` reads an image of height {height} with {channels} channels",
                (
                    node.operands[0].span or node.origin.span,
                    f"`{source.name}` is {show_shape(found.shape)}",
                ),
                (source.origin.span, "the channels are the last axis"),
                help=f"write `{source.name}: {shape}` if the first axis holds the channels, and transpose the data",
            )
