"""Counts the work of one check, so that a small file cannot ask for hours of it.

A unit is about a microsecond. What a check may use grows with what the text writes out, so no network is too long for
it; blocks, repeats and parameters that multiply are not written out. The counter belongs to the context, since work is
done in places that have nothing else in common; outside `counted` nothing is counted.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

BASE = 1_200_000  # what any spec may use
PER_VALUE = 30  # and for each YAML value of its text, which costs up to 25 where nothing multiplies
NODE = 80  # one node decoded and written out
FINDING = 60
NAME = 15  # one name read
COMPARISON = 20  # of two names, for a suggestion
LOOK = 1  # at a name that a suggestion may be
ERRORS = 3_000  # after which a check looks for no more
_SHORT = 60
_SUGGESTIONS = BASE // 5  # what suggestions may use; beyond that there are none


class WorkLimit(Exception):
    """More work than any spec needs."""


class EnoughErrors(Exception):
    """More errors than anybody reads."""


class _Counter:
    __slots__ = ("done", "limit", "suggestions")

    def __init__(self) -> None:
        self.done = 0
        self.limit = BASE
        self.suggestions = 0


_current: ContextVar[_Counter | None] = ContextVar("work", default=None)


@contextmanager
def counted() -> Generator[None]:
    """Counts from zero within the block."""
    token = _current.set(_Counter())
    try:
        yield
    finally:
        _current.reset(token)


def allow(values: int) -> None:
    """Raises the limit for the YAML values of a text; one that an alias stands for is written once."""
    counter = _current.get()
    if counter is not None:
        counter.limit += values * PER_VALUE


def charge(units: int) -> None:
    """Adds to the work done; raises `WorkLimit` where that is too much."""
    counter = _current.get()
    if counter is not None:
        counter.done += units
        if counter.done > counter.limit:
            raise WorkLimit


def charge_expression(length: int) -> None:
    """Charges for reading a text with expressions of so many characters; long ones have many terms."""
    charge(length + 8 * max(length - _SHORT, 0))


def stop_after(errors: int) -> None:
    """Raises `EnoughErrors` where so many were found that nobody reads them."""
    if errors > ERRORS and _current.get() is not None:
        raise EnoughErrors


def affords_comparisons(count: int, each: int = COMPARISON) -> bool:
    """Whether a name may still be compared with so many others; the comparisons are charged if so."""
    counter = _current.get()
    if counter is None:
        return True
    cost = count * each
    if counter.suggestions + cost > _SUGGESTIONS:
        return False
    counter.suggestions += cost
    return True
