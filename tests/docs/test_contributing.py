"""CONTRIBUTING.md, followed word for word in a copy of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ..test_layering import LAYERS
from .pages import ROOT, Block, Page
from .session import FUNCTIONS

PAGE = Page.read(ROOT / "CONTRIBUTING.md")
RECIPES = ("Add an op", "Add a lowering", "Add a diagnostic", "Add a target")
COPIED = ("specc", "tests", "docs", "schemas", "specs", "pyproject.toml", "README.md", "CONTRIBUTING.md", "LICENSE")
UNWANTED = shutil.ignore_patterns("__pycache__", ".*", "build")


def steps(page: Page) -> list[Block]:
    """The blocks that a contributor acts on."""
    return [block for block in page.blocks if {"file", "step"} & block.marks.keys()]


def copy(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=UNWANTED)
        elif source.exists():
            shutil.copy(source, folder / name)


def act(block: Block, folder: Path, with_keras: bool) -> None:
    """Saves a file, changes one as a diff says, or runs the commands of a step."""
    if "step" in block.marks:
        if with_keras or block.marks["step"] != "keras":
            run(block.text, folder)
        return
    path = folder / block.marks["file"]
    if block.language == "diff":
        path.write_text(changed(path.read_text("utf-8"), block.text), "utf-8")
    else:
        assert not path.exists(), f"{block.marks['file']} is there already"
        path.write_text(block.text, "utf-8")


def changed(text: str, diff: str) -> str:
    """The text with the `+` lines put in and the `-` lines taken out; what it was before has to be there just once."""
    lines = diff.splitlines()
    before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    after = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
    assert before and text.count(before) == 1, before
    return text.replace(before, after)


def run(commands: str, folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        ["sh", "-ec", FUNCTIONS + "\n" + commands],
        check=False,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout[-6000:]}"
    assert "passed" in done.stdout or "pytest" not in commands, done.stdout


def test_every_recipe_has_steps() -> None:
    for recipe in RECIPES:
        assert f"\n## {recipe}\n" in PAGE.text
    assert sum("step" in block.marks for block in PAGE.blocks) >= len(RECIPES)


def test_the_layers_are_those_that_are_enforced() -> None:
    assert f"\n{' < '.join(LAYERS)}\n" in PAGE.text


@pytest.mark.slow
def test_the_recipes_work(tmp_path: Path) -> None:
    copy(tmp_path)
    for block in steps(PAGE):
        act(block, tmp_path, with_keras=False)


@pytest.mark.keras
@pytest.mark.slow
def test_the_new_op_is_keras_own(tmp_path: Path) -> None:
    copy(tmp_path)
    for block in steps(PAGE):
        if "step" not in block.marks or block.marks["step"] == "keras":
            act(block, tmp_path, with_keras=True)
