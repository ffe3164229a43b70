"""What lowering has to say to the user: nodes that cannot be had on a target, and why, at their own lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specc.diagnostics import Diagnostics
from specc.ir import Graph, Node, Origin, TensorType
from specc.ir.sizes import UNNAMED, is_known
from specc.targets import ACTIVATION, Target, Violation

STATIC = "static-shapes"
_GENERAL = ("four-dimensional", "op")  # true of most nodes before they are lowered, so it says least about one


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports about one target."""

    target: Target
    diagnostics: Diagnostics

    def illegal(self, node: Node, violations: Sequence[Violation]) -> None:
        """One error for one node: the constraint that says most about it."""
        first = next((one for one in violations if one.hard or one.id not in _GENERAL), None)
        first = first or (violations[0] if violations else Violation("layout", "its layout is not known"))
        notes = [f"constraint `{first.id}`" + (f", from {first.source}" if first.source else "")]
        if node.origin.trail:
            notes.append(node.origin.story())
        with self.diagnostics.within(node.origin.uses):
            self._illegal(node, first, notes)

    def _illegal(self, node: Node, first: Violation, notes: Sequence[str]) -> None:
        self.diagnostics.report(
            "no-lowering",
            f"`{node.origin.node}` cannot be had on {self.target.name}: {first.message}",
            (node.origin.span, f"becomes {node.op}" if node.origin.trail else f"{node.op}"),
            notes=notes,
            help=_help(first, node),
        )

    def no_place(self, origin: Origin, logical: TensorType) -> None:
        """A value that the target's layout cannot hold."""
        with self.diagnostics.within(origin.uses):
            self.diagnostics.report(
                "no-lowering",
                f"`{origin.node}` of {logical} has no place in the four dimensions of {self.target.name}",
                (origin.span, f"{logical} beside the batch"),
                help="flatten or reshape it to at most [height, width, channels]",
            )

    def counts(self, graph: Graph) -> None:
        """The first input or output beyond what the target can have."""
        self._count("inputs", [node.origin for node in graph.inputs])
        self._count("outputs", [_origin(graph, one.value.value) for one in graph.outputs])

    def _count(self, what: str, origins: Sequence[Origin]) -> None:
        most = self.target.limits.get(what)
        if most is not None and len(origins) > most:
            self.diagnostics.report(
                "no-lowering",
                f"{self.target.name} takes at most {most} {what}, the network has {len(origins)}",
                (origins[most].span, f"one of the {what} too many"),
                help="join some of them, or split the network",
            )


def _origin(graph: Graph, value: str) -> Origin:
    """Where a value of the user's graph comes from."""
    for table in (graph.states, graph.collects):
        if value in table:
            return table[value][1].origin
    return graph.by_name[value].origin


def _help(violation: Violation, node: Node) -> str:
    if violation.id == STATIC:
        names = [str(size) for size in getattr(node.attributes, "shape", ()) if not is_known(size)]
        named = [f"`--set {name}=…`" for name in names if name != UNNAMED]
        return f"set it with {' and '.join(named)}, or write a number" if named else "write a number, or a name to set"
    if violation.id == ACTIVATION:
        return "the target's caller can apply it on an output only; inside the network, take another activation"
    return "change the node, or build for a target that takes it"
