"""`specc init`, `list`, `explain` and `schema`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from specc.diagnostics import CODES
from specc.ops import _registry as registry

from .support import ROOT, process, specc

# init


@pytest.mark.parametrize(
    ("given", "file", "name"),
    [
        ((), "net.yaml", "net"),
        (("mine.yaml",), "mine.yaml", "mine"),
        (("mine.yml",), "mine.yml", "mine"),
        (("mine",), "mine.yaml", "mine"),
        (("3-d model.v2.yaml",), "3-d model.v2.yaml", "n3_d_model"),
        (("ü.yaml",), "ü.yaml", "net"),
    ],
)
def test_init_writes_a_spec_that_is_right(
    given: tuple[str, ...], file: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = specc("init", *given)
    assert ran.code == 0
    assert ran.out.startswith(f"wrote {file}\nnext: specc check {shlex.quote(file)}\n")
    assert f"\nname: {name}\n" in Path(file).read_text("utf-8")
    ran = specc("check", file, "--strict", "--target", "keras", "--target", "tidl")
    assert (ran.out, ran.code) == ("", 0)


def test_init_replaces_nothing_unless_forced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text("mine")
    ran = specc("init")
    assert (ran.out, ran.err, ran.code) == ("", "net.yaml exists; `--force` replaces it\n", 1)
    assert Path("net.yaml").read_text() == "mine"
    assert specc("init", "--force").code == 0
    assert Path("net.yaml").read_text().startswith("# net: ")


def test_init_where_nothing_can_be_written(tmp_path: Path) -> None:
    ran = process("init", "nowhere/net.yaml", cwd=tmp_path)
    assert (ran.err, ran.code) == ("Error: nowhere/net.yaml cannot be written: No such file or directory\n", 1)


# list


def test_list_ops_has_every_op_once() -> None:
    ran = specc("list", "ops")
    assert ran.code == 0
    assert [line.split()[0] for line in ran.out.splitlines()[2:] if not line.startswith(" ")] == [
        name for name in registry.names() if name != "Input"
    ]


@pytest.mark.parametrize("name", registry.names())
def test_list_one_op(name: str) -> None:
    ran = specc("list", "ops", name)
    assert ran.code == 0
    assert ran.out.startswith(f"{name} (")
    assert not any(line != line.rstrip() for line in ran.out.splitlines())


def test_list_dense() -> None:
    out = specc("list", "ops", "Dense").out
    assert out.startswith("Dense (keras.layers.Dense), one operand\nA densely connected layer: ")
    assert "\nunits                  required" in out


def test_list_targets() -> None:
    ran = specc("list", "targets")
    assert [line.split()[0] for line in ran.out.splitlines()[2:] if not line.startswith(" ")] == ["keras", "tidl"]


@pytest.mark.parametrize("name", ["keras", "tidl"])
def test_list_one_target(name: str) -> None:
    ran = specc("list", "targets", name)
    assert ran.code == 0
    assert ran.out.startswith(f"{name}: ")


def test_list_a_target_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("target: 1\nname: mine\ndoc: a target of my own\n")
    assert specc("list", "targets", str(tmp_path / "mine.yaml")).out == "mine: a target of my own\n\n"


@pytest.mark.parametrize(
    ("what", "name", "said"),
    [
        ("ops", "Dens", "unknown op `Dens`; did you mean `Dense`?\n"),
        ("ops", "Frobnicate", "unknown op `Frobnicate`\n"),
        ("targets", "tidel", "`tidl`"),
        ("targets", "nowhere/mine.yaml", "nowhere/mine.yaml"),
    ],
)
def test_list_an_unknown_name(what: str, name: str, said: str) -> None:
    ran = specc("list", what, name)
    assert (ran.out, ran.code) == ("", 1)
    assert said in ran.err


# explain


def test_explain_lists_every_code() -> None:
    assert [line.split()[0] for line in specc("explain").out.splitlines()] == list(CODES)


@pytest.mark.parametrize("code", CODES)
def test_explain_one_code(code: str) -> None:
    ran = specc("explain", code)
    assert ran.code == 0
    assert code in ran.out.splitlines()[0]


def test_explain_an_unknown_code() -> None:
    ran = specc("explain", "undeclared-cycel")
    assert ran.err == "no diagnostic is called `undeclared-cycel`; did you mean `undeclared-cycle`?\n"
    assert ran.code == 1
    assert specc("explain", "zzz").err == "no diagnostic is called `zzz`; `specc explain` lists them\n"
    assert specc("explain", "../codes").code == 1


# schema


def test_schema_is_what_is_published(tmp_path: Path) -> None:
    published = ROOT / "schemas" / "specc-1.schema.json"
    assert specc("schema").out == published.read_text("utf-8")
    file = tmp_path / "s.json"
    assert specc("schema", "-o", str(file)).out == f"wrote {file}\n"
    assert file.read_bytes() == published.read_bytes()
    assert json.loads(specc("schema", "--of", "target").out)["title"] == "specc target"


def test_schema_of_something_else() -> None:
    assert process("schema", "--of", "nets").code == 2
