"""The shape of a value while nodes are still being written out: inferred on demand, its operands first.

Only what an expression asks for is typed here, without a word about mistakes: the analysis of the whole graph
reports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from specc.ir import TensorType
from specc.ir.graph import OUT
from specc.ops import _registry as registry
from specc.ops._base import Mismatch
from specc.spec.copies import copy_of
from specc.spec.document import NodeDecl, Reference
from specc.spec.expressions import Unmeasured
from specc.spec.fields import RESERVED

if TYPE_CHECKING:
    from specc.spec.elaborate import Elaborator

Ports: TypeAlias = dict[str, TensorType]
_HELP = "write the number, or make it a parameter"


class Demand:
    def __init__(self, elaborator: Elaborator) -> None:
        self.elaborator = elaborator
        self.known: dict[str, Ports] = {}  # empty where a mistake that shows elsewhere leaves no type
        self.reasons: dict[str, str] = {}  # why a value has no type yet

    def shape(self, reference: Reference, name: str) -> tuple[int, ...]:
        """The shape of a value that an expression calls `name`; raises `Unmeasured`."""
        self.type(reference.name)
        ports = self.known[reference.name]
        if not ports:
            reason = self.reasons.get(reference.name, "")
            raise Unmeasured(f"the shape of `{name}` is not known here: {reason}", _HELP, is_reported=not reason)
        found = ports.get(reference.port) if reference.port else next(iter(ports.values()))
        if found is None:
            raise Unmeasured(is_reported=True)
        return found.shape

    def type(self, name: str) -> None:
        """Types a value and what it depends on, the deepest first; without recursion, for chains are long."""
        stack = [name]
        waiting: set[str] = set()
        while stack:
            name = stack[-1]
            if name in self.known:
                stack.pop()
                continue
            operands = self.operands(name)
            missing = [one.name for one in operands if one.name not in self.known]
            if name in waiting and missing:
                self.known[name] = {}
                self.reasons[name] = f"`{missing[0]}` depends on it"
            elif missing:
                waiting.add(name)
                stack.extend(missing)
            else:
                self.known[name] = self.infer(name, operands)

    def operands(self, name: str) -> list[Reference]:
        """What a value is made from."""
        at = self.elaborator
        if name in at.states:
            init = at.states[name].init
            return [self.at_top(init)] if init is not None and init.name not in RESERVED else []
        if name in at.scans:
            sequence = at.scans[name].sequence
            return [self.at_top(sequence)] if sequence is not None else []
        if name in at.collects:
            loop, collect = at.collects[name]
            scanned = [one.sequence for one in loop.scans[:1] if loop.passes is None]
            return [self.at_top(one) for one in (collect.value, *scanned) if one is not None]
        decl = self.decl(name)
        if decl is None:
            return []
        if decl.operands is not None:
            return [self.at_top(one) for one in decl.operands]
        item = at.items.get(name)
        if item is not None and item.above is not None:
            return [self.at_top(Reference(item.above.name, None, decl.span))]
        return [Reference(next(iter(at.inputs)), None, decl.span)] if len(at.inputs) == 1 else []

    def decl(self, name: str) -> NodeDecl | None:
        """A node that is written out, at once if it has not been."""
        at = self.elaborator
        if name not in at.decls and name in at.items:
            at.finish(at.items[name])
        return at.decls.get(name)

    def at_top(self, reference: Reference) -> Reference:
        """What a name of the spec means; names of written-out nodes mean themselves."""
        copy = copy_of(reference.name)
        if copy is not None and copy[0] in self.elaborator.top.items and reference.name not in self.elaborator.decls:
            item = self.elaborator.top.items[copy[0]]
            return self.elaborator.read(item, reference) or reference
        if "/" in reference.name:
            return reference
        return self.elaborator.resolve(self.elaborator.top, reference) or reference

    def infer(self, name: str, operands: list[Reference]) -> Ports:
        at = self.elaborator
        if name in at.inputs:
            attributes = at.inputs[name].attributes
            return {OUT: TensorType(attributes.shape, attributes.dtype)} if attributes is not None else {}
        if name in at.states:
            if not operands and at.states[name].init is not None:
                self.reasons[name] = f"the state `{name}` starts from a number and takes its shape from what follows"
            return self.of(name, operands[0]) if operands else {}
        if name in at.scans:
            found = [*self.of(name, operands[0]).values()] if operands else []
            return {OUT: found[0].with_shape(found[0].shape[1:])} if found and found[0].rank else {}
        if name in at.collects:
            return self.collected(name, operands)
        decl = at.decls.get(name)
        if decl is None:
            if name in at.items and at.items[name].state == "at work":
                self.reasons[name] = f"`{name}` depends on it"
            return {}
        source = decl
        seen: set[str] = set()
        while source is not None and source.call is not None and source.name not in seen:
            seen.add(source.name)
            source = self.decl(source.call.name)
        types = [self.of(name, one) for one in operands]
        if source is None or source.op is None or source.attributes is None or not all(types) or not types:
            return {}
        op = registry.get(source.op)
        given = [next(iter(one.values())) for one in types]
        if len(given) < op.arity.least or (op.arity.most is not None and len(given) > op.arity.most):
            return {}
        try:
            result = op.infer(source.attributes, given)
        except Mismatch:
            return {}
        return {OUT: result} if isinstance(result, TensorType) else result

    def collected(self, name: str, operands: list[Reference]) -> Ports:
        """A value of every pass, on a new first axis as long as there are passes."""
        types = [next(iter(found.values())) for one in operands if (found := self.of(name, one))]
        passes = self.elaborator.collects[name][0].passes
        if len(types) < len(operands) or not types or (passes is None and (len(types) < 2 or not types[1].rank)):
            return {}
        return {OUT: types[0].with_shape((passes or types[1].shape[0], *types[0].shape))}

    def of(self, name: str, reference: Reference) -> Ports:
        """The type of one operand of a value; empty, with the reason passed on, where it has none."""
        ports = self.known[reference.name]
        if not ports and reference.name in self.reasons:
            self.reasons[name] = self.reasons[reference.name]
        if reference.port is None:
            return dict([next(iter(ports.items()))]) if ports else {}
        return {OUT: ports[reference.port]} if reference.port in ports else {}
