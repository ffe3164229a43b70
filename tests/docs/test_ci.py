"""`.ci/run` with stand-ins for the tools, which write down what they are asked to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from .pages import ROOT, Page

TOOLS = ("pip", "specc", "pytest", "ruff", "pyright", "uv", "npm", "true")
STAND_IN = '#!/bin/bash\necho "$VIRTUAL_ENV|$ONEDNN_MAX_CPU_ISA|$TF_ENABLE_ONEDNN_OPTS|${0##*/} $*" >> "$LOG"\n'
PYTHON = '#!/bin/bash\nmkdir -p "$3/bin" && cp "$STAND_INS"/* "$3/bin"\n'  # python -m venv FOLDER


class Call(NamedTuple):
    environment: str
    isa: str
    onednn: str
    command: str


def run(folder: Path, readme: str) -> tuple[int, list[Call]]:
    """The exit status of `.ci/run` in a project with this README, and the commands that it ran."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", folder / ".ci")
    (folder / "README.md").write_text(readme, "utf-8")
    (folder / "tools").mkdir()
    for name, text in {**dict.fromkeys(TOOLS, STAND_IN), "../python": PYTHON}.items():
        (folder / "tools" / name).write_text(text, "utf-8")
        (folder / "tools" / name).chmod(0o755)
    names = {"PYTHON": folder / "python", "STAND_INS": folder / "tools", "LOG": folder / "log"}
    path = f"{folder / 'tools'}{os.pathsep}{os.environ['PATH']}"
    kept = {key: value for key, value in os.environ.items() if "ONEDNN" not in key and key != "VIRTUAL_ENV"}
    environment = {**kept, **{key: str(value) for key, value in names.items()}, "PATH": path}
    done = subprocess.run(["bash", ".ci/run"], cwd=folder, env=environment, capture_output=True, check=False)
    lines = (folder / "log").read_text("utf-8").splitlines() if (folder / "log").exists() else []
    return done.returncode, [Call(*line.split("|", 3)) for line in lines]


@pytest.fixture
def calls(tmp_path: Path) -> list[Call]:
    status, found = run(tmp_path, (ROOT / "README.md").read_text("utf-8"))
    assert status == 0
    return found


def test_the_readmes_commands_run_first_each_in_an_environment_of_its_own(calls: list[Call]) -> None:
    commands = [block.text for block in Page.read(ROOT / "README.md").blocks if block.language == "sh"]
    assert commands == [
        "pip install -e . && specc build specs/n1n2n3.yaml --target tidl\n",
        "pip install -e '.[test]' && pytest -n auto\n",
    ]
    own = [one for one in calls if not one.command.startswith("npm ")]
    assert [one.command for one in own[:4]] == [
        "pip install -e .",
        "specc build specs/n1n2n3.yaml --target tidl",
        "pip install -e .[test]",
        "pytest -n auto",
    ]
    first, same, second, alike = (one.environment for one in own[:4])
    assert first == same != second == alike and first and second


def test_the_commands_are_the_readmes_whatever_they_are(tmp_path: Path) -> None:
    status, calls = run(tmp_path, "```sh\npip one && specc 'a b'\n```\n\n```sh\ntrue two\npip three\n```\n")
    assert status != 0 and not calls
    (tmp_path / "again").mkdir()
    status, calls = run(tmp_path / "again", "```sh\npip one && specc 'a b'\n```\n\n```sh\npip three\n```\n")
    assert status == 0
    assert [one.command for one in calls if not one.command.startswith("npm ")][:3] == [
        "pip one",
        "specc a b",
        "pip three",
    ]


def test_what_fails_stops_nothing_but_fails_in_the_end(tmp_path: Path) -> None:
    status, calls = run(tmp_path, "```sh\npip one\n```\n\n```sh\npip two && false\n```\n")
    assert status == 1
    assert any("lowest-direct" in one.command for one in calls)


def test_kernels_of_other_processors_are_tested(calls: list[Call]) -> None:
    found = {(one.isa, one.onednn): one.command for one in calls if one.isa or one.onednn}
    assert found.keys() == {("AVX2", ""), ("", "0")}
    for command in found.values():
        paths = [word for word in command.split() if word.startswith("tests/")]
        assert {Path(path).stem for path in paths} == {
            "test_convolutions_against_keras",
            "test_pools_against_keras",
        }


def test_the_oldest_versions_run_the_main_job(calls: list[Call]) -> None:
    (at,) = [at for at, one in enumerate(calls) if "--resolution lowest-direct" in one.command]
    after = [one.command for one in calls[at:] if one.environment == calls[at].environment]
    assert "specc build specs/n1n2n3.yaml --target tidl" in after
    assert any(command.startswith("pytest ") for command in after)
    assert calls[at].environment not in {one.environment for one in calls[: at - 1]}


def test_paths_of_ci_exist(calls: list[Call]) -> None:
    words = [word for one in calls for word in one.command.split() if word.startswith(("tests/", "specs/"))]
    assert words and all((ROOT / word).exists() for word in words)
