"""How the time grows: with the nodes of a spec, and not with the passes of its loops."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from specc.driver import check_source
from specc.emit import module_text
from specc.source import Source
from tests.benchmarks.generator import generate, uses
from tests.benchmarks.measure import Row, medians

ROOT = Path(__file__).resolve().parents[2]


def rows(rounds: int) -> Iterator[Row]:
    for targets in ((), ("keras",), ("tidl",)):
        small, large = medians([_check(1_000, targets), _check(10_000, targets)], rounds, time.process_time)
        what = f"check for {targets[0]}" if targets else "check"
        yield Row(f"{what} of 10,000 nodes, against ten of 1,000", large, 10 * small, 1.5)
    small, large = medians([_written(uses(100)), _written(uses(1_000))], rounds, time.process_time)
    yield Row("check and emission of 1,000 uses of a block, against ten of 100", large, 10 * small, 1.5)
    for target in ("keras", "tidl"):
        few, many = medians([_emit(target, 5), _emit(target, 5_000)], 8 * rounds, time.process_time)
        yield Row(f"check and emission for {target} of 5,000 passes, against 5", many, few, 1.1)


def _check(nodes: int, targets: tuple[str, ...]) -> Callable[[], None]:
    text = generate(nodes, targets=targets)

    def run() -> None:
        assert check_source(Source("spec.yaml", text)).diagnostics == ()

    return run


def _written(text: str) -> Callable[[], None]:
    def run() -> None:
        checked = check_source(Source("spec.yaml", text), targets=["keras"])
        assert checked.spec is not None
        assert "def part(" in module_text(checked.spec, checked.lowered["keras"], checked.targets["keras"])

    return run


def _emit(target: str, passes: int) -> Callable[[], None]:
    text = (ROOT / "specs" / "n1n2n3.yaml").read_text("utf-8").replace("passes: 5", f"passes: {passes}")

    def run() -> None:
        checked = check_source(Source("n1n2n3.yaml", text), targets=[target])
        assert checked.spec is not None
        assert f"passes: int = {passes}" in module_text(checked.spec, checked.lowered[target], checked.targets[target])

    return run
