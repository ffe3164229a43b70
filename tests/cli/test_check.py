"""`specc check`: which files it takes, what it prints where, and its exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from specc.cli._common import wants_color

from .support import BAD, GOOD, N1N2N3, SPECS, WARNED, environment, process, specc

ANSI = re.compile(r"\x1b\[")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of specs and of what is none; the working directory."""
    files = {
        "good.yaml": GOOD,
        "warned.yml": WARNED,
        "bad.yaml": BAD,
        "deep/er/flow.yaml": "{specc: 1, inputs: {x: [4]}, outputs: {y: {op: Dense, unitz: 2}}}\n",
        "deep/quoted.yaml": GOOD.replace("specc:", '"specc":').replace("Dense", "Dens"),
        "compose.yaml": "services: {a: {image: b}}\n",
        "values.yaml": "nested:\n  specc: 1\n",
        "not.yaml": "{{ .Values.name }}: [\n",
        "notes.txt": BAD,
        ".hidden/bad.yaml": BAD,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "wide.yaml").write_bytes(BAD.encode("utf-16"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def places(out: str) -> list[str]:
    return re.findall(r"--> (\S+?):\d", out)


def test_nothing_wrong_prints_nothing_but_the_summary(folder: Path) -> None:
    ran = specc("check", "good.yaml")
    assert (ran.out, ran.err, ran.code) == ("", "no findings in 1 file\n", 0)


def test_several_files_are_checked_in_their_order(folder: Path) -> None:
    ran = specc("check", "warned.yml", "bad.yaml", "good.yaml")
    assert places(ran.out) == ["warned.yml", "bad.yaml", "bad.yaml"][: len(places(ran.out))]
    assert ran.err.endswith(" in 3 files\n")
    assert ran.code == 1


def test_a_folder_gives_its_specs_in_order_and_nothing_else(folder: Path) -> None:
    ran = specc("check", ".")
    assert list(dict.fromkeys(places(ran.out))) == [
        "bad.yaml", "deep/er/flow.yaml", "deep/quoted.yaml", "warned.yml", "wide.yaml",
    ]  # fmt: skip
    assert ran.err.endswith(" in 6 files\n")


def test_a_file_named_twice_is_checked_once(folder: Path) -> None:
    assert specc("check", "good.yaml", "good.yaml").err == "no findings in 1 file\n"


def test_what_is_skipped_in_a_folder_is_named(folder: Path) -> None:
    ran = specc("check", ".")
    assert "skipped 3 YAML files without a `specc` key: compose.yaml, not.yaml, values.yaml\n" in ran.err
    for number in range(9):
        (folder / f"values{number}.yaml").write_text("a: 1\n")
    assert " and 7 more\n" in specc("check", ".", "--format", "json").err


@pytest.mark.parametrize("format", ["text", "json", "sarif", "github"])
def test_a_folder_without_specs_is_an_error(format: str, folder: Path) -> None:
    (folder / "empty").mkdir()
    ran = specc("check", "empty", "good.yaml", "--format", format)
    assert "no spec found in folder `empty`" in ran.out
    assert ran.code == 1
    (folder / "empty" / "values.yaml").write_text("a: {specc: 1}\n")
    assert "skipped empty/values.yaml" in specc("check", "empty", "--format", format).out


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("spec: 1", "did you mean `specc`?"),
        ("Specc: 1", "did you mean `specc`?"),
        ("SPECC: '1'", "did you mean `specc`?"),
        ("sepcc: v1", "did you mean `specc`?"),
        ('specc: "1"', "write `specc: 1`"),
        ("specc: 1.0", "write `specc: 1`"),
        ("specc: {}", "write `specc: 1`"),
        ("specc:1", "put a space after the colon: `specc: 1`"),
        ("specc 1", "put a colon after the key: `specc: 1`"),
        ("specc = 1", "put a colon after the key: `specc: 1`"),
        ("", "add the line `specc: 1`"),
    ],
)
def test_a_spec_whose_key_is_nearly_right_is_not_skipped(folder: Path, line: str, answer: str) -> None:
    (folder / "near").mkdir()
    (folder / "near" / "net.yaml").write_text(f"{line}\n{GOOD.removeprefix('specc: 1')}")
    ran = specc("check", "near")
    assert answer in ran.out
    assert ran.code == 1


@pytest.mark.parametrize("text", ["spec: {replicas: 1}\n", "[specc, 1]\n", "spec: one\n", "specc\n", "\t{specc: [", ""])
def test_other_yaml_is_skipped(folder: Path, text: str) -> None:
    (folder / "near").mkdir()
    (folder / "near" / "other.yaml").write_text(text)
    (folder / "near" / "net.yaml").write_text("{inputs: {x: [4]}, outputs: {y: {op: Dense, units: 2}}, specc: 1}")
    ran = specc("check", "near")
    assert ran.err == "skipped 1 YAML file without a `specc` key: near/other.yaml\nno findings in 1 file\n"
    assert ran.code == 0


def test_standard_input(folder: Path) -> None:
    ran = specc("check", "-", input=BAD)
    assert set(places(ran.out)) == {"<stdin>"}
    assert ran.code == 1
    assert specc("check", "-", input=GOOD).code == 0


@pytest.mark.parametrize("name", ["nowhere.yaml", "nowhere/at/all.yaml", "good.yaml/inside.yaml"])
def test_a_file_that_is_not_there(folder: Path, name: str) -> None:
    ran = specc("check", name, "good.yaml")
    assert "error[unreadable-file]" in ran.out
    assert f"`{name}`" in ran.out
    assert ran.err == "1 error in 2 files\n"
    assert ran.code == 1


