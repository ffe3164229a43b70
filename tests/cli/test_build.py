"""`specc build` as its user reads it: what is printed, what is written, and nothing where something is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .support import BAD, N1N2N3, WARNED, process, specc

FILES = ["n1n2n3_tidl.keras", "n1n2n3_tidl.manifest.json", "n1n2n3_tidl.py", "n1n2n3_tidl.tflite"]
TWO_OUTPUTS = """\
specc: 1
name: two
inputs: {x: [3]}
nodes: {first: {op: Dense, units: 2}, second: {op: Dense, units: 1}}
outputs: [first, second]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def measured(text: str) -> str:
    """What was printed with the figures, which the processor has a hand in, left out; each has to be small."""
    figures = re.findall(r"\d\.\de[-+]\d\d", text)
    assert all(float(one) < 1e-4 for one in figures)
    return re.sub(r"\d\.\de[-+]\d\d", "#", text)


@pytest.mark.keras
def test_says_what_was_proven_and_what_was_written(folder: Path) -> None:
    ran = process("build", N1N2N3, "--target", "tidl", cwd=folder)
    assert ran.code == 0
    lines = measured(ran.out).splitlines()
    proven = [line for line in lines if not line.startswith("wrote ")]
    verdict = "equal, largest difference # of the largest value"
    assert proven[0] == f"keras model against the spec: {verdict} (8 examples)"
    assert proven[1] == f"tidl model against the spec: {verdict} (8 examples)"
    assert f".keras file against its model: {verdict} (8 examples)" in proven
    assert f"tidl .tflite against the spec: {verdict} (3 examples)" in proven
    assert all(re.fullmatch(rf"[^:]+: {verdict} \(\d examples\)", line) for line in proven)
    assert lines[len(proven) :] == [
        "wrote build/n1n2n3_tidl.py",
        "wrote build/n1n2n3_tidl.keras",
        "wrote build/n1n2n3_tidl.tflite",
        "wrote build/n1n2n3_tidl.manifest.json",
    ]
    assert all(re.fullmatch(r"tidl: [A-Za-z .]+ …", line) for line in ran.err.splitlines()), ran.err
    assert sorted(file.name for file in (folder / "build").iterdir()) == FILES


@pytest.mark.keras
def test_says_the_difference_of_each_output(folder: Path) -> None:
    (folder / "two.yaml").write_text(TWO_OUTPUTS)
    ran = specc("build", "two.yaml", "--artifacts", "py, keras", "-o", "out")
    verdict = "equal, largest difference # (first), # (second) of the largest value (8 examples)"
    assert measured(ran.out) == (
        f"keras model against the spec: {verdict}\n.keras file against its model: {verdict}\n"
        "wrote out/two_keras.py\nwrote out/two_keras.keras\nwrote out/two_keras.manifest.json\n"
    )


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_wrong_spec_writes_nothing(format: str, folder: Path) -> None:
    (folder / "bad.yaml").write_text(BAD)
    ran = specc("build", "bad.yaml", "--target", "tidl", "--format", format)
    assert ran.code == 1
    assert "unknown-attribute" in ran.out
    assert "wrote" not in ran.out
    assert not (folder / "build").exists()


def test_an_unknown_target_is_a_finding(folder: Path) -> None:
    ran = specc("build", N1N2N3, "--target", "tidel")
    assert ran.code == 1
    assert "error[unknown-target]" in ran.out
    assert "`tidl`" in ran.out
    assert not (folder / "build").exists()


def test_a_spec_that_is_not_there(folder: Path) -> None:
    ran = specc("build", "nowhere.yaml")
    assert ran.code == 1
    assert "error[unreadable-file]" in ran.out
    assert not (folder / "build").exists()


def test_the_module_alone_is_written_without_proof(folder: Path) -> None:
    ran = specc("build", N1N2N3, "-t", "tidl", "--artifacts", "py", "--no-verify", "-o", "out")
    assert ran.out == ("not compared with the spec\nwrote out/n1n2n3_tidl.py\nwrote out/n1n2n3_tidl.manifest.json\n")
    assert ran.code == 0
    assert json.loads((folder / "out" / "n1n2n3_tidl.manifest.json").read_text())["spec"]["name"] == "n1n2n3"


def test_several_targets_warn_once(folder: Path) -> None:
    (folder / "net.yaml").write_text(WARNED)
    arguments = ["build", "net.yaml", "-t", "keras", "-t", "tidl", "-t", "keras", "--artifacts", "py", "--no-verify"]
    ran = specc(*arguments)
    assert ran.code == 0
    assert ran.out.count("warning[unused-param]") == 1
    assert re.findall(r"wrote build/(\S+)", ran.out) == [
        "net_keras.py", "net_keras.manifest.json", "net_tidl.py", "net_tidl.manifest.json",
    ]  # fmt: skip
    ran = specc(*arguments, "--format", "json")
    assert "wrote" not in ran.out
    assert json.loads(ran.out)
    assert ran.out.count("unused-param") == specc("check", "net.yaml", "--format", "json").out.count("unused-param")


def test_one_target_of_several_that_is_wrong(folder: Path) -> None:
    (folder / "net.yaml").write_text(WARNED)
    ran = specc("build", "net.yaml", "-t", "nowhere", "-t", "keras", "--artifacts", "py", "--no-verify")
    assert ran.code == 1
    assert "error[unknown-target]" in ran.out
    assert sorted(file.name for file in (folder / "build").iterdir()) == ["net_keras.manifest.json", "net_keras.py"]


@pytest.mark.parametrize("kinds", ["onnx", "py,onnx", "", " , "])
def test_artifacts_that_there_are_not(kinds: str, folder: Path) -> None:
    ran = process("build", N1N2N3, "--artifacts", kinds, cwd=folder)
    assert ran.code == 2
    assert "py, keras, tflite" in ran.err
    assert not (folder / "build").exists()


def test_where_nothing_can_be_written(folder: Path) -> None:
    (folder / "taken").write_text("a file")
    ran = specc("build", N1N2N3, "--artifacts", "py", "--no-verify", "-o", "taken")
    assert ran.code == 1
    assert "error[build-failed]" in ran.out
    assert "`taken`" in ran.out
    assert (folder / "taken").read_text() == "a file"
