"""Lowers the loops of a spec: each body once, its states and collected values in the layout of their shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from specc.ir import Collect, Fill, Loop, Operand, Scan, State, topology
from specc.ir.graph import OUT
from specc.lowering._lowered import Value

if TYPE_CHECKING:
    from specc.lowering._rewriter import Rewriter


def lower_loop(rewriter: Rewriter, item: topology.LoopItem) -> None:
    """Lowers a loop's body once, its states in the place the layout has for their shape."""
    loop = item.loop
    inits: dict[str, Value | Fill] = {}
    for state in loop.states:
        if isinstance(state.init, Fill):
            inits[state.name] = state.init
        elif (value := rewriter.values.get((state.init.value, state.init.port))) is not None:
            inits[state.name] = rewriter.canonical(value)
    for state in loop.states:
        logical = rewriter.types[state.name, OUT]
        physical = rewriter.place(logical)
        if physical is None:
            rewriter.reports.no_place(state.origin, logical)
            continue
        rewriter.values[state.name, OUT] = Value(Operand(state.name), physical, logical)
        rewriter.lowered_types[state.name, OUT] = physical
    scans = tuple(made for one in loop.scans if (made := _scanned(rewriter, loop, one)) is not None)
    with rewriter.inside(loop.name):
        for scan in scans:
            rewriter.values[scan.name, OUT] = rewriter.canonical(rewriter.values[scan.name, OUT])
        rewriter.items(item.items)
        ends = {state.name: _carried(rewriter, state.next) for state in loop.states}
        collected = {one.name: _carried(rewriter, one.value) for one in loop.collects}
    states = tuple(
        State(one.name, init.operand if isinstance(init, Value) else init, end.operand, one.origin, one.init_span)
        for one in loop.states
        if (init := inits.get(one.name)) is not None and (end := ends[one.name]) is not None
    )
    collects = tuple(
        made for one in loop.collects if (made := _collected(rewriter, loop, one, collected[one.name])) is not None
    )
    rewriter.loops[loop.name] = replace(
        loop,
        states=states,
        scans=scans,
        collects=collects,
        body=tuple(rewriter.bodies[loop.name]),
        within=rewriter.path[-1] if rewriter.path else None,
    )


def _scanned(rewriter: Rewriter, loop: Loop, scan: Scan) -> Scan | None:
    """A scan in the layout: a row without its axis where the layout has that, else with an axis of length 1."""
    value = _carried(rewriter, scan.sequence)
    logical = rewriter.types[scan.name, OUT]
    row = rewriter.layout(logical.shape)
    if value is None:
        return None
    if row is None:
        rewriter.reports.no_place(scan.origin, logical)
        return None
    keep_axis = value.type.shape != (loop.passes, *row)
    if keep_axis and row[0] == 1:
        origin = scan.origin.through("layout")
        value = rewriter.reshaped(value, (loop.passes, *row[1:]), f"{scan.sequence.value}_rows", origin)
    made = replace(scan, sequence=value.operand, keep_axis=keep_axis)
    physical = made.row(value.type)
    rewriter.values[scan.name, OUT] = Value(Operand(scan.name), physical, logical)
    rewriter.lowered_types[scan.name, OUT] = physical
    return made


def _carried(rewriter: Rewriter, operand: Operand) -> Value | None:
    value = rewriter.values.get((operand.value, operand.port))
    return rewriter.canonical(value) if value is not None else None


def _collected(rewriter: Rewriter, loop: Loop, collect: Collect, value: Value | None) -> Collect | None:
    """A collect in the layout: passes stacked on a new axis where it keeps that, else joined along the first."""
    if value is None:
        return None
    logical = rewriter.types[collect.name, OUT]
    shape = rewriter.layout(logical.shape)
    stacked = (loop.passes, *value.type.shape)
    joined = (loop.passes * value.type.shape[0], *value.type.shape[1:]) if value.type.rank else ()
    if shape is None or shape not in (stacked, joined):
        rewriter.reports.no_place(collect.origin, logical)
        return None
    join = shape != stacked
    physical = logical.with_shape(shape)
    rewriter.values[collect.name, OUT] = Value(Operand(collect.name), physical, logical)
    rewriter.lowered_types[collect.name, OUT] = physical
    return replace(collect, value=value.operand, join=join)
