"""Block instances of a lowered graph into functions and calls of them: what their bodies share, and what differs.

A function's parameters are what differs between the instances: under the name of a block's parameter where that has
the same values, else under the node's and the attribute's. Nodes that some instances lack stand behind a condition.
Instances whose bodies are of another make get a function of their own.
"""

from __future__ import annotations

import ast
from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import LiteralString

from specc.emit import _literals as literals
from specc.emit import expressions
from specc.emit.instances import ABSENT, Bodies, Body, Call, Column, Function, Item, Ref, Text, around, group_of
from specc.ir import Graph
from specc.ir.graph import Types
from specc.ops import _registry as registry
from specc.ops._attributes import Enum, fields_of
from specc.source import escape
from specc.spec.expressions import Value


def functions(graph: Graph, types: Types) -> tuple[list[Function], dict[str, Call]]:
    """The functions, inner ones first, and the outermost instances that are calls of them, by name."""
    makers = Bodies(graph, types)
    found: list[Function] = []
    calls: dict[str, Call] = {}
    heights = _heights(graph)
    inner_first = sorted(makers.eligible, key=lambda one: heights[one.block])  # stable: else in spec order
    for _, scopes in groupby(inner_first, key=lambda one: heights[one.block]):
        made = _grouped([body for scope in scopes if (body := makers.body(scope, calls)) is not None])
        calls |= {body.scope.name: Call(function, body) for function in made for body in function.bodies}
        found += made
    outer = {name: call for name, call in calls.items() if not any(one in calls for one in around(name))}
    order = {scope.name: at for at, scope in enumerate(graph.scopes)}
    return found, dict(sorted(outer.items(), key=lambda one: order[one[0]]))


def _heights(graph: Graph) -> dict[str, int]:
    """How many levels of other blocks stand in each block: those inside come first, with all their uses."""
    names = {scope.name: scope.block for scope in graph.scopes}
    heights = dict.fromkeys(names.values(), 0)
    for scope in sorted(graph.scopes, key=lambda one: -one.name.count("/")):
        outer = next((name for name in reversed(around(scope.name)) if name in names), None)
        if outer is not None:
            heights[names[outer]] = max(heights[names[outer]], heights[scope.block] + 1)
    return heights


def _grouped(bodies: Sequence[Body]) -> list[Function]:
    """As few functions as can stand for the instances. Of those of one make, one tells for all."""
    makes: dict[Hashable, list[Body]] = {}
    for body in bodies:
        makes.setdefault(_make(body), []).append(body)
    groups: list[list[Body]] = []  # one of each make
    for first, *_ in makes.values():
        block = first.scope.block
        known = (group for group in groups if group[0].scope.block == block)
        group = next((one for one in known if _unify(Function(block, [*one, first]))), None)
        if group is not None:
            group.append(first)
        elif _unify(Function(block, [first])):
            groups.append([first])
    place = {body.scope.name: at for at, body in enumerate(bodies)}
    found: list[Function] = []
    for group in groups:
        every = [body for one in group for body in makes[_make(one)]]
        function = Function(group[0].scope.block, sorted(every, key=lambda body: place[body.scope.name]))
        _unify(function)
        _parametrize(function)
        found.append(function)
    return found


def _make(body: Body) -> Hashable:
    """What bodies have in common that differ in the values of attributes at most."""
    items = (
        (key, item.kind, item.ports, item.operands, item.call is not None or tuple(item.attributes))
        for key, item in body.items.items()
    )
    return body.scope.block, len(body.inputs), tuple(items), body.outputs


def _unify(function: Function) -> bool:
    """Finds what a function's bodies share; whether one text can stand for all of them."""
    bodies = function.bodies
    order = _merged_order(bodies)
    if order is None or len({len(body.inputs) for body in bodies}) > 1:
        return False
    fullest = sorted(bodies, key=lambda body: -len(body.items))
    function.items = {}
    for key in order:
        function.items[key] = next(body.items[key] for body in fullest if key in body.items)
        read = [(body, body.items[key].operands) for body in fullest if key in body.items]
        function.items[key] = replace(function.items[key], operands=_shared(function, read))
    function.outputs = _shared(function, [(body, body.outputs) for body in fullest])
    for body in bodies:
        for key, item in body.items.items():
            made = function.items[key]
            same = item.call is not None or item.attributes.keys() == made.attributes.keys()
            if not same or (item.kind, item.ports) != (made.kind, made.ports):
                return False
            if tuple(function.resolve(ref, body) for ref in made.operands) != item.operands:
                return False
        if tuple(function.resolve(ref, body) for ref in function.outputs) != body.outputs:
            return False
    lacking = (function.items[key] for key in _lacking(function))
    return not any(len(item.ports) > 1 or not item.operands for item in lacking)


def _lacking(function: Function) -> set[str]:
    """The items that some instances lack."""
    return {key for key in function.items if not all(key in body.items for body in function.bodies)}


