"""The command line as a user runs it: within this process, or as one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from specc.cli._main import group

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "specs"
N1N2N3 = str(SPECS / "n1n2n3.yaml")

GOOD = "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2}}\noutputs: y\n"
WARNED = "specc: 1\nparams: {k: 3}\n" + GOOD.removeprefix("specc: 1\n")
BAD = GOOD.replace("units", "unitz")


@dataclass(frozen=True)
class Ran:
    """What a command printed on its two streams, and its exit code."""

    out: str
    err: str
    code: int


def specc(*arguments: str, input: str | bytes | None = None) -> Ran:
    """Runs a verb in this process. An exception that it lets escape is raised here."""
    found = CliRunner().invoke(group, list(arguments), input=input, prog_name="specc", catch_exceptions=False)
    return Ran(found.stdout, found.stderr, found.exit_code)


def environment(**others: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "SPECC_DEBUG", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **others}


def process(
    *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, input: str | None = None
) -> Ran:
    """Runs a verb in a process of its own."""
    command = [sys.executable, "-m", "specc", *arguments]
    found = subprocess.run(
        command,
        env=environment(**(env or {})),
        cwd=cwd,
        input=input,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(found.stdout, found.stderr, found.returncode)


def python(code: str, *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ran:
    """Runs a few lines of Python in a process of its own."""
    command = [sys.executable, "-c", code, *arguments]
    found = subprocess.run(
        command, env=environment(**(env or {})), cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )
    return Ran(found.stdout, found.stderr, found.returncode)
