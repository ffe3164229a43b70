"""Mistyped paths: of specs and folders, of weights, of target files."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.diagnostics.similar_paths import similar_path
from tests.cli.support import specc

SPEC = "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Flatten}}\noutputs: y\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "specs").mkdir()
    for name in ("specs/classifier.yaml", "specs/net1.yaml", "trained.keras", "custom.yaml"):
        (tmp_path / name).write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "suffixes", "meant"),
    [
        ("specs/clasifier.yaml", (".yaml",), "specs/classifier.yaml"),
        ("spec/classifier.yaml", (".yaml",), "specs/classifier.yaml"),
        ("spec/clasifier.yaml", (".yaml",), None),  # two parts are wrong
        ("spesc", (".yaml",), "specs"),
        ("specs/net2.yaml", (".yaml",), "specs/net1.yaml"),
        ("trainned.keras", (".keras",), "trained.keras"),
        ("trainned.keras", (".npz",), None),
        ("nothing/at/all.yaml", (".yaml",), None),
    ],
)
def test_one_part_of_a_path(folder: Path, name: str, suffixes: tuple[str, ...], meant: str | None) -> None:
    assert similar_path(name, suffixes) == meant
    assert similar_path(str(folder / name), suffixes) == (meant and str(folder / meant))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("check", "spesc"), "specs"),
        (("show", "specs/clasifier.yaml"), "specs/classifier.yaml"),
        (("check", "specs/net1.yaml", "--target", "./costum.yaml"), "custom.yaml"),
        (("build", "specs/net1.yaml", "--weights", "trainned.keras"), "trained.keras"),
    ],
)
def test_every_command_suggests_the_path(arguments: tuple[str, ...], meant: str) -> None:
    ran = specc(*arguments)
    assert f"did you mean `{meant}`?" in ran.out + ran.err
    assert ran.code == 1


@pytest.mark.usefixtures("folder")
def test_a_build_in_a_pipe_says_what_it_does() -> None:
    ran = specc("build", "specs/net1.yaml", "--weights", "missing.keras", "--format", "json")
    assert ran.err.startswith("keras: checking the spec …\n")
    assert "…" not in ran.out
