"""Faults in the passes over the graph, and in the order of computation."""

from __future__ import annotations

from tests.mutation.emission import CROSSED
from tests.mutation.faults import KERAS, Fault, spec

SYNCHRONOUS = spec(
    """\
pair: {op: Add, from: [a, x], init: zeros}
first: {op: Dense, units: 3, activation: tanh, from: pair, init: ones}
second: {op: Rescaling, scale: 0.5, from: first, init: ones}
y: {op: Dense, units: 2, from: second}
""",
    "[3]",
    rest="loops: {settle: {passes: 4, schedule: synchronous, states: {a: {init: x, next: second}}}}\n",
)
EACH = spec(
    "half: {op: Rescaling, scale: 0.5, from: step}",
    "[6, 2]",
    "halves",
    "loops: {over: {scan: {step: x}, collect: {halves: half}}}\n",
)
UNUSED = spec(
    "left: {op: Add, from: [a, x]}\nright: {op: Rescaling, scale: 0.5, from: left}",
    "[3]",
    "a",
    "loops: {one: {passes: 3, states: {a: {init: zeros, next: left}, b: {init: ones, next: right}}}}\n",
)


def _fault(file: str, old: str, new: str, spec: str) -> Fault:
    return Fault(file, old, new, spec, ("tests/passes", "tests/networks"), (KERAS,))


FAULTS = (
    _fault("passes/synchronous.py", "inits.get(node.name, Fill(0.0))", "Fill(0.0)", SYNCHRONOUS),
    _fault("passes/synchronous.py", "if operand.value not in body:", "if True:", SYNCHRONOUS),
    _fault("passes/synchronous.py", "if key not in states:", "if not states:", SYNCHRONOUS),
    _fault(
        "passes/synchronous.py",
        "Operand(operand.value, operand.port), node",
        "Operand(node.operands[0].value), node",
        SYNCHRONOUS,
    ),
    _fault(
        "passes/prune.py",
        "state for state in loop.states if state.name in needed",
        "state for state in loop.states[1:]",
        UNUSED,
    ),
    _fault("passes/prune.py", "replace(loop, states=states,", "replace(loop, schedule=loop.schedule,", UNUSED),
    _fault("passes/_pipeline.py", "FIRST = (synchronous.PASS,)", "FIRST = ()", SYNCHRONOUS),
    _fault("ir/topology.py", "inside = after[name] & before[name]", "inside = after[name]", CROSSED),
    _fault("ir/topology.py", "for start in (*loop.states, *loop.scans):", "for start in loop.states:", EACH),
)
