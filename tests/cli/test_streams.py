"""Closed streams, interrupts at any moment and narrow terminals: no verb answers with a traceback."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .support import BAD, GOOD, environment

VERBS: dict[str, tuple[int, tuple[str, ...]]] = {
    "check": (1, ("check", "net.yaml", "bad.yaml")),
    "check json": (1, ("check", "bad.yaml", "--format", "json")),
    "check folder": (1, ("check", ".")),
    "show": (0, ("show", "net.yaml")),
    "show svg": (0, ("show", "net.yaml", "--graph", "svg")),
    "expand": (0, ("expand", "net.yaml")),
    "explain": (0, ("explain", "unknown-op")),
    "explain nothing": (1, ("explain", "unknown-opp")),
    "list": (0, ("list", "ops")),
    "list one": (0, ("list", "ops", "Conv2D")),
    "list target": (0, ("list", "targets", "tidl")),
    "schema": (0, ("schema",)),
    "init": (0, ("init", "new.yaml", "--force")),
    "usage": (2, ("check", "--nothing")),
    "help": (0, ("--help",)),
    "build": (1, ("build", "bad.yaml")),
}
NARROW = 20
MOMENTS = int(os.environ.get("SPECC_INTERRUPTS", "12"))  # at which a run is interrupted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    return tmp_path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "specc", *arguments]


def sound(err: str) -> bool:
    return not any(one in err for one in ("Traceback", "Exception ignored", "failed on its own account"))


# Closed streams


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_closed_stream_is_like_one_that_nobody_reads(verb: str, closed: str, folder: Path) -> None:
    code, arguments = VERBS[verb]
    line = " ".join(f'"{one}"' for one in command(*arguments))
    ran = subprocess.run(
        ["sh", "-c", f"{line} {closed}"], cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True, check=False
    )
    assert ran.returncode == code
    assert sound(ran.stderr), ran.stderr
    assert (folder / "net.yaml").read_text("utf-8") == GOOD


@pytest.mark.keras
def test_a_build_without_streams_writes_only_its_files(folder: Path) -> None:
    line = " ".join(f'"{one}"' for one in command("build", "net.yaml", "--target", "tidl"))
    for redirection, out in (("", "open"), (">&- 2>&- <&-", "closed")):
        ran = subprocess.run(
            ["sh", "-c", f"{line} --out {out} {redirection}"], cwd=folder, env=environment(), check=False
        )
        assert ran.returncode == 0
    left, right = ({file.name: file for file in (folder / out).iterdir()} for out in ("open", "closed"))
    assert left.keys() == right.keys()
    assert all(left[name].stat().st_size == right[name].stat().st_size for name in left if name.endswith((".py", "e")))


# Interrupts


def interrupted(folder: Path, after: float, *arguments: str) -> tuple[int, str]:
    child = subprocess.Popen(
        command(*arguments), cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(after)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate()
    return child.returncode, err


@pytest.mark.parametrize("verb", ["check", "show", "list"])
def test_an_interrupt_at_any_moment(verb: str, folder: Path) -> None:
    codes: set[int] = set()
    for moment in range(MOMENTS):
        code, err = interrupted(folder, moment * 0.6 / MOMENTS, *VERBS[verb][1])
        if "/cli/" in err or "__main__" in err:  # before that, Python is still looking for the package
            assert sound(err), err
        codes.add(code)
        if code == 130 and sound(err):
            assert not err or err.endswith("interrupted\n")  # nothing while what would say it is being loaded
    assert codes <= {0, 1, 130, -signal.SIGINT}


@pytest.mark.keras
def test_an_interrupted_build_leaves_nothing(folder: Path) -> None:
    for after in (0.3, 1.0, 2.5, 5.0, 8.0)[: max(MOMENTS // 4, 3)]:
        code, err = interrupted(folder, after, "build", "net.yaml", "--target", "tidl")
        assert code in (130, -signal.SIGINT)  # the latter while Python starts
        assert sound(err), err
        assert not (folder / "build").exists() or not list((folder / "build").iterdir())


# Narrow terminals


@pytest.mark.parametrize("verb", VERBS)
def test_a_terminal_of_twenty_columns(verb: str, folder: Path) -> None:
    ours, theirs = pty.openpty()
    code, arguments = VERBS[verb]
    child = subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=environment(COLUMNS=str(NARROW), TERM="xterm"),
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    found = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not data:
            break
        found += data
    os.close(ours)
    assert child.wait() == code
    assert found
    assert sound(found.decode())
