"""Completion in the shell, and the nearest file for a mistyped path."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from specc.cli._main import group
from tests.cli.support import GOOD, specc


@pytest.mark.parametrize(
    ("arguments", "incomplete", "expected"),
    [
        (["list", "ops"], "conv2", "Conv2D"),
        (["list", "codes"], "unknown-o", "unknown-op"),
        (["list", "targets"], "ti", "tidl"),
        (["explain"], "yaml-s", "yaml-syntax"),
        (["check", "net.yaml", "--target"], "ti", "tidl"),
        (["build", "net.yaml", "-t"], "ker", "keras"),
        (["show", "net.yaml", "-t"], "ti", "tidl"),
        ([], "bui", "build"),
    ],
)
def test_names_are_completed(arguments: list[str], incomplete: str, expected: str) -> None:
    found = ShellComplete(group, {}, "specc", "_SPECC_COMPLETE").get_completions(arguments, incomplete)
    assert expected in [one.value for one in found]


@pytest.mark.parametrize("verb", ["check", "build", "show"])
def test_files_are_left_to_the_shell(verb: str) -> None:
    found = ShellComplete(group, {}, "specc", "_SPECC_COMPLETE").get_completions([verb], "ne")
    assert [one.type for one in found] == ["file"]


def test_a_mistyped_path_gets_the_nearest_file(tmp_path: Path) -> None:
    (tmp_path / "classifier.yaml").write_text(GOOD)
    assert "did you mean" in specc("check", str(tmp_path / "clasifier.yaml")).out
    assert "did you mean" not in specc("check", str(tmp_path / "other.yaml")).out
