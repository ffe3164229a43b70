"""Which layer a `call` applies: the node with an `op` that it leads to, over other calls."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC

from specc.diagnostics import Diagnostics
from specc.ops import _registry as registry
from specc.spec.document import NodeDecl, Reference, Spec


class Calls:
    """The calls of one spec. `others` says what a name is that is no node: "an input"."""

    def __init__(
        self, spec: Spec, nodes: MappingABC[str, NodeDecl], others: MappingABC[str, str], diagnostics: Diagnostics
    ) -> None:
        self.spec, self.nodes, self.others, self.diagnostics = spec, nodes, others, diagnostics
        self.layers: dict[str, NodeDecl | None] = {}  # the `op` that a node's calls lead to

    def called(self, decl: NodeDecl) -> NodeDecl | None:
        """The node whose layer a `call` applies; what is wrong with the call is reported."""
        assert decl.call is not None
        target = self.nodes.get(decl.call.name)
        if target is None:
            self.bad_call(decl.call)
            return None
        if decl.call.port is not None:
            message = f"`{decl.call}` is a result of `{target.name}`, not a layer"
            help = f"call the layer: `call: {target.name}`"
            self.diagnostics.report("bad-call", message, (decl.call.span, "cannot be called"), help=help)
            return None
        return self.layer(decl)

    def layer(self, decl: NodeDecl) -> NodeDecl | None:
        """The `op` that a node is or that its calls lead to; a circle of calls is reported, once."""
        path: dict[str, NodeDecl] = {}
        found: NodeDecl | None = decl
        while found is not None and found.call is not None:
            if found.name in self.layers:
                found = self.layers[found.name]
                break
            if found.name in path:
                self.report_circle([*path.values()], found)
                found = None
                break
            path[found.name] = found
            found = self.nodes.get(found.call.name)
        self.layers |= dict.fromkeys(path, found)
        return found

    def report_circle(self, path: list[NodeDecl], first: NodeDecl) -> None:
        circle = [*path[path.index(first) :], first]
        shown = " → ".join(f"`{one.name}`" for one in circle)
        self.diagnostics.report(
            "bad-call",
            f"the calls {shown} lead to no layer",
            (first.call.span if first.call else first.span, "goes in a circle"),
            help="one of them has to be an `op`",
        )

    def bad_call(self, reference: Reference) -> None:
        name = reference.name
        if name in self.others:
            what = self.others[name]
            self.diagnostics.report(
                "bad-call",
                f"`{name}` is {what}, not a layer",
                (reference.span, "cannot be called"),
                help="`call` names a node with an `op`; to read a value, use `from`",
            )
        elif registry.find(name) is not None:
            message = f"`{name}` is an op, and `call` names a node"
            help = f"for a layer of its own write `op: {name}`"
            self.diagnostics.report("bad-call", message, (reference.span, "not a node"), help=help)
        elif self.spec.is_complete:
            known = [node.name for node in self.nodes.values() if node.op and "/" not in node.name]
            help = "`call` names a node with an `op`"
            self.diagnostics.unknown("unknown-reference", "node", reference.span, name, known, help)
