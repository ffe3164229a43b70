"""What `shape` and `channels` may ask of before the nodes are written out: the shapes of inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from specc.spec.document import InputDecl
from specc.spec.expressions import NetworkValue, Unmeasured


def of_inputs(inputs: Iterable[InputDecl], nodes: Iterable[str]) -> dict[str, NetworkValue]:
    """What a loop may ask of."""
    return unknown(nodes, "a loop") | {one.name: NetworkValue(one.name, _declared(one)) for one in inputs}


def unknown(nodes: Iterable[str], reader: str) -> dict[str, NetworkValue]:
    """Nodes that are written out only after `reader` has been read."""

    def measure() -> tuple[int, ...]:
        message = f"{reader} is evaluated before the nodes, whose shapes are not known yet"
        raise Unmeasured(message, "ask the shape of an input, or write the number")

    return {name: NetworkValue(name, measure) for name in nodes}


def _declared(one: InputDecl) -> Callable[[], tuple[int, ...]]:
    def measure() -> tuple[int, ...]:
        if one.attributes is None:
            raise Unmeasured(is_reported=True)
        return one.attributes.shape

    return measure
