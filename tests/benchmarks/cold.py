"""What a user waits for at a prompt: whole processes, from start to exit."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from specc.driver import check_source
from specc.source import Source
from tests.benchmarks.generator import generate
from tests.benchmarks.measure import Row, medians

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "specs" / "n1n2n3.yaml"
SCHEMA = ROOT / "schemas" / "specc-1.schema.json"
CHECK = (sys.executable, "-m", "specc", "check")
JSONSCHEMA = (sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA))
SECOND, MEGABYTE = 1.0, 1.0


def rows(rounds: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "laughs.yaml").write_text(laughs())
        (folder / "large.yaml").write_text(generate(10_000))
        runs = [
            _process((*CHECK, str(SPEC)), folder),
            _process((*JSONSCHEMA, str(SPEC)), folder),
            _process((*CHECK, str(folder / "laughs.yaml")), folder, expected=1),
        ]
        specc, jsonschema, laughed = medians(runs, rounds)
        (large,) = medians([_process((*CHECK, str(folder / "large.yaml")), folder)], max(rounds // 4, 1))
    yield Row("cold check of n1n2n3, against check-jsonschema", specc, jsonschema, 1.0)
    yield Row("cold check of a billion laughs, against a second", laughed, SECOND, 1.0)
    yield Row("memory of a billion laughs, against a megabyte", _memory(laughs()), MEGABYTE, 5.0, "MB")
    yield Row("cold check of 10,000 nodes, against a second", large, SECOND, 3.0)


def laughs(levels: int = 30) -> str:
    """Aliases of aliases: a few lines that would be 9 ** levels values, were they written out."""
    lines = ["specc: 1", "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, levels)]
    return "\n".join([*lines, f"nodes: *a{levels - 1}"]) + "\n"


def _process(command: Sequence[str], folder: Path, expected: int = 0) -> Callable[[], None]:
    """Runs a command, its modules compiled beforehand and kept out of the tree."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    settings["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")

    def run() -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=settings, cwd=ROOT)
        assert done.returncode == expected, done.stdout + done.stderr

    return run


def _memory(text: str) -> float:
    """Megabytes that a check holds at most."""
    check_source(Source("warm.yaml", text))
    tracemalloc.start()
    try:
        checked = check_source(Source("spec.yaml", text))
        assert not checked.ok
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
