"""Parameters of several types: `int | list`, at the top and in blocks."""

from __future__ import annotations

import pytest

from specc.driver import check_source
from specc.source import Source

UNIONS = ["int | list", "int|list", "[int, list]"]


def codes(params: str, block: str, use: str, override: str = "") -> list[str]:
    text = f"""specc: 1
params: {{size: {params}}}
inputs: {{x: [20, 3]}}
blocks:
  conv:
    params: {{k: {block}}}
    inputs: x
    nodes: {{c: {{op: Conv1D, filters: 2, kernel_size: "${{k}}"}}}}
    outputs: c
nodes:
  top: {{op: Conv1D, filters: 2, kernel_size: "${{size}}"}}
  one: {{block: conv, k: {use}}}
outputs: one
"""
    overrides = {"size": override} if override else {}
    return [one.code for one in check_source(Source("net.yaml", text), overrides=overrides).diagnostics]


@pytest.mark.parametrize("union", UNIONS)
@pytest.mark.parametrize("use", ["2", "[2]"])
@pytest.mark.parametrize("override", ["", "5", "[5]"])
def test_every_type_of_a_union_fits(union: str, use: str, override: str) -> None:
    declared = f"{{type: {union}, default: 3}}"
    assert not codes(declared, declared, use, override)
    if "[" not in union:
        assert not codes(declared, union, use, override)


@pytest.mark.parametrize("union", UNIONS)
def test_other_types_do_not_fit(union: str) -> None:
    declared = f"{{type: {union}, default: 3}}"
    assert codes(declared, declared, "same") == ["wrong-type"]
    assert codes(declared, declared, "2", "same") == ["wrong-type"]
    assert codes(f"{{type: {union}, default: 1.5}}", declared, "2")[0] == "wrong-type"
