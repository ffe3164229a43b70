"""What a finding or a crash does not take away: the other files' findings, the picture, an output in any encoding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from specc import driver
from specc.cli._main import run
from specc.diagnostics.render import FORMATS

from .support import BAD, GOOD, process

OVER = GOOD + "budget: {params_max: 1}\n"


@pytest.mark.parametrize("verb", ["show", "expand"])
def test_a_spec_over_its_budget_is_shown(verb: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(OVER, encoding="utf-8")
    ran = process(verb, str(path))
    assert ran.code == 1
    assert "Dense" in ran.out
    assert "error[over-budget]" in ran.err


@pytest.mark.parametrize("error", [RuntimeError("a\n::error::b"), RecursionError(), MemoryError(), KeyError("x")])
@pytest.mark.parametrize("format", FORMATS)
def test_a_crash_is_a_finding_beside_those_of_other_files(
    format: str,
    error: Exception,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("SPECC_DEBUG", raising=False)
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(GOOD, encoding="utf-8")
    second.write_text(BAD, encoding="utf-8")
    check = driver.check

    def broken(path: str, **rest: object) -> driver.Checked:
        if path == str(first):
            raise error
        return check(path)

    monkeypatch.setattr(driver, "check", broken)
    monkeypatch.setattr(sys, "argv", ["specc", "check", str(first), str(second), "--format", format])
    assert run() == 3
    found = capsys.readouterr()
    assert "Traceback" not in found.err and "\n::error::b" not in found.out
    if format == "json":
        assert [(one["code"], one["file"]) for one in json.loads(found.out)] == [
            ("internal-error", str(first)),
            ("unknown-attribute", str(second)),
        ]
    elif format == "sarif":
        (log,) = json.loads(found.out)["runs"]
        assert [one["ruleId"] for one in log["results"]] == ["internal-error", "unknown-attribute"]
        assert len(log["artifacts"]) == 2
    else:
        assert "internal-error" in found.out and "unknown-attribute" in found.out


def test_a_crash_shows_where_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> driver.Checked:
        raise RuntimeError("planted")

    monkeypatch.setenv("SPECC_DEBUG", "1")
    monkeypatch.setattr(driver, "check", broken)
    monkeypatch.setattr(sys, "argv", ["specc", "check", str(tmp_path / "a.yaml")])
    with pytest.raises(RuntimeError, match="planted"):
        run()


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii"])
def test_output_in_another_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(BAD.replace("unitz", "größe→𝔘"), encoding="utf-8")
    command = [sys.executable, "-m", "specc", "check", str(path)]
    ran = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, check=False)
    assert ran.returncode == 1
