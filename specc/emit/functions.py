"""Functions of blocks, and calls of them, into source: a repeat is a Python `for` where its instances agree."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import LiteralString

from specc.emit import _literals as literals
from specc.emit import expressions
from specc.emit._modules import packages
from specc.emit.blocks import annotation
from specc.emit.code import Code
from specc.emit.instances import ABSENT, LAST, Function, Item, Ref, group_of
from specc.emit.naming import Names, layer_text
from specc.ops import _registry as registry


class FunctionWriter:
    """Writes one function: `def conv_bn(x, *, name, filters): …`, each layer named after the instance."""

    def __init__(
        self, function: Function, name: LiteralString, names: dict[Function, LiteralString], code: Code
    ) -> None:
        self.own_name: LiteralString = name
        self.function, self.function_names, self.code = function, names, code
        ops = [item.node.op for item in function.items.values() if item.node]
        self.names = Names(frozenset(names.values()) | packages(ops))
        self.prefix: LiteralString = self.names.local("name")
        self.has_returned = False
        self.parameters: dict[str, LiteralString] = {one: self.names.parameter(one) for one in function.parameters}
        function.keywords = self.parameters
        body = function.bodies[0]
        known = {operand: name for name, operand in body.scope.inputs}
        wanted = [known.get(operand, f"x{at}") for at, operand in enumerate(body.inputs, start=1)]
        if len(wanted) == 1 and len(body.scope.inputs) == 1:
            wanted = [body.scope.inputs[0][0]]  # the lowered value has another name
        self.inputs: list[LiteralString] = [self.names.operand(one, at) for at, one in enumerate(wanted)]
        self.named_inputs: dict[str, LiteralString] = {name: self.inputs[at] for name, at in body.named_inputs.items()}

    def write(self) -> None:
        arguments: list[LiteralString] = [f"{one}: Any" for one in self.inputs]
        arguments.extend(("*", f"{self.prefix}: str"))
        arguments.extend(self.declared(one) for one in self.function.ordered)
        with self.code.block(f"def {self.own_name}({', '.join(arguments)}) -> Any:"):
            instances = [body.scope.name for body in self.function.bodies]
            shown = ", ".join(instances[:4]) + (", …" if len(instances) > 4 else "")
            scope = self.function.bodies[0].scope
            doc = ("", scope.block_doc.strip()) if scope.block_doc else ()
            self.code.docstring(f"The block {scope.block}: {shown}.", *doc)
            self.body()
            if not self.has_returned:
                self.code.add(f"return {', '.join(self.ref(one) for one in self.function.outputs)}")
        self.code.add()

    def declared(self, parameter: str) -> LiteralString:
        column = self.function.parameters[parameter]
        text = "None" if ABSENT in column else self.function.defaults.get(parameter)
        default = "" if text is None else f" = {text}"
        return f"{self.parameters[parameter]}: {annotation(column)}{default}"

    def body(self) -> None:
        keys = list(self.function.items)
        at = 0
        while at < len(keys):
            condition = self.function.conditions.get(keys[at])
            end = at + 1
            while end < len(keys) and self.function.conditions.get(keys[end]) == condition:
                end += 1
            run = [self.function.items[key] for key in keys[at:end]]
            if condition is None:
                self.items(run)
            else:
                self.optional(run, condition)
            at = end

    def optional(self, items: Sequence[Item], condition: str) -> None:
        """Nodes that some instances lack: what is read of them is their first operand there."""
        inside = {item.key for item in items}
        for item in items:
            if self.is_read(item.key, inside):
                ref = item.operands[0]
                while ref.key in inside:
                    ref = self.function.items[ref.key].operands[0]
                if self.result(item) != self.ref(ref):
                    self.code.add(f"{self.result(item)} = {self.ref(ref)}")
        with self.code.block(f"if {self.written(condition)}:"):
            self.items(items)

    def is_read(self, key: str, inside: set[str]) -> bool:
        """Whether a node's result is read outside the group, or is the function's."""
        return not self.readers.get(key, set()) <= inside

    @cached_property
    def readers(self) -> dict[str, set[str]]:
        """For each result, the nodes that read it, and "" where it is the function's."""
        found: dict[str, set[str]] = {ref.key: {""} for ref in self.function.outputs}
        for item in self.function.items.values():
            for ref in item.operands:
                found.setdefault(ref.key, set()).add(item.key)
        return found

    @cached_property
    def next_copies(self) -> dict[str, str]:
        """The next copy of each copy of a repeat but the last."""
        found: dict[str, str] = {}
        last: dict[str, str] = {}
        for item in self.function.items.values():
            if group := group_of(item.node_key):
                if group in last:
                    found[last[group]] = item.key
                last[group] = item.key
        return found

    def items(self, items: Sequence[Item]) -> None:
        for item in items:
            if item.node is not None and item.node.doc:
                self.code.comment(item.node.doc)
            if item.final is None or self.last(item) == str(item.start):
                self.item(item)
            else:
                self.repeat(item)

    def texts(self, item: Item) -> dict[str, LiteralString]:
        return {name: self.text(item, name) for name in self.attributes(item) if name != LAST}

    def last(self, item: Item) -> LiteralString:
        """The number of the last copy: a number, or a parameter."""
        return self.text(item, LAST)

    def repeat(self, item: Item) -> None:
        """`for number in range(1, 4): tower = layer(tower)`"""
        start, made, last = self.ref(item.operands[0]), self.result(item), self.last(item)
        if made != start:
            self.code.add(f"{made} = {start}")
        counter = self.names.local("number")
        stop = literals.literal(int(last) + 1) if last.isdecimal() else f"{last} + 1"
        with self.code.block(f"for {counter} in range({literals.literal(item.start)}, {stop}):"):
            name = f'f"{{{self.prefix}}}_{layer_text(group_of(item.node_key))}_{{{counter}}}"'
            self.application(item, f"{made} =", name, [made])

    def item(self, item: Item) -> None:
        """A layer and its call; the last result is returned at once."""
        name: LiteralString = f'f"{{{self.prefix}}}_{layer_text(item.node_key)}"'
        start: LiteralString = "return"
        if self.function.conditions.get(item.key) or not self.is_last(item):
            start = f"{self.results(item)} ="
        self.has_returned = start == "return"
        self.application(item, start, name, [self.ref(ref) for ref in item.operands])

    def application(
        self, item: Item, start: LiteralString, name: LiteralString, operands: Sequence[LiteralString]
    ) -> None:
        """`start` the call of a function, or that of a layer: on one line with its construction where that fits."""
        given = self.texts(item)
        if item.call is not None:
            function = item.call.function
            self.code.add(f"{start} {function.call(self.function_names[function], operands, name, given)}")
            return
        assert item.node is not None
        line = f"line {item.node.origin.span.line}" if item.node.origin.span else ""
        made, called = literals.construction(item.node, given, name), literals.operands(item.node, operands)
        if self.code.fits(f"{start} {made}({called})", line):
            self.code.add(f"{start} {made}({called})", line)
        else:
            layer = self.names.layer(group_of(item.node_key) or item.node_key)
            self.code.add(f"{layer} = {made}", line)
            self.code.add(f"{start} {layer}({called})")

    def is_last(self, item: Item) -> bool:
        """Whether an item's results, all of them, are what the function gives, and nothing comes after it."""
        own = tuple(Ref(item.key, port) for port in item.ports)
        is_flat = item.node is None or "[" not in self.results(item)  # not a tuple that holds lists
        return item.key == next(reversed(self.function.items)) and self.function.outputs == own and is_flat

    def attributes(self, item: Item) -> list[str]:
        """The attributes of a node; of a call also those that only some instances pass."""
        differing = [name for key, name in self.function.cells if key == item.key]
        return list(dict.fromkeys([*item.attributes, *differing]))

    def text(self, item: Item, name: str) -> LiteralString:
        cell = self.function.cells.get((item.key, name))
        return self.written(cell) if cell is not None else item.attributes[name]

    def written(self, expression: str) -> LiteralString:
        return expressions.source(expression, self.parameters, self.named_inputs)

    def results(self, item: Item) -> LiteralString:
        names: list[LiteralString] = [self.variable(item, port) for port in self.ports(item)]
        return literals.results(item.node, names) if item.node is not None else ", ".join(names)

    def result(self, item: Item) -> LiteralString:
        return self.variable(item, self.ports(item)[0])

    def variable(self, item: Item, port: str) -> LiteralString:
        """The variable of a result; copies of a repeat share one where each is read by the next only."""
        if len(item.ports) == 1 and (group := group_of(item.node_key)):
            self.names.rename(item.key, port, group if self.is_passed_on(item) else item.node_key)
        return self.names.value(item.key, port)

    def is_passed_on(self, item: Item) -> bool:
        """Whether nobody but the next copy of a repeat reads a copy, or it is the last one."""
        following = self.next_copies.get(item.key)
        return following is None or not self.is_read(item.key, {following})

    def ports(self, item: Item) -> tuple[str, ...]:
        """The names that results have: a single one is named as its node."""
        if item.node is not None:
            return registry.get(item.node.op).ports(item.node.attributes)
        return ("out",) if len(item.ports) == 1 else item.ports

    def ref(self, ref: Ref) -> LiteralString:
        if not ref.key:
            return self.inputs[ref.input]
        item = self.function.items[ref.key]
        port = self.ports(item)[item.ports.index(ref.port)] if ref.port in item.ports else ref.port
        return self.variable(item, port)
