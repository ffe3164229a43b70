"""Odd names, full disks and paths that are too long: a message each, and no bug that is none."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from specc.diagnostics import CODES

from .support import N1N2N3, environment, process, specc

# init


@pytest.mark.parametrize("stem", ["class", "true", "null", "zeros", "on", "42", "_", "1e3", "x" * 120])
def test_init_gives_a_name_that_may_be_one(stem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert specc("init", stem).code == 0
    ran = specc("check", f"{stem}.yaml", "--strict")
    assert (ran.out, ran.code) == ("", 0)


def test_init_in_a_folder(tmp_path: Path) -> None:
    assert specc("init", f"{tmp_path}/").code == 0
    assert [file.name for file in tmp_path.iterdir()] == ["net.yaml"]


def test_init_quotes_what_a_shell_would_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "next: specc check 'my net.yaml'\n" in specc("init", "my net").out


def test_the_starter_with_its_loop_uncommented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    specc("init")
    text = Path("net.yaml").read_text("utf-8")
    nodes = re.sub(r"^  # (recalled|mixed):", r"  \1:", text, flags=re.MULTILINE)
    loops = re.sub(r"^# ((?:loops|  settle|    passes|    states|      memory):)", r"\1", nodes, flags=re.MULTILINE)
    assert loops.count("#") == text.count("#") - 7
    Path("looped.yaml").write_text(loops, "utf-8")
    ran = specc("check", "looped.yaml", "--strict", "--target", "tidl")
    assert (ran.out, ran.code) == ("", 0)
    assert "loop settle, 5 passes: memory ← mixed" in specc("show", "looped.yaml").out


# list


def test_defaults_are_written_as_in_a_spec() -> None:
    out = specc("list", "ops", "Conv2D").out
    rows = {line.split()[0]: line for line in out.splitlines() if re.match(r"\w+ {2,}\S", line)}
    assert "[1, 1]" in rows["strides"]
    assert " null " in rows["data_format"]
    assert " true " in rows["use_bias"]
    assert " GlorotUniform " in rows["kernel_initializer"]
    assert not re.search(r" (None|True|False) ", out)


def test_list_codes() -> None:
    ran = specc("list", "codes")
    assert [line.split()[0] for line in ran.out.splitlines()[2:] if not line.startswith(" ")] == list(CODES)
    assert specc("list", "codes", "unused-node").out.startswith("unused-node (warning): ")
    ran = specc("list", "codes", "unused-nodes")
    assert (ran.err, ran.code) == ("unknown code `unused-nodes`; did you mean `unused-node`?\n", 1)


# The world around


def test_a_path_that_is_too_long_is_a_finding() -> None:
    ran = process("check", "a" * 5000)
    assert ran.code == 1
    assert "error[unreadable-file]" in ran.out
    assert "internal" not in ran.err and "bug" not in ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [("show", N1N2N3), ("list", "ops"), ("schema",), ("explain",)])
def test_a_full_disk_is_no_bug_of_specc(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "specc", *arguments]
    with open("/dev/full", "w") as full:
        ran = subprocess.run(command, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.stderr == "the output cannot be written: No space left on device\n"
    assert ran.returncode == 1
