"""Writes the nodes out: blocks instantiated, repeats chained, nodes left out whose `when` is false.

What comes out are plain nodes named `instance/node`, and what the other names stand for. Only here are expressions
evaluated that ask the shape of a value, so a node's operands are typed on demand (see `demand`).
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field, replace

from specc.diagnostics import Diagnostics, Use
from specc.ops import _registry as registry
from specc.ops._attributes import Bool, describe
from specc.source import Entry, Mapping, Node, Scalar, Sequence, Span, work
from specc.spec import early_shapes
from specc.spec.blocks import BlockDecl, give_arguments
from specc.spec.copies import base_name, lists_copies
from specc.spec.document import InputDecl, Instance, LoopDecl, NodeDecl, Reference, Results
from specc.spec.expressions import NetworkValue, Unmeasured
from specc.spec.fields import RESERVED, Broken, Fields, decode_value
from specc.spec.nodes import decode_node, only_call, reference
from specc.spec.param_order import names_read
from specc.spec.params import Params
from specc.spec.repeats import Repeats
from specc.spec.scopes import Item, Scope, Site, without

MAX_NESTING = 50  # of blocks in blocks, and of what expressions ask of each other
MAX_NODES = 10_000  # of blocks and repeats: one in the other, they multiply
_PORT = 6  # of work: an input or a parameter that an instance gives to its block


class _TooMany(Exception):
    """More nodes than anyone wrote a network of; it has been reported."""


@dataclass(frozen=True, slots=True)
class Elaborated:
    nodes: tuple[NodeDecl, ...]
    results: dict[str, Results]
    instances: tuple[Instance, ...]
    reads: MappingABC[str, Collection[str]] = field(default_factory=dict[str, set[str]])  # as in a Spec
    copies: MappingABC[str, int] = field(default_factory=dict[str, int])  # of each repeat
    is_whole: bool = True  # False where it was given up


class Elaborator(Repeats):
    def __init__(
        self,
        blocks: MappingABC[str, BlockDecl],
        params: Params,
        inputs: SequenceABC[InputDecl],
        loops: SequenceABC[LoopDecl],
        diagnostics: Diagnostics,
        odd: Collection[str],
    ) -> None:
        from specc.spec.demand import Demand  # it asks back, to have nodes written out that it needs

        super().__init__(params, inputs, loops, diagnostics, odd)
        self.blocks = blocks
        self.items: dict[str, Item] = {}
        self.decls: dict[str, NodeDecl] = {}
        self.instances: list[Instance] = []
        self.used: set[str] = set()
        self.left_out: set[str] = set()  # blocks of nodes that are not written out
        self.nesting = 0
        self.prepared: set[str] = set()  # items whose operands have been looked at
        self.written = 0  # nodes that stand nowhere in the text by themselves
        self.is_given_up = False  # once there are too many
        self.demand = Demand(self)

    def run(self, entries: SequenceABC[Entry]) -> Elaborated:
        """Every node written out, in the order of the text."""
        self.fill(self.top, entries)
        self.top.params.network = self.top_network()
        items = [*self.top.items.values()]
        try:
            for item in items:
                self.finish(item)
        except _TooMany:
            self.is_given_up = True
            return Elaborated((), {item.key.text: {} for item in items}, (), is_whole=False)
        results = {item.key.text: item.results for item in items if item.is_compound}
        copies = {item.key.text: item.copies for item in items if item.is_repeated}
        results |= {f"{name}/{at}": one for name, each in copies.items() for at, one in enumerate(each, 1)}
        decls = tuple(decl for item in items for decl in item.decls)
        counts = {name: len(each) for name, each in copies.items()}
        return Elaborated(decls, results, tuple(self.instances), self.reading, copies=counts)

    def fill(self, scope: Scope, entries: SequenceABC[Entry]) -> None:
        above: Item | None = None
        for entry in entries:
            if entry.key.text not in scope.items:
                above = Item(entry.key, entry.value, scope, above)
                scope.items[entry.key.text] = above
                self.items[above.name] = above

    def finish(self, item: Item, twin: str | None = None) -> None:
        """Writes an item out, once; `twin` is the node whose layers it applies again.

        One that is asked for while it is at work depends on itself.
        """
        if item.state != "waiting":
            return
        self.finish_before(item)
        if item.state != "waiting":
            return  # it depends on itself, and what it reads has had it written out
        if self.nesting >= MAX_NESTING:
            message = f"blocks and the names that they read nest more than {MAX_NESTING} levels deep"
            self.diagnostics.report("yaml-limit", message, (item.key.span, "at this one"), help="nest fewer blocks")
            raise _TooMany
        item.state = "at work"
        self.nesting += 1
        reader, self.reader = self.reader, item.name
        try:
            self.write_out(item, twin)
        finally:
            self.nesting -= 1
            self.reader = reader
        item.state = "done"

    def finish_before(self, item: Item) -> None:
        """Writes out what an item reads first, the deepest first: chains against the order of the text are long."""
        stack = [item]
        while stack:
            one = stack[-1]
            if one.state == "waiting" and one.name not in self.prepared:
                self.prepared.add(one.name)
                stack += [other for other in _names(one) if other.name not in self.prepared]
                continue
            stack.pop()
            if one is not item:
                self.finish(one)

    def write_out(self, item: Item, twin: str | None) -> None:
        work.charge(work.NODE)
        node = item.node if isinstance(item.node, Mapping) else Mapping(item.node.span, ())
        site = Site(item.name, item.key, node, item.scope, item.scope.params, None, twin=twin)
        with self.diagnostics.within(item.scope.uses):
            if item.is_compound:
                item.results = self.expand(site, item, item.decls)
            else:
                item.results = self.plain(site, item, item.decls, item.node)

    def expand(self, site: Site, item: Item, out: list[NodeDecl]) -> Results:
        """A node with `when`, `repeat`, `block` or a `call` of one, in that order."""
        holds = self.holds(site)
        if holds is not None:
            self.check_order_matters(site)
        if not holds:
            site.params.read_all(without(site.node, "when"))
            self.leave_out(site.node)
            return {} if holds is None else self.bypassed(site, item)
        site = replace(site, node=without(site.node, "when"))
        if "repeat" in site.node:
            results = self.repeated(site, item, out)
            if not results:
                self.leave_out(site.node)
            return results
        return self.single(site, item, out)

    def single(self, site: Site, item: Item, out: list[NodeDecl]) -> Results:
        kinds = [key for key in ("op", "call", "block") if key in site.node]
        if "block" in kinds and len(kinds) > 1:
            block = site.node.get("block")
            self.used |= {block.text} if isinstance(block, Scalar) else set[str]()
            message = f"node `{site.name}` has both `{kinds[0]}` and `block`"
            spans = [(site.node.entry(key), key) for key in ("block", kinds[0])]
            labels = [
                (entry.key.span, label) for (entry, _), label in zip(spans, ("second", "first"), strict=True) if entry
            ]
            help = "`block` writes a block out, `op` makes a layer, `call` applies one again: keep one"
            self.diagnostics.report("node-kind", message, *labels, help=help)
            return {}
        if kinds == ["block"]:
            return self.instance(site, item, out)
        target = site.scope.items.get(call.text) if isinstance(call := site.node.get("call"), Scalar) else None
        if kinds == ["call"] and target is not None and target.is_compound:
            return self.called(site, item, target, out)
        return self.plain(site, item, out, site.node)

    # nodes, one by one

    def plain(self, site: Site, item: Item, out: list[NodeDecl], node: Node) -> Results:
        """An `op` or `call` of its own."""
        key = Scalar(site.key.span, site.name, site.name, True)
        substituted = site.params.substitute(node)
        rank, blocks = lambda: self.rank_read(site, item), self.blocks
        decl = decode_node(key, substituted, self.diagnostics, self.odd, rank, blocks)
        self.used |= {decl.kind_span.text} & blocks.keys()  # written as an op, which has been reported
        is_alone = False
        if decl.operands is None or site.reads is not None or not site.scope.is_top:
            if decl.operands != () or site.reads is not None:
                decl = replace(decl, operands=self.reads(site, item))
                is_alone = self.is_left_alone(site, decl.operands)
        elif decl.operands:
            found = self.present(site, self.resolve_all(site.scope, decl.operands))
            decl = replace(decl, operands=found)
            is_alone = self.is_left_alone(site, found)
        if is_alone and decl.operands:
            return {"out": self.alone(site, decl.operands[0])}
        decl = replace(decl, uses=site.scope.uses)
        if not site.scope.is_top:
            decl = replace(decl, init=self.inner_init(site, decl), call=self.inner_call(site, decl))
        if site.twin is not None and site.twin in self.decls:
            decl = replace(decl, op=None, attributes=None, call=Reference(site.twin, None, site.key.span))
        self.decls[decl.name] = decl
        out.append(decl)
        self.written += "/" in decl.name
        if self.written > MAX_NODES:
            message = f"the blocks and repeats come to more than {MAX_NODES:,} nodes"
            self.diagnostics.report("yaml-limit", message, (site.key.span, "at this one"), help="repeat less")
            raise _TooMany
        return decl.name

    def inner_init(self, site: Site, decl: NodeDecl) -> Reference | None:
        if decl.init is None or decl.init.name in RESERVED:
            return decl.init
        return self.resolve(site.scope, decl.init)

    def inner_call(self, site: Site, decl: NodeDecl) -> Reference | None:
        """The node of the same instance that a `call` inside a block means."""
        if decl.call is None:
            return None
        item = site.scope.items.get(base_name(decl.call.name))
        if item is not None:
            return replace(decl.call, name=site.scope.prefix + decl.call.name)
        if decl.call.name in site.scope.inputs:
            message = f"`{decl.call.name}` is an input of the block, not a layer"
            help = "`call` names a node of the block; to read a value, use `from`"
            self.diagnostics.report("bad-call", message, (decl.call.span, "cannot be called"), help=help)
        else:
            help = "`call` names a node of the block"
            known = list(site.scope.items)
            self.diagnostics.unknown("unknown-reference", "node", decl.call.span, decl.call.name, known, help)
        return None

    # `when`

    def leave_out(self, node: Mapping) -> None:
        """Notes the block of a node that is not written out: it is not unused for that."""
        block = node.get("block")
        if isinstance(block, Scalar):
            self.left_out.add(block.text)

    def holds(self, site: Site) -> bool | None:
        """Whether a node's condition is true; None where it cannot be told, which is reported."""
        entry = site.node.entry("when")
        if entry is None:
            return True
        if not isinstance(entry.value, Mapping):
            return decode_value(site.params.substitute(entry.value), Bool(), self.diagnostics, None, "when")
        fields = Fields(entry.value, "`when`", self.diagnostics)
        fields.only(("if", "else"))
        for key, example in (("if", "${deep}"), ("else", "x")):
            if fields.node_of(key) is None:
                fields.missing(key, entry.key.span, f'write `when: {{if: "${{deep}}", else: x}}`: `{key}: {example}`')
                return None
        other = reference(fields.entries["else"].value, self.diagnostics, self.odd)
        if other is None or not self.is_known(site.scope, other):
            return None
        return decode_value(site.params.substitute(fields.entries["if"].value), Bool(), self.diagnostics, None, "if")

    def is_known(self, scope: Scope, other: Reference) -> bool:
        """Whether a name that is read only where a condition is false means something; reported where not."""
        known = [*scope.inputs, *scope.items]
        if scope.is_top:
            known += [*self.inputs, *(name for table in self.made_by_loops for name in table)]
        name = base_name(other.name)
        if name not in known and scope.is_whole:
            self.diagnostics.unknown("unknown-reference", "name", other.span, other.name, known)
        return name in known

    def bypassed(self, site: Site, item: Item) -> Results:
        """What is read in place of a node that is left out: its first operand, or what its `else` names."""
        when = site.node.get("when")
        if isinstance(when, Mapping):
            node = when.get("else")
            other = reference(node, self.diagnostics) if node is not None else None
            found = self.resolve(site.scope, other) if other else None
            return {"out": found} if found else {}
        first = self.first(site, item)
        return {"out": replace(first, is_bypass=True)} if first else {}

    def is_left_alone(self, site: Site, operands: SequenceABC[Reference] | None) -> bool:
        """Whether an op that combines several has one operand left, which then stands for it."""
        listed = site.node.get("from")
        several = lists_copies(listed) or (isinstance(listed, Sequence) and len(listed.items) > 1)
        if not several or operands is None or len(operands) != 1:
            return False
        op = self.definition(site.node, site.scope)
        return op is not None and op.arity.is_list

    def alone(self, site: Site, operand: Reference) -> Reference:
        """The one operand that is left; if it is the only copy of a repeat, nothing was left out."""
        listed = site.node.get("from")
        return replace(operand, is_bypass=isinstance(listed, Sequence) and len(listed.items) > 1)

    def check_order_matters(self, site: Site) -> None:
        """Warns where the order of operands decides, of an op for which it should not."""
        entry, listed = site.node.entry("when"), site.node.get("from")
        op = self.definition(site.node, site.scope)
        if entry is None or isinstance(entry.value, Mapping) or op is None or not op.commutative:
            return
        if not isinstance(listed, Sequence) or len(listed.items) < 2:
            return
        first = listed.items[0].span.text
        message = f"`{site.key.text}` is `{first}` where its `when` is false, only because `{first}` comes first"
        self.diagnostics.report(
            "ambiguous-when",
            message,
            (entry.key.span, "depends on the order of the operands"),
            help=f"say so, `when: {{if: …, else: {first}}}`, or give the other operand the `when`",
        )

    # blocks and calls of them

    def instance(self, site: Site, item: Item, out: list[NodeDecl]) -> Results:
        """The nodes of a block under the instance's name."""
        entry = site.node.entry("block")
        assert entry is not None
        block = self.block(entry.value, site)
        reads = self.reads(site, item)
        if block is None:
            site.params.read_all(without(site.node, "block"))
            return {}
        self.used.add(block.name)
        work.charge(_PORT * (len(block.inputs) + len(block.params)) + len(site.params.values) // 100)
        if reads is None:
            start = self.first(site, item)
            reads = (start,) if start else ()
        if reads and len(reads) != len(block.inputs) and block.inputs:
            if block.is_whole:
                self.miscounted(site, block, reads)
            reads = ()
        given = dict.fromkeys((one.text for one in block.inputs), None) | dict(
            zip((one.text for one in block.inputs), reads, strict=False)
        )
        uses = (Use(site.key.span, site.name), *site.scope.uses)
        network: dict[str, NetworkValue] = {}
        params = self.top.params.inner(block.params.keys(), block.used, network)
        params.is_complete = params.is_complete and block.is_whole
        params.is_network_complete = block.is_whole
        scope = Scope(f"{site.name}/", params, given, {}, uses, (*site.scope.path, block.name), block.is_whole)
        self.fill(scope, block.nodes)
        network |= early_shapes.unknown(scope.items, "a default")
        network |= {name: self.network_value(scope, name, uses[0].span) for name in scope.inputs}
        give_arguments(block, site.node, entry.value.span, site.params, params, uses, self.diagnostics)
        network |= {name: self.network_value(scope, name, one.key.span) for name, one in scope.items.items()}
        doc = site.node.get("doc")
        values = tuple((name, one.value) for name, one in params.declared.items())
        bound = tuple((name, one) for name, one in given.items() if one is not None)
        text = doc.text if isinstance(doc, Scalar) and isinstance(doc.value, str) else ""
        self.instances.append(
            Instance(
                site.name,
                block.name,
                values,
                bound,
                site.key.span,
                site.scope.uses,
                text,
                site.group,
                block.doc,
                block.defaults,
                block.expressions,
            )
        )
        for one in scope.items.values():
            self.finish(one, f"{site.twin}/{one.key.text}" if site.twin else None)
            out.extend(one.decls)
        with self.diagnostics.within(uses):
            found = {port: self.resolve(scope, reference) for port, reference in block.outputs}
        if not all(found.values()) or not block.is_whole:
            return {}
        # the instance is left out only where nothing of it is on the way from an input to the result
        return {
            port: replace(one, is_bypass=one.is_bypass and not one.name.startswith(scope.prefix))
            for port, one in found.items()
            if one is not None
        }

    def block_named(self, name: str) -> BlockDecl | None:
        return self.blocks.get(name)

    def block(self, node: Node, site: Site) -> BlockDecl | None:
        node = site.params.substitute(node)
        if isinstance(node, Broken):
            self.left_out |= self.blocks.keys()  # it may be any of them
            return None
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            message = f"`block`: expected the name of a block, found {describe(node)}"
            self.diagnostics.report("wrong-type", message, (node.span, ""), help="name one of `blocks`")
            return None
        if node.text not in self.blocks and registry.find(node.text) is not None:
            message = f"`{node.text}` is an op, not a block"
            help = f"write `op: {node.text}`"
            self.diagnostics.report("unknown-block", message, (node.span, "not a block"), help=help)
            return None
        if node.text not in self.blocks:
            help = "declare it under `blocks`"
            self.diagnostics.unknown("unknown-block", "block", node.span, node.text, list(self.blocks), help)
            return None
        if node.text in site.scope.path:
            path = [*site.scope.path[site.scope.path.index(node.text) :], node.text]
            shown = " → ".join(f"`{name}`" for name in path)
            message = f"the block holds itself: {shown}" if len(path) > 2 else f"the block `{node.text}` holds itself"
            help = "a block has an end: write the inner one out, or chain copies with `repeat`"
            self.diagnostics.report("recursive-block", message, (node.span, "goes in a circle"), help=help)
            return None
        return self.blocks[node.text]

    def miscounted(self, site: Site, block: BlockDecl, reads: tuple[Reference, ...]) -> None:
        names = ", ".join(f"`{one.text}`" for one in block.inputs)
        takes = f"{len(block.inputs)} operands, {names}" if len(block.inputs) > 1 else f"one operand, {names}"
        message = f"block `{block.name}` takes {takes}; `{site.name}` is given {len(reads)}"
        label = (reads[min(len(block.inputs), len(reads) - 1)].span, f"{len(reads)} given")
        declared = (next(iter(block.inputs)).span, "declared here")
        help = "list them in the block's order: `from: [left, right]`"
        self.diagnostics.report("operand-count", message, label, declared, help=help)

    def called(self, site: Site, item: Item, target: Item, out: list[NodeDecl]) -> Results:
        """A block instance or repeated node applied again: its nodes once more, each a call of its layer."""
        fields = Fields(site.node, f"node `{site.name}`", self.diagnostics)
        only_call(fields, self.diagnostics)
        entry = site.node.entry("call")
        assert entry is not None
        if target is item or target.state == "at work":
            message = f"`{target.key.text}` calls itself"
            self.diagnostics.report(
                "bad-call", message, (entry.value.span, "goes in a circle"), help="name another node"
            )
            return {}
        self.finish(target)
        reads = self.reads(site, item)
        if reads is None:
            start = self.first(site, item)
            reads = (start,) if start else ()
        if reads and self.is_left_alone(site, reads):
            return {"out": self.alone(site, reads[0])}
        assert isinstance(target.node, Mapping)
        if not target.decls:
            if target.results:
                message = f"`{target.key.text}` is left out here, as its `when` is false: there is no layer to apply"
                label = (entry.value.span, "cannot be called")
                self.diagnostics.report("bad-call", message, label, help="give both the same `when`")
            return {}
        if site.calls >= MAX_NESTING:
            message = f"calls of repeated calls nest more than {MAX_NESTING} levels deep"
            self.diagnostics.report("yaml-limit", message, (entry.value.span, "at this one"), help="call fewer calls")
            raise _TooMany
        origin = target.origin
        assert isinstance(origin.node, Mapping)
        node = without(origin.node, "from", "when")  # which holds, as it has been written out
        again = replace(site, node=node, params=origin.scope.params, reads=reads, calls=site.calls + 1)
        return self.expand(replace(again, twin=site.twin or origin.name), item, out)

    def top_network(self) -> dict[str, NetworkValue]:
        """What an expression at the top may ask the shape of."""
        items = {name: item.key.span for name, item in self.top.items.items()}
        others = [*self.inputs.values(), *self.states.values(), *self.scans.values()]
        others += [collect for _, collect in self.collects.values()]
        places = items | {one.name: one.span for one in others}
        return {name: self.network_value(self.top, name, place) for name, place in places.items()}

    def network_value(self, scope: Scope, name: str, place: Span) -> NetworkValue:
        return NetworkValue(name, lambda: self.measure(scope, Reference(name, None, place)))

    def measure(self, scope: Scope, named: Reference) -> tuple[int, ...]:
        """The shape of a value of a scope; raises `Unmeasured`."""
        reference = None if self.is_given_up else self.resolve(scope, named)
        if reference is None:
            raise Unmeasured(is_reported=True)
        return self.demand.shape(reference, named.name)

    def rank_read(self, site: Site, item: Item) -> int | None:
        """The number of axes of what a node reads, where that is known already."""
        if not site.scope.is_top:
            operands = self.reads(site, item)
            return self.rank_of(operands[0], operands[0].name) if operands else None
        written = item.node.get("from") if isinstance(item.node, Mapping) else None
        if isinstance(written, Sequence):
            written = written.items[0] if written.items else None
        if written is not None and not isinstance(written, Scalar):
            return None
        name = written.text if written is not None else item.above.name if item.above else next(iter(self.inputs), "")
        name, _, port = name.partition(".")
        if name not in self.decls and name not in self.inputs:
            return None
        return self.rank_of(Reference(name, port or None, site.key.span), name)

    def rank_of(self, value: Reference, name: str) -> int | None:
        try:
            return len(self.demand.shape(value, name))
        except Unmeasured:
            return None


def _names(item: Item) -> list[Item]:
    """The items of its scope that an item reads, calls, asks the shape of, or stands for."""
    node = item.node
    if not isinstance(node, Mapping):
        return []
    when = node.get("when")
    other = when.get("else") if isinstance(when, Mapping) else None
    named = [one for one in (node.get("from"), node.get("call"), node.get("init"), other) if one is not None]
    flat = [one for each in named for one in (each.items if isinstance(each, Sequence) else (each,))]
    names = [base_name(one.text) for one in flat if isinstance(one, Scalar)]
    found = [item.scope.items.get(name) for name in (*names, *names_read(node))]
    return [one for one in ([item.above] if "from" not in node else []) + found if one is not None]
