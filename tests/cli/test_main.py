"""What holds for every verb: exit codes, no traceback for anyone, and TensorFlow left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import specc as package
from specc import driver
from specc.cli._main import run

from .support import GOOD, N1N2N3, ROOT, SPECS, environment, process, python


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["specc", *arguments])
    return run()


def plant(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def check(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(driver, "check", check)


def test_version_and_help() -> None:
    assert process("--version").out == f"specc, version {package.__version__}\n"
    ran = process("-h")
    assert ran.code == 0
    assert all(f"\n  {verb} " in ran.out for verb in ("build", "check", "explain", "init", "list", "schema", "show"))


@pytest.mark.parametrize("verb", ["build", "check", "explain", "init", "list", "schema", "show"])
def test_every_verb_has_help(verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main(monkeypatch, verb, "--help") == 0
    assert capsys.readouterr().out.startswith(f"Usage: specc {verb} [OPTIONS]")


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("chek", "no verb 'chek'; did you mean 'check'?"),
        ("shwo", "no verb 'shwo'; did you mean 'show'?"),
        ("frobnicate", "no verb 'frobnicate'; there are build, check, expand, explain, init, list, schema, show"),
    ],
)
def test_a_misspelt_verb(
    verb: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, verb) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("check", N1N2N3), 0),
        (("check", "nowhere.yaml"), 1),
        (("explain", "no-such-code"), 1),
        (("check", N1N2N3, "--no-such-option"), 2),
        (("list", "things"), 2),
        (("--no-such-option",), 2),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int) -> None:
    ran = process(*arguments)
    assert ran.code == code
    assert "Traceback" not in ran.err


def test_a_bug_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("SPECC_DEBUG", raising=False)
    plant(monkeypatch, RuntimeError("planted"))
    assert run_main(monkeypatch, "show", N1N2N3) == 3
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err == (
        f"specc {package.__version__} failed on its own account (RuntimeError: planted).\n"
        "This is a bug in specc: please report it with the spec. SPECC_DEBUG=1 shows where.\n"
    )


def test_a_bug_shows_where_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPECC_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["specc", "check", N1N2N3])
    plant(monkeypatch, RuntimeError("planted"))
    with pytest.raises(RuntimeError, match="planted"):
        run()


@pytest.mark.parametrize("verb", ["check . --format json", "list ops", "explain", "schema", "show n.yaml --graph svg"])
def test_a_closed_pipe_is_no_traceback(verb: str, tmp_path: Path) -> None:
    (tmp_path / "n.yaml").write_text(GOOD)
    for number in range(30):  # more than a pipe holds
        (tmp_path / f"n{number}.yaml").write_text(GOOD.replace("units", "unitz"))
    command = f'"{sys.executable}" -m specc {verb} | head -c 1'
    found = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in found.stderr
    assert "Exception ignored" not in found.stderr
    assert "bug in specc" not in found.stderr


_MODULES = """
import sys
from specc.cli import main
for line in sys.argv[1].split(";"):
    sys.argv = ["specc", *line.split()]
    try:
        main()
    except SystemExit as end:
        assert not end.code, (line, end.code)
    bad = sorted({"BAD"} & {name.split(".")[0] for name in sys.modules})
    assert not bad, (line, bad)
"""
UNWANTED = {"tensorflow", "keras", "numpy", "black", "jsonschema"}


def modules(unwanted: set[str], lines: list[str], cwd: Path) -> None:
    code = _MODULES.replace('"BAD"', ", ".join(map(repr, sorted(unwanted))))
    ran = python(code, ";".join(lines), cwd=cwd)
    assert ran.code == 0, ran.err


def test_no_verb_but_build_imports_tensorflow(tmp_path: Path) -> None:
    lines = [
        f"check {SPECS} --target keras",
        f"check {N1N2N3} --target tidl --target keras",
        *(f"check {N1N2N3} --format {format}" for format in ("json", "sarif", "github")),
        f"show {N1N2N3}",
        f"show {N1N2N3} --target tidl --unrolled",
        *(f"show {N1N2N3} --graph {graph}" for graph in ("mermaid", "dot", "svg")),
        "list ops",
        "list ops Dense",
        "list targets",
        "list targets tidl",
        "schema",
        "schema --of target",
        "explain",
        "explain undeclared-cycle",
        "init net.yaml",
    ]
    modules(UNWANTED, lines, tmp_path)


def test_check_imports_little(tmp_path: Path) -> None:
    modules({*UNWANTED, "rich", "asyncio", "http"}, [f"check {N1N2N3} --target tidl"], tmp_path)


@pytest.mark.slow
def test_a_module_text_needs_no_tensorflow(tmp_path: Path) -> None:
    modules({"tensorflow", "keras"}, [f"build {N1N2N3} -t tidl --artifacts py --no-verify -o out"], tmp_path)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["n1n2n3_tidl.manifest.json", "n1n2n3_tidl.py"]


def test_python_m_specc_is_the_command_line() -> None:
    assert (ROOT / "specc" / "__main__.py").exists()
    assert process("check", N1N2N3).err == "no findings in 1 file\n"
