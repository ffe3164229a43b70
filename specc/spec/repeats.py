"""Repeated nodes written out: copies in a chain, each reading what the one before gives."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence as SequenceABC
from dataclasses import replace

from specc.ops._attributes import Int
from specc.source import Mapping, Scalar, work
from specc.spec.blocks import BlockDecl
from specc.spec.document import NodeDecl, Param, Reference, Results
from specc.spec.fields import Fields, decode_value
from specc.spec.scopes import Item, Resolver, Site, without

_INDEX = "index"


class Repeats(Resolver):
    """Writes out the copies of a node; what a single one becomes is not known here."""

    @abstractmethod
    def single(self, site: Site, item: Item, out: list[NodeDecl]) -> Results:
        """Writes out a node without `when` and `repeat`."""

    @abstractmethod
    def block_named(self, name: str) -> BlockDecl | None:
        """A block that is declared."""

    def repeated(self, site: Site, item: Item, out: list[NodeDecl]) -> Results:
        """Copies `name/1`, `name/2`, …: each reads the one before it."""
        count, first = self.count(site)
        node = without(site.node, "repeat", "from")
        reads = self.reads(site, item)
        if reads is None:
            start = self.first(site, item)
            reads = (start,) if start else ()
        results: Results = {}
        for number in range(1, count + 1):
            work.charge(work.NODE)
            name = f"{site.name}/{number}"
            params = site.params
            if _INDEX not in params.known:
                params = params.inner((_INDEX,), {_INDEX: 1})
                params.give(Param(_INDEX, number, site.key.span))
            copy = replace(
                site,
                name=name,
                node=_overridden(node, first) if number == 1 and first else node,
                params=params,
                reads=reads,
                group=site.name,
                twin=f"{site.twin}/{number}" if site.twin else None,
            )
            results = self.single(copy, item, out)
            if not results or not reads:
                break  # the same mistake in every copy
            if site.name == item.name:
                item.copies.append(results)
            reads = self.carried(copy, results, reads)
        return results

    def carried(self, site: Site, results: Results, reads: tuple[Reference, ...]) -> tuple[Reference, ...]:
        """What the copy after this one reads: the results in place of the operands that they continue.

        The results of a block go to the inputs of the same name where there is one, else in order; the others stay.
        """
        place = site.key.span
        if isinstance(results, str):
            return (Reference(results, None, place), *reads[1:])
        inputs = self.inputs_of(site)
        given = [replace(one, span=place) for one in results.values()]
        named = {port: one for port, one in zip(results, given, strict=True) if port in inputs}
        if named:
            return tuple(named.get(name, one) for name, one in zip(inputs, reads, strict=False))
        return (*given[: len(reads)], *reads[len(given) :])

    def inputs_of(self, site: Site) -> SequenceABC[str]:
        """The names of the inputs of the block that a node writes out, be it by a `call`."""
        node = site.node
        seen: set[str] = set()
        while "call" in node and "block" not in node:
            call = node.get("call")
            item = site.scope.items.get(call.text) if isinstance(call, Scalar) and call.text not in seen else None
            if item is None or not isinstance(item.node, Mapping):
                return ()
            seen.add(item.key.text)
            node = item.node
        name = node.get("block")
        name = site.params.substitute(name) if name is not None else None
        block = self.block_named(name.text) if isinstance(name, Scalar) else None
        return [one.text for one in block.inputs] if block else ()

    def count(self, site: Site) -> tuple[int, Mapping | None]:
        """How many copies, and what the first is given in place of the others' arguments; 0 after a mistake."""
        entry = site.node.entry("repeat")
        assert entry is not None
        value = entry.value
        if not isinstance(value, Mapping):
            return decode_value(site.params.substitute(value), Int(1), self.diagnostics, 0, "repeat"), None
        fields = Fields(value, "`repeat`", self.diagnostics)
        fields.only(("count", "first"))
        node = fields.node_of("count")
        if node is None:
            fields.missing("count", entry.key.span, "say how many: `repeat: {count: 3, first: {stride: 2}}`")
            return 0, None
        count = decode_value(site.params.substitute(node), Int(1), self.diagnostics, 0, "count")
        return count, fields.mapping("first", "write the arguments of the first copy: `first: {stride: 2}`")


def _overridden(node: Mapping, by: Mapping) -> Mapping:
    """A node's entries with those of another mapping in their place."""
    kept = tuple(entry for entry in node if entry.key.text not in by)
    return Mapping(node.span, (*kept, *by))
