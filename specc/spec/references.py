"""References into operands: what a name means, and what is said of one that means nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace

from specc.diagnostics import Diagnostics, did_you_mean, resemblance, short
from specc.ir import Operand
from specc.ir.graph import OUT
from specc.ops import _registry as registry
from specc.source import work
from specc.spec.calls import Calls
from specc.spec.copies import copy_of, report_no_copy
from specc.spec.document import CollectDecl, InputDecl, NodeDecl, Reference, ScanDecl, Spec, StateDecl
from specc.spec.fields import RESERVED

_SURE = 0.75  # two names that resemble each other so much are taken for one, misspelt


@dataclass
class Certainty:
    """How far what is read is known, which decides what may be said of what nothing reads."""

    probable: set[str] = field(default_factory=set[str])  # what misspelt references most likely mean
    is_whole: bool = True  # False once a node or state lost something that it reads
    is_sure: bool = True  # False once nobody knows what it was

    def lose(self) -> None:
        """Something is read, and nobody knows what."""
        self.is_whole = self.is_sure = False


@dataclass(frozen=True)
class Rows:
    """What a reference can name: declarations by name."""

    inputs: dict[str, InputDecl]
    nodes: dict[str, NodeDecl]
    states: dict[str, StateDecl]
    scans: dict[str, ScanDecl]
    collects: dict[str, CollectDecl]

    def __contains__(self, name: str) -> bool:
        return any(name in table for table in (self.inputs, self.nodes, self.states, self.scans, self.collects))


class References:
    """Resolves the references of one spec."""

    def __init__(self, spec: Spec, rows: Rows, calls: Calls, certainty: Certainty, diagnostics: Diagnostics) -> None:
        self.spec, self.rows, self.calls = spec, rows, calls
        self.certainty, self.diagnostics = certainty, diagnostics

    def default(self, name: str) -> Operand:
        """What a row's name alone means: its first result."""
        ports = self.ports(name)
        return Operand(name, ports[0] if ports else OUT)

    def ports(self, name: str) -> tuple[str, ...]:
        """The results of a value by name; empty where its op is not known."""
        decl = self.rows.nodes.get(name)
        if decl is None:
            return (OUT,)
        decl = self.calls.layer(decl)
        if decl is None or decl.op is None or decl.attributes is None:
            return ()
        return registry.get(decl.op).ports(decl.attributes)

    def operand(self, reference: Reference, others: Iterable[str] = (), shown: str = "") -> Operand | None:
        """The value a reference names; None where there is none, which is reported. `others` could stand here too."""
        name = reference.name
        shown = shown or name  # what the spec calls it
        if self.spec.results.get(name, name) != name and name not in self.rows.nodes:
            return self.stand_in(reference)
        if name not in self.rows and (copy := copy_of(name)):
            return self.copy(reference, copy[0])
        if name not in self.rows:
            if self.spec.is_complete or name in RESERVED:
                self.unknown(reference, others)
            return None
        ports = self.ports(name)
        if reference.port is None:
            return Operand(name, ports[0] if ports else OUT, reference.span)
        if ports and reference.port not in ports:
            known = ", ".join(f"`{shown}.{port}`" for port in ports)
            if ports == (OUT,):
                known = f"only the one result, read as `{shown}`"
            self.certainty.probable.add(name)
            self.certainty.is_whole = False
            switch = self.switch(name, reference.port)
            self.diagnostics.report(
                "unknown-port",
                f"`{shown}` has no result `{short(reference.port)}`",
                (reference.span, "no such result"),
                help=f"it has, with `{switch}: true` on `{shown}`; now it has {known}" if switch else f"it has {known}",
            )
            return None
        return Operand(name, reference.port, reference.span)

    def copy(self, reference: Reference, name: str) -> Operand | None:
        """A copy that is not there: what is read in place of a repeat that is left out, or a mistake."""
        if self.spec.copies.get(name) == 0:
            return self.operand(replace(reference, name=name))
        self.certainty.is_whole = False
        if name in self.rows or name in self.spec.results:
            self.certainty.probable.add(name)
            report_no_copy(reference, self.spec.copies.get(name), self.diagnostics)
        elif self.spec.is_complete:
            self.unknown(replace(reference, name=name), ())
        return None

    def stand_in(self, reference: Reference) -> Operand | None:
        """What is read under the name of a block instance, of a repeated node or of one that is left out."""
        results = self.spec.results[reference.name]
        if isinstance(results, str):
            return self.operand(replace(reference, name=results), shown=reference.name)
        if not results:
            self.certainty.lose()
            return None
        if reference.port is None or reference.port in results:
            found = results[reference.port] if reference.port else next(iter(results.values()))
            return self.operand(replace(found, span=reference.span))
        known = ", ".join(f"`{reference.name}.{port}`" for port in results)
        if [*results] == [OUT]:
            known = f"only the one result, read as `{reference.name}`"
        message = f"`{reference.name}` has no result `{short(reference.port)}`"
        self.diagnostics.report("unknown-port", message, (reference.span, "no such result"), help=f"it has {known}")
        self.certainty.probable |= {one.name for one in results.values()}
        self.certainty.is_whole = False
        return None

    def switch(self, name: str, port: str) -> str | None:
        """The attribute of a value's op that is off, and that would give it a result of that name."""
        decl = self.rows.nodes.get(name)
        decl = self.calls.layer(decl) if decl else None
        if decl is None or decl.op is None or decl.attributes is None:
            return None
        ports, given = registry.get(decl.op).ports, decl.attributes
        off = [one.name for one in fields(given) if getattr(given, one.name) is False]
        return next((name for name in off if port in ports(replace(given, **{name: True}))), None)

    def unknown(self, reference: Reference, others: Iterable[str]) -> None:
        """Reports a name that is not there, with the reason where it is something else."""
        name = reference.name
        self.certainty.is_whole = False
        work.charge(len(self.rows.nodes) // 8)
        nodes = [name for name in (*self.rows.nodes, *self.spec.results) if "/" not in name]
        known = [*self.rows.inputs, *nodes, *self.rows.states, *self.rows.scans, *self.rows.collects, *others]
        loop = next((loop for loop in self.spec.loops if loop.name == name), None)
        what, help = "", ""
        if name in RESERVED:
            what, help = "is an initial value of states", f"a state may start from it: `init: {name}`"
        elif loop is not None:
            results = loop.states or loop.collects
            kind = "states" if loop.states else "collected values"
            what, help = "is a loop", f"read one of its {kind}: {', '.join(f'`{one.name}`' for one in results)}"
        elif name in self.spec.params:
            what, help = "is a parameter", f"a parameter stands in an expression: `${{{name}}}`"
        elif output := next((one for one in self.spec.outputs if one.name == name != one.value.name), None):
            what, help = "is the name of an output", f"read the node behind it: `{output.value}`"
        elif registry.find(name) is not None:
            what, help = "is an op", f"make a node of it, `name: {{op: {name}}}`, and read that by its name"
        if what:
            self.certainty.is_sure = False
            message = f"`{name}` {what}, and no value that can be read here"
            self.diagnostics.report("unknown-reference", message, (reference.span, "not a value"), help=help)
            return
        close = did_you_mean(name, known, numbered=True)
        if close is None or resemblance(name, close) < _SURE:
            self.certainty.is_sure = False
        else:
            self.certainty.probable.add(close)
        help = "declare it under `nodes` or `inputs`"
        self.diagnostics.unknown("unknown-reference", "name", reference.span, name, known, help)
