"""What lowering has to say to the user: nodes that are not supported on a target, and why, at their own lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from specc.analysis.facts import facts, window_as_written
from specc.diagnostics import Diagnostics
from specc.ir import Graph, Node, Origin, TensorType
from specc.ir.graph import OUT, Types
from specc.ir.sizes import UNNAMED, is_known
from specc.ir.types import FLOATS
from specc.lowering._layout import LAYOUTS
from specc.ops import _registry as registry
from specc.source import Span
from specc.targets import ACTIVATION, OP, Target, Violation

STATIC = "static-shapes"
_MOST_NAMED = 5


@dataclass(slots=True)
class _Finding:
    """One mistake at one place; `others` are further nodes that it makes: copies of a repeat, instances of a block."""

    origin: Origin
    message: str
    label: str
    notes: Sequence[str]
    help: str
    others: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports about one graph and one target, which `finish` hands over."""

    target: Target
    diagnostics: Diagnostics
    graph: Graph
    types: Types
    findings: dict[tuple[Span | str, str, str], _Finding] = field(default_factory=dict[Any, _Finding])

    def illegal(self, node: Node, violations: Sequence[Violation], known: Mapping[str, Any]) -> None:
        """One error for one node: the constraint that says most about it, the others as notes."""
        first, *others = violations or [Violation("layout", "its layout is not known")]
        is_rewritten = bool(node.origin.trail)
        message = self._message(first, node, known)
        notes = [f"constraint `{first.id}`" + (f", from {first.source}" if first.source else "")]
        if first.id == OP:
            message = f"{first.message}, and no lowering applies"
            message += "" if node.op in self.target.instead else " to this one"
        if not (first.id == OP and node.op in self.target.instead):
            notes += [f"constraint `{one.id}`: {self._message(one, node, known)}" for one in others]
        if is_rewritten:
            notes.append(f"{node.origin.story()} to {node.op}{_window(known)}")
        label = f"becomes {node.op}" if is_rewritten else node.op
        self._add(node.origin, first.id, node.op, _Finding(node.origin, message, label, notes, self._help(first, node)))

    def no_place(self, origin: Origin, logical: TensorType) -> None:
        """A value that the target's layout cannot hold."""
        message = f"{logical} does not fit into [height, width, channels]"
        help = "flatten or reshape it to at most [height, width, channels]"
        self._add(origin, "layout", "", _Finding(origin, message, f"{logical} without the batch axis", (), help))

    def _add(self, origin: Origin, id: str, op: str, finding: _Finding) -> None:
        """Adds a finding; that of another copy of the same node counts with the first."""
        key = (origin.span or origin.node, id, op)
        first = self.findings.setdefault(key, finding)
        if origin.node not in (first.origin.node, *first.others):
            first.others.append(origin.node)

    def finish(self) -> None:
        """Reports what was found, and the first input or output beyond what the target supports."""
        for key, one in self.findings.items():
            if key[1] != STATIC and self._is_for_missing_ops(one.origin.node):
                continue
            with self.diagnostics.within(one.origin.uses):
                self._report(one)
        self._count("inputs", [node.origin for node in self.graph.inputs])
        self._count("outputs", [self._origin(one.value.value) for one in self.graph.outputs])

    def _is_for_missing_ops(self, name: str) -> bool:
        """Whether an input has a type that only ops take which the target lacks: frames, or numbers to look up.

        They have been reported, and what replaces them reads another input.
        """
        node = self.graph.by_name.get(name)
        if node is None or node.op != "Input" or any(one.value.value == name for one in self.graph.outputs):
            return False
        readers = self.graph.readers.get(name, ())
        ops = {self.graph.by_name[one].op if one in self.graph.by_name else "" for one in readers}
        is_theirs = self.types[name, OUT].dtype not in FLOATS or not self._has_place(node)
        return is_theirs and bool(ops) and ops <= self.target.instead.keys()

    def _has_place(self, node: Node) -> bool:
        """Whether the target's layout can hold the first result of one of the user's nodes."""
        return LAYOUTS[self.target.layout](self.types[node.name, OUT].shape) is not None

    def _report(self, one: _Finding) -> None:
        subject, notes = f"`{one.origin.node}` is", list(one.notes)
        if one.others:
            copies = "copies" if len(one.others) > 1 else "copy"
            subject = f"`{one.origin.node}` and {len(one.others)} other {copies} of it are"
            named = ", ".join(f"`{name}`" for name in one.others[:_MOST_NAMED])
            notes.append(f"the {copies}: {named}" + (", …" if len(one.others) > _MOST_NAMED else ""))
        message = f"{subject} not supported on {self.target.name}: {one.message}"
        self.diagnostics.report("no-lowering", message, (one.origin.span, one.label), notes=notes, help=one.help)

    def _message(self, violation: Violation, node: Node, known: Mapping[str, Any]) -> str:
        """What is wrong, with the figures that the user wrote; if others are at fault, those of the rewritten node."""
        rule, user = violation.constraint, self.graph.by_name.get(node.origin.node)
        if rule is None or user is None or not node.origin.trail:
            return violation.message
        written = self._facts(user)
        figures = {**known, **written, **self.target.chosen}
        if rule.quoted & known.keys() <= written.keys() and not self.target.holds(rule, figures):
            return rule.describe(figures)
        return violation.message if user.op == node.op else f"as {node.op}, {violation.message}"

    def _facts(self, node: Node) -> Mapping[str, Any]:
        """The facts of a node as the user wrote it."""
        operands = [self.types[one.value, one.port] for one in node.operands]
        results = [self.types[node.name, port] for port in registry.get(node.op).ports(node.attributes)]
        return {**facts(node, operands, results), **window_as_written(node.attributes)}

    def _count(self, what: str, origins: Sequence[Origin]) -> None:
        most = self.target.limits.get(what)
        if most is not None and len(origins) > most:
            self.diagnostics.report(
                "no-lowering",
                f"{self.target.name} supports at most {most} {what}, the network has {len(origins)}",
                (origins[most].span, f"one of the {what} too many"),
                help="join some of them, or split the network",
            )

    def _origin(self, value: str) -> Origin:
        """Where a value of the user's graph comes from."""
        for table in (self.graph.states, self.graph.scans, self.graph.collects):
            if value in table:
                return table[value][1].origin
        return self.graph.by_name[value].origin

    def _help(self, violation: Violation, node: Node) -> str:
        if violation.id == STATIC:
            names = [str(size) for size in getattr(node.attributes, "shape", ()) if not is_known(size)]
            named = [f"`--set {name}=…`" for name in names if name != UNNAMED]
            return (
                f"set it with {' and '.join(named)}, or write a number" if named else "write a number, or a name to set"
            )
        if violation.id == ACTIVATION:
            return "the caller can apply it on an output only; inside the network, use another activation"
        if violation.id == OP and node.op in self.target.instead:
            return self.target.instead[node.op]
        if node.op == "Input":
            change = "change its dtype" if self._has_place(node) else "declare at most [height, width, channels]"
            return f"{change}, or build for a target that supports it"
        return "change the node, or build for a target that supports it"


def _window(known: Mapping[str, Any]) -> str:
    if "kernel" not in known:
        return ""
    return f" with a kernel of {known['kernel']} and strides of {known['stride_h']}x{known['stride_w']}"
