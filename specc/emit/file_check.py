"""Holds a written TFLite file against its target and its graph: the file has the last word.

A converter can add operators of its own, and it can store a shared weight once for every use.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from specc.diagnostics import Diagnostics
from specc.emit.naming import layer_name
from specc.emit.runtime import TFLiteFile
from specc.ir import Node, elements
from specc.lowering import Lowered
from specc.ops._recurrent import STEPPING
from specc.targets import Target

_MOST_SLICED = 5  # axes of a tensor, batch included, that TFLite can take a slice of (strided_slice.cc)
_MULTIPLYING = ("Conv1D", "Conv2D", "Dense", "DepthwiseConv2D")


def check_file(file: TFLiteFile, lowered: Lowered, target: Target, diagnostics: Diagnostics) -> None:
    """Reports operators the target does not take, and kernels stored more often than the graph declares them."""
    if not target.file_operators:
        return
    before = diagnostics.error_count
    for name, count in file.operators.items():
        if name not in target.file_operators:
            node = _converted_from(file.results.get(name, ()), lowered)
            where = f" for `{node.origin.node}`" if node is not None else ""
            diagnostics.report(
                "file-operator",
                f"the TFLite converter writes {count} {name}{where}, which {target.name} does not accept",
                (node.origin.span if node is not None else None, node.op if node is not None else ""),
                notes=[f"legal operators are from {target.cite(target.file_source)}"],
                help="this is a bug in specc: please report the spec; until then, write this node in another way",
            )
    if diagnostics.error_count > before:
        return  # what an unexpected operator stores follows from it
    declared = declared_kernels(lowered)
    extra = Counter(file.kernels) - Counter(declared)
    if extra:
        shown = ", ".join(f"{count} of {size:,} elements" for size, count in sorted(extra.items()))
        diagnostics.report(
            "file-weights",
            f"the TFLite file stores {sum(file.kernels):,} kernel elements in {len(file.kernels)} tensors, "
            f"the graph declares {sum(declared):,} in {len(declared)}",
            notes=[f"stored without being declared: {shown}"],
            help="a shared weight was stored more than once; report the spec",
        )


def _converted_from(tensors: Sequence[str], lowered: Lowered) -> Node | None:
    """The node that one of these tensors was converted from; their names hold layer names, numbered by TensorFlow."""
    owners = {layer_name(layer): node for layer, node in lowered.graph.layers().items()}
    for tensor in tensors:
        for part in re.split(r"[/;:]", tensor):
            node = owners.get(part) or owners.get(re.sub(r"_\d+$", "", part))
            if node is not None:
                return node
    return None


def is_convertible(lowered: Lowered, diagnostics: Diagnostics) -> bool:
    """Whether a TFLite file can hold the graph; reports the layers that take steps from sequences it cannot slice."""
    deep = [node for node in lowered.graph.nodes if _steps_through(node, lowered) > _MOST_SLICED]
    for node in deep:
        axes = _steps_through(node, lowered)
        diagnostics.report(
            "build-failed",
            f"a TFLite file cannot hold `{node.name}`: it takes the steps of a tensor of {axes} axes, batch included",
            (node.origin.span, node.op),
            notes=[f"TFLite slices tensors of at most {_MOST_SLICED} axes", "no artifact was replaced"],
            help="build the other files, `--artifacts py,keras`",
        )
    return not deep


def _steps_through(node: Node, lowered: Lowered) -> int:
    """The axes of the sequence that a layer goes through step by step; 0 where it is no such layer."""
    if node.op not in STEPPING:
        return 0
    first = node.operands[0]
    return lowered.types[first.value, first.port].rank + 1


def declared_kernels(lowered: Lowered) -> list[int]:
    """The elements of each kernel that the lowered graph's layers multiply with, one for each layer."""
    owners = lowered.graph.layers()
    found: list[int] = []
    for name, node in owners.items():
        if node.op in _MULTIPLYING:
            kernel = next(one for one in lowered.weights if one.layer == name and one.weight == "kernel")
            found.append(elements(kernel.shape))
    return sorted(found)
