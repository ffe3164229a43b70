"""Long chains of every kind take work in proportion to their length, and no recursion."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from specc.driver import Checked, check_source
from specc.source import Source

from ..test_hostile import long_networks

SHORT = 150
DEEPEST = 150  # calls within calls, of a check that is entered with none


def _watched(text: str) -> tuple[Checked, int, int]:
    """A check, how many calls of functions it takes, and how deep they nest."""
    calls = depth = deepest = 0

    def watch(_: FrameType, event: str, __: object) -> None:
        nonlocal calls, depth, deepest
        if event == "call":
            calls += 1
            depth += 1
            deepest = max(deepest, depth)
        elif event == "return":
            depth -= 1

    before: Callable[..., object] | None = sys.getprofile()
    sys.setprofile(watch)
    try:
        checked = check_source(Source("net.yaml", text))
    finally:
        sys.setprofile(before)
    return checked, calls, deepest


@pytest.mark.parametrize("name", long_networks(1))
def test_twice_the_length_is_twice_the_work(name: str) -> None:
    check_source(Source("net.yaml", long_networks(SHORT)[name]))  # loads the ops
    found = [_watched(long_networks(depth)[name]) for depth in (SHORT, 2 * SHORT)]
    assert [checked.diagnostics for checked, _, _ in found] == [(), ()]
    (_, short, _), (_, long, deepest) = found
    assert long < 2.2 * short
    assert deepest < DEEPEST


@pytest.mark.parametrize("depth", [100, 5000])
@pytest.mark.parametrize("name", long_networks(1))
@pytest.mark.slow
def test_a_chain_of_any_length_is_checked(name: str, depth: int) -> None:
    assert check_source(Source("net.yaml", long_networks(depth)[name])).diagnostics == ()
