"""Builds a fault's spec with the faulty project, and runs its tests: each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from enum import Enum
from pathlib import Path

from tests.mutation.faults import Fault
from tests.mutation.tree import planted

_SECONDS = 600
GOLDEN_TESTS = ("tests/emit/test_goldens.py", "tests/cli/test_show.py", "tests/docs")


class Notice(Enum):
    """Who notices a fault first."""

    BUILD = "caught by the build"
    ORACLE = "caught by a test with an oracle"
    GOLDEN = "caught by golden text only"
    NOBODY = "survived"


def try_out(fault: Fault, with_tests: bool = True) -> tuple[Notice, str]:
    """Who notices a planted fault, and the first line of what was said."""
    with planted(fault) as home:
        (home / "planted.yaml").write_text(fault.spec, "utf-8")
        for target in fault.targets:
            command = ["-m", "specc", "build", "planted.yaml", "--target", target, "--artifacts", "py,keras"]
            said = _failed(home, command)
            if said is not None:
                return Notice.BUILD, said
        if not with_tests:
            return Notice.NOBODY, ""
        pytest = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header"]
        for tests, notice in ((fault.tests, Notice.ORACLE), (GOLDEN_TESTS, Notice.GOLDEN)):
            if tests and (said := _failed(home, [*pytest, *tests])) is not None:
                return notice, said
    return Notice.NOBODY, ""


def _failed(home: Path, command: list[str]) -> str | None:
    """What a command that failed says; None where it did not fail."""
    environment = {**os.environ, "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        ran = subprocess.run(
            [sys.executable, *command],
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {_SECONDS} s"
    if not ran.returncode:
        return None
    lines = [line for line in (ran.stdout + ran.stderr).splitlines() if line.startswith(("error", "FAILED", "E  "))]
    return (lines or (ran.stderr or ran.stdout).splitlines()[-1:] or [""])[0]
