"""Subtract: what is not in `test_merges`."""

from __future__ import annotations

from specc.ops import _registry


def test_it_takes_exactly_two_operands() -> None:
    assert str(_registry.get("Subtract").arity) == "2 operands"
