"""Measures the hostile files and the mutants: `python -m tests.measure_hostile` writes the figures into the docs.

Every file is checked in a process of its own. `SPECC_MUTATIONS` says how many mutants of each spec are tried.
"""

from __future__ import annotations

import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from .test_hostile import FILES, LONG
from .test_hostile_shapes import SHAPES
from .test_mutations import FILES as SPECS
from .test_mutations import TEXTS, TEXTUAL, ran

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "limits.md"
START, END = "<!-- figures -->", "<!-- end -->"
_CHILD = """
import json, resource, sys
from specc.driver import check
check(sys.argv[1], targets=["keras", "tidl"])
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def measure(texts: Mapping[str, str]) -> tuple[str, float, str, float]:
    """The files that take most seconds of processor time and most megabytes, the start of Python included."""
    seconds: dict[str, float] = {}
    megabytes: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.yaml"
        for name, text in texts.items():
            path.write_text(text, encoding="utf-8")
            ran = subprocess.run([sys.executable, "-c", _CHILD, str(path)], capture_output=True, text=True, check=True)
            seconds[name], megabytes[name] = json.loads(ran.stdout)
    slowest, largest = (max(found, key=found.__getitem__) for found in (seconds, megabytes))
    return slowest, seconds[slowest], largest, megabytes[largest]


def mutants() -> tuple[int, float]:
    """How many mutants were checked, and the most seconds that one took."""
    from specc.source import Source

    count, most = 0, 0.0
    for path in SPECS:
        rng = random.Random(path.stem)
        for _ in range(int(os.environ.get("SPECC_MUTATIONS", "100"))):
            text = rng.choice(TEXTUAL)(TEXTS[path], rng)
            before = time.process_time()
            ran(Source(str(path), text), ("keras", "tidl"))
            count, most = count + 1, max(most, time.process_time() - before)
    return count, most


def main() -> None:
    files = {**FILES, **LONG, **SHAPES}
    slowest, seconds, largest, megabytes = measure(files)
    count, most = mutants()
    rows = [
        "| tried | number | most processor time | most memory |",
        "| --- | --- | --- | --- |",
        f"| hostile files | {len(files)} | {seconds:.1f} s ({slowest}) | {megabytes:.0f} MB ({largest}) |",
        f"| mutants of specs | {count:,} | {most:.1f} s | |",
        "",
        f"Python {platform.python_version()}, {platform.machine()}.",
    ]
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(START)
    PAGE.write_text("\n".join([head + START, *rows, END + rest.partition(END)[2]]), encoding="utf-8")


if __name__ == "__main__":
    main()
