"""Slips in YAML's punctuation: one answer each, which says what to write, and nothing that follows from it."""

from __future__ import annotations

import pytest

from specc.driver import check_source
from specc.source import Source

HEAD = "specc: 1\nparams: {n: 3}\ninputs: {x: [8, 8, 3]}\nnodes:\n  first: {op: Dense, units: '${n}', from: x}\n"

SLIPS = [
    ("{op: Dense, units: ${n}}", '`"${n}"`', '{op: Dense, units: "${n}"}'),
    ("{op: Dense, units: {{n}}}", '`"${n}"`', '{op: Dense, units: "${n}"}'),
    ("{op:Flatten}", "`op: Flatten`", "{op: Flatten}"),
    ("{op: Dense, units:3}", "`units: 3`", "{op: Dense, units: 3}"),
    ("{op: Dense, units=3}", "`units: 3`", "{op: Dense, units: 3}"),
    ("{op Flatten}", "`op: Flatten`", "{op: Flatten}"),
    ("{op:\u00a0Flatten}", "`op: Flatten`", "{op: Flatten}"),
    ("{op\uff1a Flatten}", "`op: Flatten`", "{op: Flatten}"),
    ("{op: Add, from: first, first}", "`from: [first, first]`", "{op: Add, from: [first, first]}"),
    ("{op: Add, from: first, x, first}", "`from: [first, x, first]`", "{op: Add, from: [first, x, first]}"),
    ("{op: Conv2D, filters: 4, kernel_size: (3, 3)}", "`[3, 3]`", "{op: Conv2D, filters: 4, kernel_size: [3, 3]}"),
    ("{op: Dropout, rate: 0,5}", "`0.5`", "{op: Dropout, rate: 0.5}"),
    ("{op: Dense; units: 3}", "`,` instead of `;`", "{op: Dense, units: 3}"),
    ("{op: Dense, units: 3};", "remove the `;`", "{op: Dense, units: 3}"),
    ("{op: Dense, units: 3},", "remove the `,`", "{op: Dense, units: 3}"),
    ("{op: Dense, units: 3}}", "remove the bracket", "{op: Dense, units: 3}"),
    ("{op: `Dense`, units: 3}", "write `Dense`", "{op: Dense, units: 3}"),
    ("{op: Dense, units: 3} // last", "starts with `#`", "{op: Dense, units: 3} # last"),
    ("\n    op:Dense\n    units: 3", "`op: Dense`", "\n    op: Dense\n    units: 3"),
    ("\n    op: Dense\n    units:3", "`units: 3`", "\n    op: Dense\n    units: 3"),
]


@pytest.mark.parametrize(("slip", "help", "meant"), SLIPS)
def test_a_slip_is_answered_once_with_what_to_write(slip: str, help: str, meant: str) -> None:
    def found(node: str) -> list[str]:
        text = f"{HEAD}  y: {node}\noutputs: [y, first]\n"
        return [one.help for one in check_source(Source("net.yaml", text)).diagnostics if one.severity == "error"]

    assert found(meant) == []
    answers = found(slip)
    assert len(answers) == 1
    assert help in answers[0]