def _shared(function: Function, read: Sequence[tuple[Body, tuple[Ref, ...]]]) -> tuple[Ref, ...]:
    """What stands for what each body reads; where nodes are lacking, one body alone may not tell."""

    def fits(refs: tuple[Ref, ...]) -> bool:
        return all(tuple(function.resolve(ref, body) for ref in refs) == own for body, own in read)

    return next((refs for _, refs in read if fits(refs)), read[0][1])


def _merged_order(bodies: Sequence[Body]) -> list[str] | None:
    """One order that all bodies keep; None where there is none."""
    if len({tuple(body.items) for body in bodies}) == 1:
        return list(bodies[0].items)
    order: list[str] = []
    for body in sorted(bodies, key=lambda one: -len(one.items)):
        at = 0
        for key in body.items:
            if key in order:
                if order.index(key) < at:
                    return None
                at = order.index(key) + 1
            else:
                order.insert(at, key)
                at += 1
    return order


def _parametrize(function: Function) -> None:
    """Names what differs."""
    bodies, lacking = function.bodies, _lacking(function)
    given = [body.arguments for body in bodies]
    arguments: dict[str, Column] = {name: tuple(one.get(name) for one in given) for name in given[0]}
    for key, item in function.items.items():
        names = dict.fromkeys(name for body in bodies if key in body.items for name in body.items[key].attributes)
        for name in names:
            column: Column = tuple(
                body.items[key].attributes.get(name, "None") if key in body.items else ABSENT for body in bodies
            )
            present: list[Text] = [text for text, body in zip(column, bodies, strict=True) if key in body.items]
            if len(set(present)) > 1:
                written = _expression(function, arguments, key, name, column)
                function.cells[key, name] = written or _parameter(
                    function, arguments, column, _parameter_name(key, name)
                )
            else:
                item.attributes[name] = present[0] or "None"
    for key in function.items:
        if key not in lacking:
            continue
        there = tuple(key in body.items for body in bodies)
        flags: Column = tuple(literals.literal(is_there) for is_there in there)
        written = _expression(function, arguments, key, "when", flags)
        flag = next((name for name, one in arguments.items() if one == flags), None)
        telling = next(
            (
                name
                for name, one in function.parameters.items()
                if tuple(text not in (ABSENT, "None") for text in one) == there and name not in arguments
            ),
            None,
        )
        if written is not None:
            function.conditions[key] = written
        elif flag is not None:
            function.parameters[flag] = arguments[flag]
            function.conditions[key] = flag
        elif telling is not None:
            function.conditions[key] = f"{telling} is not None"
        else:
            function.conditions[key] = _parameter(function, arguments, flags, _parameter_name("with", key))


def _expression(function: Function, arguments: dict[str, Column], key: str, name: str, column: Column) -> str | None:
    """The expression that the spec has there, where it gives this column."""
    node = group_of(key.rstrip("*")) or key
    first = function.bodies[0]
    text = next((one for *at, one in first.scope.expressions if at == [node, name]), None)
    if text is None or any(body.named_inputs != first.named_inputs for body in function.bodies):
        return None
    for wanted, body in zip(column, function.bodies, strict=True):
        found = expressions.value(text, dict(body.scope.arguments), body.channels) if wanted is not ABSENT else None
        if wanted is not ABSENT and (found is None or _text(function.items[key], name, found) != wanted):
            return None
    function.parameters |= {one: arguments[one] for one in expressions.parameters(text)}
    return text


def _text(item: Item, name: str, value: Value) -> LiteralString:
    """A value as source, by the name that the op has for it: `hard_silu` where it is called `hard_swish`."""
    fields = fields_of(registry.get(item.node.op).attributes) if item.node is not None else {}
    kind = fields[name].kind if name in fields else None
    if isinstance(kind, Enum) and isinstance(value, str):
        value = kind.aliases.get(value, value)
    return literals.literal(value)


def _parameter(function: Function, arguments: dict[str, Column], column: Column, name: str) -> str:
    """The parameter with a column of values: one of the block's own, another that has the same, or a new one."""

    def fits(other: Column) -> bool:
        return all(text is ABSENT or text == one for text, one in zip(column, other, strict=True))

    own = next((one for one, other in arguments.items() if fits(other)), None)
    if own is not None:
        function.parameters[own] = arguments[own]
        return own
    for one, other in function.parameters.items():
        if other == column:
            return one
    while name in arguments or name in function.parameters:
        name += "_"
    function.parameters[name] = column
    return name


def _parameter_name(*parts: str) -> str:
    """`conv_filters`, `tower_last`"""
    return "_".join(part.strip(" *").replace("/", "_") for part in parts)


def annotation(column: Column) -> LiteralString:
    """The type of a parameter that takes such values."""
    kinds: list[LiteralString] = []
    for text in column:
        try:
            value = ast.literal_eval(text) if text is not None else None
        except ValueError:
            return "Any"
        if isinstance(value, tuple):
            return "Any"
        kind = "None" if value is None else escape.identifier(type(value).__name__)
        if kind not in kinds:
            kinds.append(kind)
    return " | ".join(sorted(kinds, key=lambda kind: kind == "None"))
