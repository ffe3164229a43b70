"""Specs of many shapes that multiply or are long: what a check does for them is bounded, whatever they hold.

The bound counts calls of functions, which no other load of the machine changes. `SPECC_HOSTILE=5000` makes the shapes
longer by that number.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest

from specc.driver import check_source
from specc.source import Source

COUNT = int(os.environ.get("SPECC_HOSTILE", "1500"))
MOST_CALLS = 8_000_000  # two or three seconds
HEAD = "specc: 1\ninputs: {x: [4]}\n"
DENSE = "nodes:\n  n: {op: Dense, units: 4}\noutputs: n\n"


def rows(row: Callable[[int], str], count: int = COUNT) -> str:
    return "".join(map(row, range(count)))


def nodes(row: Callable[[int], str], count: int = COUNT, head: str = "") -> str:
    return f"{HEAD}{head}nodes:\n{rows(lambda at: f'  n{at}: {row(at)}{chr(10)}', count)}outputs: x\n"


def params(row: Callable[[int], str], first: str = "1") -> str:
    return f"{HEAD}params:\n  p: {first}\n{rows(lambda at: f'  p{at}: {row(at)}{chr(10)}')}{DENSE}"


def listed(row: Callable[[int], str], count: int = COUNT) -> str:
    return ", ".join(map(row, range(count)))


LONG = "a" * (COUNT * 200)
LIST = f"[{listed(str, COUNT * 20)}]"
BLOCK = "blocks:\n  b:\n    params: {%s}\n    inputs: [%s]\n    nodes: {d: {op: Dense, units: 4}}\n    outputs: d\n"
SHAPES = {
    "unknown names": nodes(lambda at: f"{{op: Dense, units: 4, from: q{at}}}"),
    "unknown long names": nodes(lambda at: f"{{op: Dense, units: 4, from: {'q' * 70}{at}}}"),
    "unknown names of parameters": params(lambda at: f'"${{q{at}}}"'),
    "unknown keys of parameters": params(lambda at: f"{{default: 1, q{at}: 1}}"),
    "states that nothing has": f"{HEAD}nodes: {{n: {{op: Add, from: [x, {listed(lambda at: f's{at}')}]}}}}\n"
    "outputs: n\n"
    f"loops: {{l: {{passes: 2, states: {{{listed(lambda at: f's{at}: {{init: zeros, next: n}}', COUNT // 2)}}}}}}}\n",
    "inputs of blocks": nodes(lambda _: "{block: b}", head=BLOCK % ("", listed(lambda at: f"i{at}"))),
    "parameters of blocks": nodes(lambda _: "{block: b}", head=BLOCK % (listed(lambda at: f"p{at}: 1"), "i")),
    "blocks among parameters": nodes(
        lambda _: "{block: b}", head=f"params: {{{listed(lambda at: f'p{at}: 1')}}}\n" + BLOCK % ("", "i")
    ),
    "a long string in aliases": params(lambda _: "*a", f"&a '{LONG}'"),
    "a long doc in aliases": nodes(lambda at: f"{{op: ReLU, doc: {'*a' if at else f'&a {LONG}'}}}"),
    "a long string searched": params(lambda _: "\"${'ab' in p}\"", f"'{LONG}'"),
    "a long list searched": params(lambda _: '"${-1 in p}"', LIST),
    "a long list compared": params(lambda _: '"${p == p}"', LIST),
    "a long list copied": params(lambda _: '"${p}"', LIST),
    "long expressions": params(lambda at: f'"${{{"+".join(["p"] * 200)}+{at}}}"'),
    "everything reads everything": nodes(
        lambda at: f"{{op: Add, from: [x, {listed(lambda other: f'n{other}', at + 1)}]}}", COUNT // 8
    ),
    "every node before every other": nodes(
        lambda at: f"{{op: Add, from: [x, x{''.join(f', n{other}' for other in range(at))}]}}", COUNT // 8
    ),
    "operands": nodes(lambda _: f"{{op: Add, from: [{listed(lambda _: 'x', COUNT * 20)}]}}", 1),
    "axes": f"specc: 1\ninputs: {{x: [{listed(lambda _: '9999999999', COUNT * 20)}]}}\n{DENSE}",
    "axes of a reshape": nodes(lambda _: f"{{op: Reshape, target_shape: [{listed(lambda _: '9', COUNT * 20)}]}}", 1),
    "named sizes": f"specc: 1\ninputs: {{x: [{listed(lambda at: f's{at}', 250)}]}}\nnodes: {{n: {{op: Flatten}}}}\n"
    "outputs: n\n",
    "targets": f"{HEAD}{DENSE}budget: {{targets: [{listed(lambda at: f'./t{at}.yaml', COUNT * 10)}]}}\n",
    "options": f"{HEAD}{DENSE}targets: {{tidl: {{{listed(lambda at: f'o{at}: 1')}}}}}\n",
    "renames": f"{HEAD}{DENSE}moved: [{listed(lambda at: f'{{from: o{at}, to: o{at + 1}}}')}]\n",
    "metrics": f"{HEAD}{DENSE}training: {{optimizer: Adam, loss: mse, metrics: [{listed(lambda at: f'm{at}')}]}}\n",
    "comments": f"{HEAD}{DENSE}" + rows(lambda at: f"# specc: ignore[c{at}]\n", COUNT * 10),
    "a comment of many codes": f"{HEAD}{DENSE}# specc: ignore[{listed(lambda at: f'c{at}', COUNT * 10)}]\n",
    "slips": nodes(lambda at: f"{{op:Dense, units: (3, 3), from: a b c, k{at} 1}}"),
    "mistakes": nodes(lambda _: "{op: Dense, units: -1}", COUNT * 5),
}


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, of Python's own as well."""
    count = 0

    def event(frame: object, kind: str, argument: object) -> None:
        nonlocal count
        count += kind in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(event)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", SHAPES)
def test_what_a_check_does_is_bounded(name: str) -> None:
    source = Source("net.yaml", SHAPES[name])
    assert calls(lambda: check_source(source, targets=("keras", "tidl"))) < MOST_CALLS
