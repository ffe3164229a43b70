"""Graph to graph, before any target is asked. Each pass says what it requires and ensures; both are verified."""

from specc.passes._pipeline import FIRST, LAST, Invariant, Pass, run

__all__ = ["FIRST", "LAST", "Invariant", "Pass", "run"]