def test_no_path_is_a_mistake_of_usage() -> None:
    ran = process("check")
    assert ran.code == 2
    assert "Missing argument" in ran.err


def test_the_examples_are_right() -> None:
    ran = specc("check", str(SPECS), "--strict")
    assert ran.code == 0, ran.out


# Targets and parameters


def test_a_target(folder: Path) -> None:
    assert specc("check", "good.yaml", "--target", "tidl", "-t", "keras").code == 0
    deep = "nodes: {h: {op: Dense, units: 3, activation: softplus}, y: {op: Dense, units: 2}}"
    (folder / "hard.yaml").write_text(f"specc: 1\ninputs: {{x: [4]}}\n{deep}\noutputs: y\n")
    assert specc("check", "hard.yaml").code == 0
    ran = specc("check", "hard.yaml", "--target", "tidl")
    assert ran.code == 1
    assert "error[no-lowering]" in ran.out


def test_an_unknown_target_is_a_finding(folder: Path) -> None:
    ran = specc("check", "good.yaml", "--target", "tidel")
    assert ran.code == 1
    assert "error[unknown-target]" in ran.out
    assert "`tidl`" in ran.out


def test_a_parameter_is_set() -> None:
    assert specc("check", N1N2N3, "--set", "passes=9").code == 0
    assert "error[wrong-type]" in specc("check", N1N2N3, "--set", "passes=many").out
    ran = specc("check", N1N2N3, "--set", "pases=9")
    assert ran.code == 1
    assert "did you mean `passes`?" in ran.out


@pytest.mark.parametrize("value", ["passes", "=9", " =9", ""])
def test_a_setting_that_is_none_is_a_mistake_of_usage(value: str) -> None:
    ran = process("check", N1N2N3, "--set", value)
    assert ran.code == 2
    assert "expected name=value" in ran.err
    assert "Traceback" not in ran.err


def test_a_value_may_hold_equals_signs(folder: Path) -> None:
    (folder / "doc.yaml").write_text(GOOD + 'params: {text: a}\ndoc: "${text}"\n')
    assert specc("check", "doc.yaml", "--set", "text=a=b").code == 0


def test_strict_counts_warnings(folder: Path) -> None:
    assert specc("check", "warned.yml").code == 0
    assert specc("check", "warned.yml").err == "1 warning in 1 file\n"
    assert specc("check", "warned.yml", "--strict").code == 1
    assert specc("check", "good.yaml", "--strict").code == 0


# Formats


def test_json(folder: Path) -> None:
    ran = specc("check", "bad.yaml", "good.yaml", "--format", "json")
    found = json.loads(ran.out)
    assert "unknown-attribute" in ran.out
    assert found
    assert (ran.err, ran.code) == ("", 1)
    assert json.loads(specc("check", "good.yaml", "--format", "json").out) is not None


def test_sarif(folder: Path) -> None:
    found = json.loads(specc("check", "bad.yaml", "good.yaml", "--format", "sarif").out)
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    assert "unknown-attribute" in {one["ruleId"] for one in run["results"]}


def test_github(folder: Path) -> None:
    ran = specc("check", "bad.yaml", "--format", "github")
    assert ran.out.startswith("::error file=bad.yaml,line=3,")
    assert specc("check", "good.yaml", "--format", "github").out == ""


def test_an_unknown_format_is_a_mistake_of_usage(folder: Path) -> None:
    assert process("check", "good.yaml", "--format", "xml", cwd=folder).code == 2


# Colour


def test_colour_when_asked_for_and_never_in_a_pipe(folder: Path) -> None:
    assert ANSI.search(process("check", "bad.yaml", "--color", "always", cwd=folder).out)
    assert not ANSI.search(process("check", "bad.yaml", cwd=folder).out)
    assert not ANSI.search(process("check", "bad.yaml", "--color", "never", cwd=folder).out)
    found = process("check", "bad.yaml", "--color", "always", cwd=folder, env={"NO_COLOR": "1"})
    assert ANSI.search(found.out), "what is asked for comes first"
    assert not ANSI.search(process("check", "bad.yaml", "--color", "always", "--format", "json", cwd=folder).out)


def on_a_terminal(*arguments: str, cwd: Path, **variables: str) -> str:
    """What a command prints on standard output where that is a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "specc", *arguments]
    variables = {"TERM": "xterm", "COLUMNS": "100", **variables}
    child = subprocess.Popen(
        command,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
        env=environment(**variables),
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
    child.wait()
    return found.decode()


def test_colour_on_a_terminal(folder: Path) -> None:
    assert ANSI.search(on_a_terminal("check", "bad.yaml", cwd=folder))
    assert not ANSI.search(on_a_terminal("check", "bad.yaml", cwd=folder, NO_COLOR="1"))
    assert not ANSI.search(on_a_terminal("check", "bad.yaml", cwd=folder, TERM="dumb"))
    assert not ANSI.search(on_a_terminal("check", "bad.yaml", "--color", "never", cwd=folder))


def test_the_table_is_plain_where_colour_is_not_wanted(folder: Path) -> None:
    assert ANSI.search(on_a_terminal("show", "good.yaml", cwd=folder))
    assert not ANSI.search(on_a_terminal("show", "good.yaml", cwd=folder, NO_COLOR="1"))


class _Terminal:
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "variables", "expected"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("never", {}, False),
        ("always", {"NO_COLOR": "1"}, True),
    ],
)
def test_the_rules_of_colour(
    choice: str, variables: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wants_color(choice, _Terminal()) is expected  # type: ignore[arg-type]
