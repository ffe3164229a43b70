"""Faults in reading specs: references, parameters, blocks, repeats, loops, expressions."""

from __future__ import annotations

from tests.mutation.emission import CROSSED, PAIR, SCANNED, SHARED, TOWER
from tests.mutation.faults import KERAS, Fault, spec
from tests.mutation.passes import SYNCHRONOUS

_TESTS = ("tests/spec", "tests/networks", "tests/contract/test_left_out.py")


def _fault(file: str, old: str, new: str, spec: str) -> Fault:
    return Fault(file, old, new, spec, _TESTS, (KERAS,))


def _computed(expression: str) -> str:
    """A scale that an expression gives."""
    return spec(f'y: {{op: Rescaling, scale: "${{{expression}}}"}}', rest="params: {a: 7, b: 2}\n")


CHAIN = spec("h: {op: Dense, units: 5, activation: tanh}\ny: {op: Dense, units: 2}")
ELSE = spec(
    "left: {op: Dense, units: 4}\nright: {op: Dense, units: 4, from: x}\n"
    'y: {op: Dense, units: 4, from: left, when: {if: "${deep}", else: right}}',
    rest="params: {deep: false}\n",
)
LEFT_OUT = spec(
    'side: {op: Dense, units: 4, when: "${deep}", from: x}\nhalf: {op: Rescaling, scale: 0.5, from: x}\n'
    "y: {op: Add, from: [half, side]}",
    rest="params: {deep: false}\n",
)
FIRST = spec(
    "h: {op: Dense, units: 4, activation: tanh, repeat: {count: 3, first: {activation: relu}}}\n"
    "y: {op: Dense, units: 2}"
)
TWINS = spec(
    "one: {block: pair, repeat: 2, from: x}\nother: {call: one, from: one}\ny: {op: Dense, units: 2, from: other}",
    rest="blocks: {pair: {inputs: x, nodes: {a: {op: Dense, units: 4, from: x}, b: {op: Dense, units: 4}}, "
    "outputs: b}}\n",
)
ARGUMENTS = spec(
    "y: {block: scaled, by: 3.0, from: x}",
    rest="blocks: {scaled: {params: {by: 2.0}, inputs: x, outputs: a, "
    'nodes: {a: {op: Rescaling, scale: "${by}", from: x}}}}\n',
)
ORDERED = spec(
    "y: {block: minus, from: [a, b]}",
    "{a: [3], b: [3]}",
    rest="blocks: {minus: {inputs: [one, two], nodes: {d: {op: Subtract, from: [one, two]}}, outputs: d}}\n",
)
INITS = spec(
    "next: {op: Add, from: [carried, x]}\nstart: {op: Dense, units: 4, from: x}\n"
    "y: {op: Dense, units: 2, from: carried}",
    rest="loops: {grow: {passes: 3, states: {carried: {init: start, next: next}}}}\n",
)

FAULTS = (
    _fault("spec/build.py", '"ones": 1.0', '"ones": 0.0', CROSSED),
    _fault("spec/build.py", "if above is not None:\n", "if above is not None and not self.inputs:\n", CHAIN),
    _fault(
        "spec/build.py", "Origin(decl.span, decl.name), decl.reverse)", "Origin(decl.span, decl.name), False)", SCANNED
    ),
    _fault(
        "spec/build.py",
        "tuple(one for one in resolved if one)",
        "tuple(one for one in reversed(resolved) if one)",
        PAIR,
    ),
    _fault(
        "spec/build.py",
        "AS_SCANNED if decl.passes is None else decl.passes",
        "AS_SCANNED if decl.passes is None else decl.passes + 1",
        CROSSED,
    ),
    _fault("spec/build.py", "schedule=decl.schedule", 'schedule="sweep"', SYNCHRONOUS),
    _fault(
        "spec/build.py", "target.op, target.attributes, target.name", "target.op, target.attributes, decl.name", SHARED
    ),
    _fault("spec/build.py", "State(decl.name, init or Fill(0.0)", "State(decl.name, Fill(0.0)", INITS),
    _fault("spec/build.py", "after or Operand(decl.name, span=decl.span)", "Operand(self.spec.nodes[0].name)", CROSSED),
    _fault(
        "spec/build.py", "Collect(decl.name, value,", "Collect(decl.name, Operand(self.spec.nodes[1].name),", CROSSED
    ),
    _fault("spec/repeats.py", "for number in range(1, count + 1):", "for number in range(1, count):", TOWER),
    _fault("spec/repeats.py", "if number == 1 and first else node", "if number == 2 and first else node", FIRST),
    _fault("spec/elaborate.py", 'node = when.get("else")', 'node = site.node.get("from")', ELSE),
    _fault("spec/elaborate.py", "replace(first, is_bypass=True)", "replace(first, is_bypass=False)", LEFT_OUT),
    _fault("spec/repeats.py", 'twin=f"{site.twin}/{number}" if site.twin else None', "twin=None", TWINS),
    _fault(
        "spec/elaborate.py",
        "zip((one.text for one in block.inputs), reads, strict=False)",
        "zip((one.text for one in block.inputs), reads[::-1], strict=False)",
        ORDERED,
    ),
    _fault("spec/blocks.py", "given.get(name) or _default", "_default", ARGUMENTS),
    _fault("spec/expressions.py", "ast.Sub: operator.sub", "ast.Sub: operator.add", _computed("a - b")),
    _fault("spec/expressions.py", "one // two", "one / two", _computed("a // b")),
    _fault("spec/expressions.py", "operator.mod", "operator.floordiv", _computed("a % b")),
    _fault("spec/expressions.py", "one**two", "one * two", _computed("a ** (b + 1)")),
    _fault("spec/expressions.py", "ast.USub: operator.neg", "ast.USub: operator.pos", _computed("-a")),
    _fault("spec/expressions.py", '(">=", operator.ge)', '(">=", operator.gt)', _computed("a if b >= 2 else b")),
    _fault(
        "spec/expressions.py",
        "is isinstance(node.op, ast.Or)",
        "is isinstance(node.op, ast.And)",
        _computed("a if a > 9 and b > 1 else b"),
    ),
    _fault(
        "spec/expressions.py",
        "node.body if holds else node.orelse",
        "node.orelse if holds else node.body",
        _computed("a if b > 1 else b"),
    ),
    _fault("spec/expressions.py", '"min": min', '"min": max', _computed("min(a, b)")),
    _fault("spec/expressions.py", '"ceil": math.ceil', '"ceil": math.floor', _computed("ceil(a / b)")),
)
