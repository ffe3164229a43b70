"""What a name means where it is written: at the top of the spec, or in an instance of a block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field, replace

from specc.diagnostics import Diagnostics, Use, short
from specc.ops import _registry as registry
from specc.ops._base import OpDef
from specc.source import Mapping, Node, Scalar, Sequence, work
from specc.spec.copies import base_name, copy_of, lists_copies, names_all, of_number, report_no_copy
from specc.spec.document import InputDecl, LoopDecl, NodeDecl, Reference, Results
from specc.spec.nodes import operands_of
from specc.spec.params import Params


@dataclass(slots=True, eq=False)
class Item:
    """A node as it is written, in its scope. `results` and `decls` are there once it is done."""

    key: Scalar
    node: Node
    scope: Scope
    above: Item | None
    state: str = "waiting"
    compound: bool | None = None  # once it has been asked for
    loses: bool | None = None  # whether it may lose operands, once that has been asked for
    leads_to: Item | None = None  # its origin, once that has been asked for
    results: Results = field(default_factory=dict[str, Reference])
    decls: list[NodeDecl] = field(default_factory=list[NodeDecl])
    copies: list[Results] = field(default_factory=list["Results"])  # what each copy of a repeat gives

    @property
    def name(self) -> str:
        return self.scope.prefix + self.key.text

    @property
    def is_compound(self) -> bool:
        """Whether it may stand for something else than one node of its name; as is a `call` of one that does."""
        if self.compound is None:
            path: dict[Item, None] = {}
            item: Item | None = self
            while item is not None and item.compound is None and item not in path:
                path[item] = None
                keys = {entry.key.text for entry in item.node} if isinstance(item.node, Mapping) else set[str]()
                if keys & {"block", "repeat", "when"} or item.may_lose_operands or item.lists_copies:
                    item.compound = True
                elif "call" not in keys:
                    item.compound = False
                else:
                    item = item.called
            found = bool(item and item.compound)
            for one in path:
                one.compound = found
        return bool(self.compound)

    @property
    def lists_copies(self) -> bool:
        """Whether it reads all copies of a node, of which there may be only one."""
        return isinstance(self.node, Mapping) and lists_copies(self.node.get("from"))

    @property
    def is_repeated(self) -> bool:
        """Whether it has copies, be it as a `call` of a node that has."""
        node = self.origin.node
        return isinstance(node, Mapping) and "repeat" in node

    @property
    def origin(self) -> Item:
        """Where its calls lead: the first item with a `repeat`, or the one that calls nothing. Itself in a circle."""
        path: dict[Item, None] = {}
        item = self
        while item.leads_to is None and item not in path:
            path[item] = None
            is_repeated = isinstance(item.node, Mapping) and "repeat" in item.node
            item = item if is_repeated else item.called or item
        found = item.leads_to or item
        for one in path:
            one.leads_to = found
        return found

    @property
    def may_lose_operands(self) -> bool:
        """Whether it lists operands of which some may be left out, so that it may be left out itself."""
        if self.loses is None:
            known: dict[Item, bool] = {}
            stack: list[Item] = [self]
            while stack:  # depth first, without recursion: chains are long
                item = stack[-1]
                waiting = [one for one in item.listed if one.loses is None and one not in known]
                if item not in known and waiting:
                    known[item] = False  # what a cycle comes back to
                    stack.extend(waiting)
                    continue
                stack.pop()
                item.loses = any(one.may_vanish or bool(one.loses) for one in item.listed)
        return bool(self.loses)

    @property
    def may_vanish(self) -> bool:
        """Whether a `when` may leave it out, or all that is in it."""
        return isinstance(self.node, Mapping) and any(key in self.node for key in ("when", "block", "call"))

    @property
    def listed(self) -> list[Item]:
        """The items of the same scope that it lists as operands, where it lists several."""
        node = self.node.get("from") if isinstance(self.node, Mapping) else None
        if not isinstance(node, Sequence) or len(node.items) < 2:
            return []
        names = (base_name(one.text) for one in node.items if isinstance(one, Scalar))
        return [self.scope.items[name] for name in names if name in self.scope.items]

    @property
    def called(self) -> Item | None:
        """The item of the same scope that a `call` names."""
        call = self.node.get("call") if isinstance(self.node, Mapping) else None
        return self.scope.items.get(call.text) if isinstance(call, Scalar) else None


@dataclass(slots=True, eq=False)
class Scope:
    """Where names mean something: the top of the spec, or an instance of a block."""

    prefix: str
    params: Params
    inputs: dict[str, Reference | None] = field(default_factory=dict[str, "Reference | None"])
    items: dict[str, Item] = field(default_factory=dict[str, Item])
    uses: tuple[Use, ...] = ()
    path: tuple[str, ...] = ()  # the blocks around
    is_whole: bool = True  # False where a mistake, which has been reported, may hide a name

    @property
    def is_top(self) -> bool:
        return not self.prefix


@dataclass(frozen=True, slots=True)
class Site:
    """One node to write out: `reads` are its operands where they come from outside, `group` the repeat it is of."""

    name: str
    key: Scalar
    node: Mapping
    scope: Scope
    params: Params
    reads: tuple[Reference, ...] | None
    group: str | None = None
    twin: str | None = None  # the node whose layers it applies again
    calls: int = 0  # how many calls of calls it stands in


class Resolver(ABC):
    """Finds what names mean; has an item written out first where that decides it."""

    def __init__(
        self,
        params: Params,
        inputs: SequenceABC[InputDecl],
        loops: SequenceABC[LoopDecl],
        diagnostics: Diagnostics,
        odd: Collection[str],
    ) -> None:
        self.diagnostics, self.odd = diagnostics, odd
        self.inputs = {one.name: one for one in inputs}
        self.states = {state.name: state for loop in loops for state in loop.states}
        self.scans = {scan.name: scan for loop in loops for scan in loop.scans}
        self.collects = {one.name: (loop, one) for loop in loops for one in loop.collects}
        self.top = Scope("", params)
        self.reader = ""  # the item that is being written out
        self.reading: dict[str, set[str]] = {}  # for each item, the compound ones that it reads

    @property
    def made_by_loops(self) -> tuple[Collection[str], ...]:
        """The names of what loops give: states, scans and collected values."""
        return self.states, self.scans, self.collects

    @abstractmethod
    def finish(self, item: Item) -> None:
        """Writes an item out, once."""

    def reads(self, site: Site, item: Item) -> tuple[Reference, ...] | None:
        """The operands of a node in names of the whole network; None at the top where the builder assumes them.

        Those that are left out are not among them.
        """
        if site.reads is not None:
            return site.reads
        found = self.listed_operands(site, item)
        return self.present(site, found) if found else found

    def present(self, site: Site, operands: tuple[Reference, ...]) -> tuple[Reference, ...]:
        """The operands that are not left out by a `when`; all of them where there is but one.

        An op that takes any number does without; others cannot, which is reported.
        """
        left_out = [one for one in operands if one.is_bypass]
        if len(operands) < 2 or not left_out:
            return operands
        op = self.definition(site.node, site.scope)
        if op is not None and op.arity.is_list:
            if len(left_out) < len(operands):
                return tuple(one for one in operands if not one.is_bypass)
            message = f"`{site.key.text}` has no operand: all that it lists are left out by their `when`"
            help = f"give `{site.key.text}` the same `when`, or keep one of them"
            self.diagnostics.report("operand-count", message, (left_out[0].span, "left out"), help=help)
            return ()
        name, instead = left_out[0].span.text, left_out[0].name.rpartition("/")[2]
        message = f"`{site.key.text}` needs all of its operands, and `{name}` is left out by its `when`"
        help = f"let `{name}` name what is read in its place: `when: {{if: …, else: {instead}}}`"
        self.diagnostics.report("operand-count", message, (left_out[0].span, "left out"), help=help)
        return ()

    def definition(self, node: Node, scope: Scope) -> OpDef | None:
        """The op that a node applies, be it by a `call`; None for a block or a mistake."""
        seen: set[str] = set()
        while isinstance(node, Mapping):
            op, call = node.get("op"), node.get("call")
            if isinstance(op, Scalar):
                return registry.find(op.text)
            if not isinstance(call, Scalar) or call.text in seen or call.text not in scope.items:
                return None
            seen.add(call.text)
            node = scope.items[call.text].origin.node
        return None

    def listed_operands(self, site: Site, item: Item) -> tuple[Reference, ...] | None:
        """The operands of a node as `reads`, with those that stand for nodes left out."""
        entry = site.node.entry("from")
        if entry is not None:
            node = site.params.substitute(entry.value)
            if isinstance(node, Sequence) and not node.items:
                message = f"`from` of `{site.name}` is empty"
                help = "name what it reads, or leave `from` out: the node above is read"
                self.diagnostics.report("operand-count", message, (node.span, "names nothing"), help=help)
            given = operands_of(node, self.diagnostics, self.odd)
            return self.resolve_all(site.scope, given)
        if item.above is not None:
            if site.scope.is_top and not item.above.is_compound:
                return None
            default = self.read(item.above, Reference(item.above.key.text, None, site.key.span))
            return (default,) if default else ()
        if site.scope.is_top:
            return None
        if len(site.scope.inputs) == 1:
            bound = next(iter(site.scope.inputs.values()))
            return (replace(bound, span=site.key.span),) if bound else ()
        if site.scope.inputs:
            names = ", ".join(f"`{name}`" for name in site.scope.inputs)
            message = (
                f"`{site.key.text}` is the first node and the block has {len(site.scope.inputs)} inputs: which one?"
            )
            label = (site.key.span, "no `from` given")
            self.diagnostics.report("missing-from", message, label, help=f"add `from:` with one of {names}")
        return ()

    def first(self, site: Site, item: Item) -> Reference | None:
        """The first operand, also where the builder would assume it."""
        found = site.reads if site.reads is not None else self.listed_operands(site, item)
        if found is None and item.above is not None:
            return Reference(item.above.name, None, site.key.span)
        if found is None and len(self.inputs) == 1:
            return Reference(next(iter(self.inputs)), None, site.key.span)
        if found is None and self.inputs:
            message = (
                f"`{site.name}` is the first node and there are {len(self.inputs)} inputs: which one does it read?"
            )
            label = (site.key.span, "no `from` given")
            names = ", ".join(f"`{name}`" for name in self.inputs)
            self.diagnostics.report("missing-from", message, label, help=f"add `from:` with one of {names}")
        return found[0] if found else None

    def resolve_all(self, scope: Scope, references: SequenceABC[Reference]) -> tuple[Reference, ...]:
        """Names of a scope in names of the whole network; none where one of them has no meaning, which is reported."""
        found: list[Reference] = []
        for one in references:
            each = self.read_copies(scope, one) if names_all(one) else [self.resolve(scope, one)]
            found += [value for value in each if value]
            if not all(each):
                return ()
        return tuple(found)

    def read_copies(self, scope: Scope, reference: Reference) -> list[Reference | None]:
        """The values of all copies of a node; of one that is left out, what is read in its place."""
        item = scope.items.get(base_name(reference.name))
        if item is None or not item.is_repeated:
            return [self.resolve(scope, of_number(reference, 1))]
        start = self.read(item, of_number(reference, 1))
        work.charge(work.NAME * len(item.copies))
        return [start, *(self.read(item, of_number(reference, at)) for at in range(2, len(item.copies) + 1))]

    def resolve(self, scope: Scope, reference: Reference) -> Reference | None:
        """A name of a scope in names of the whole network; None where there is none, which is reported."""
        if not scope.is_top and reference.name in scope.inputs:
            bound = scope.inputs[reference.name]
            if bound is not None and reference.port is not None:
                message = f"`{reference.name}` is an input of the block and has no result `{short(reference.port)}`"
                help = f"read it as `{reference.name}`; make the other result an input of its own"
                self.diagnostics.report("unknown-port", message, (reference.span, "no such result"), help=help)
                return None
            return replace(bound, span=reference.span, is_bypass=False) if bound else None
        item = scope.items.get(base_name(reference.name))
        if item is not None:
            return self.read(item, reference)
        if copy_of(reference.name) and base_name(reference.name) in (self.inputs if scope.is_top else scope.inputs):
            report_no_copy(reference, None, self.diagnostics)
            return None
        if scope.is_top:
            return reference  # an input, a state, or a mistake that the builder reports
        if not scope.is_whole:
            return None
        known = [*scope.inputs, *scope.items]
        help = f"a block sees its own inputs and nodes: {', '.join(f'`{name}`' for name in known)}"
        if any(reference.name in table for table in (self.top.items, self.inputs, *self.made_by_loops)):
            help = f"`{reference.name}` stands outside the block: make it one of the block's `inputs`"
        name = base_name(reference.name)
        self.diagnostics.unknown("unknown-reference", "name", reference.span, name, known, help)
        return None

    def read(self, item: Item, reference: Reference) -> Reference | None:
        """The value that a name of an item means, or that of a copy, by its port."""
        copy = copy_of(reference.name)
        if copy and not item.is_repeated:
            report_no_copy(reference, None, self.diagnostics)
            return None
        if not item.is_compound:
            return replace(reference, name=item.name)
        self.reading.setdefault(self.reader, set()).add(item.name)
        self.finish(item)
        if item.state == "at work":
            message = f"`{item.key.text}` depends on itself"
            help = "feedback is declared: close the cycle with a state in `loops`"
            self.diagnostics.report("undeclared-cycle", message, (reference.span, "read here"), help=help)
            return None
        if copy and item.copies:
            number = int(copy[1])
            if not 1 <= number <= len(item.copies):
                report_no_copy(reference, len(item.copies), self.diagnostics)
                return None
            return self.port(item.copies[number - 1], reference)
        return self.port(item.results, reference)

    def port(self, results: Results, reference: Reference) -> Reference | None:
        """One of the values that a name stands for; the first where no port is named."""
        if isinstance(results, str):
            return replace(reference, name=results)
        if not results:
            return None
        if reference.port is None:
            return replace(next(iter(results.values())), span=reference.span)
        if reference.port in results:
            return replace(results[reference.port], span=reference.span)
        known = ", ".join(f"`{reference.name}.{port}`" for port in results)
        if [*results] == ["out"]:
            known = f"only the one result, read as `{reference.name}`"
        message = f"`{reference.name}` has no result `{short(reference.port)}`"
        self.diagnostics.report("unknown-port", message, (reference.span, "no such result"), help=f"it has {known}")
        return None


def without(node: Mapping, *keys: str) -> Mapping:
    return Mapping(node.span, tuple(entry for entry in node if entry.key.text not in keys))
