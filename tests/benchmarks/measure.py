"""Times as medians of interleaved runs, and ratios of them with a limit and a verdict."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Run = Callable[[], object]
Clock = Callable[[], float]
HEADINGS = ("what", "measured", "against", "ratio", "limit", "verdict")


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, what it is held against, and how much of that it may take."""

    what: str
    measured: float
    against: float
    limit: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        return self.measured / self.against

    @property
    def ok(self) -> bool:
        return self.ratio <= self.limit

    def cells(self) -> tuple[str, ...]:
        verdict = "ok" if self.ok else "TOO MUCH"
        values = (f"{value:,.3f} {self.unit}" for value in (self.measured, self.against))
        return (self.what, *values, f"{self.ratio:.2f}", f"{self.limit:.2f}", verdict)


def medians(runs: Sequence[Run], rounds: int, clock: Clock = time.perf_counter) -> list[float]:
    """The median time of each run. They take turns, in changing order, so that a busy machine slows all of them alike.

    `time.process_time` counts the processor's time of this process alone; child processes need the clock on the wall.
    """
    times: list[list[float]] = [[] for _ in runs]
    for run in runs:
        run()  # so that nothing pays for what is done once
    for number in range(rounds):
        order = range(len(runs)) if number % 2 == 0 else reversed(range(len(runs)))
        for at in order:
            gc.collect()  # else one pays for what another left
            before = clock()
            runs[at]()
            times[at].append(clock() - before)
    return [statistics.median(one) for one in times]


def table(rows: Sequence[Row]) -> str:
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADINGS))]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([shown[0], "-" * len(shown[0]), *shown[1:]])
