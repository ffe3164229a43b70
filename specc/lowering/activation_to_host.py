"""An activation on an output that the target lacks moves to the caller: the data contract applies it."""

from __future__ import annotations

from dataclasses import replace

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site


def matches(site: Site) -> bool:
    """Only where the activation is the last thing that happens to a value that nothing but outputs reads."""
    name = site.node.origin.node
    graph = site.rewriter.graph
    return (
        site.op == "Activation"
        and not site.is_logical
        and site.is_final
        and not graph.readers.get(name)
        and name not in graph.loop_of
        and any(output.value.value == name for output in graph.outputs)
    )


def rewrite(site: Site) -> Value:
    return replace(site.operand, host=site.attributes.activation)


LOWERING = Lowering("An `Activation` on an output → the caller's side of the data contract.", matches, rewrite)
