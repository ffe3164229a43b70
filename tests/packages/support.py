"""Packages put where Python finds them, as an installer leaves them, and commands run beside them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

from ..cli.support import ROOT, Ran, environment

EXAMPLE = ROOT / "tests" / "example_package"


def install(
    site: Path, name: str, files: Mapping[str, str], entry_points: Mapping[str, Mapping[str, str]], version: str = "1.0"
) -> None:
    """The files of a distribution and what says that it is installed: its metadata and its entry points."""
    for path, text in files.items():
        place = site / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    record = site / f"{name.replace('-', '_')}-{version}.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8")
    (record / "INSTALLER").write_text("test\n", "utf-8")
    groups = [
        "\n".join([f"[{group}]", *(f"{key} = {value}" for key, value in points.items()), ""])
        for group, points in entry_points.items()
    ]
    (record / "entry_points.txt").write_text("\n".join(groups), "utf-8")


def install_example(site: Path) -> None:
    """The example package as its `pyproject.toml` describes it; no build back end is needed for plain files."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))
    about, setup = project["project"], project["tool"]["setuptools"]
    install(site, about["name"], {}, about["entry-points"], about["version"])
    for package in setup["packages"]:
        wanted = ["*.py", *setup["package-data"].get(package, ())]
        (site / package).mkdir()
        for pattern in wanted:
            for file in (EXAMPLE / package).glob(pattern):
                shutil.copy(file, site / package)


def run(site: Path, *command: str, cwd: Path) -> Ran:
    """A Python command with the packages of a folder installed."""
    paths = os.pathsep.join([str(ROOT), str(site)])
    found = subprocess.run(
        [sys.executable, *command],
        env=environment(PYTHONPATH=paths, COLUMNS="200", NO_COLOR="1", TF_CPP_MIN_LOG_LEVEL="3"),
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Ran(found.stdout, found.stderr, found.returncode)


def specc(site: Path, *arguments: str, cwd: Path) -> Ran:
    return run(site, "-m", "specc", *arguments, cwd=cwd)
