"""Target files of other people: closed vocabularies, places, and nothing read or quoted that is not a target."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from specc import check
from specc.analysis.facts import facts
from specc.diagnostics.render import render
from specc.driver import check_source
from specc.ops import _registry as registry
from specc.source import Source
from specc.targets import TargetError, available, load
from specc.targets._decode import decode
from specc.targets._vocabulary import facts_of
from tests.foreign_files import FILES, SECRET

ROOT = Path(__file__).parents[2]
NET = "specc: 1\ninputs: {x: [4]}\nnodes: {y: {op: Dense, units: 2}}\noutputs: y\n"
TARGET = """\
target: 1
name: pico
doc: A part.
layout: nhwc
options:
  grade: {values: [small, large], default: small, doc: The size., refused: {huge: no such part}}
sources: {M: the manual}
constraints:
  - {id: four, require: rank == 4, message: "found {rank}", source: "M: 1", when: grade == 'small', hard: true}
activations: {legal: [linear, relu], source: M}
ops:
  Input:
  Conv2D:
    - {id: window, require: "kernel in ('1x1', '3x3') and units_of == 1", message: "found {kernel}"}
limits: {kernel: 3, inputs: 1, outputs: 1}
lowerings: [dense_to_conv2d]
file: {operators: [CONV_2D], source: M}
""".replace(" and units_of == 1", "")
# each key and word of the format with a slip, and what is said about it
SLIPS = {
    "target: 1": ("target: 2", "expected 1"),
    "name: pico": ("name: Pico", "a name in lower case"),
    "doc: A part.": ("docs: A part.", "did you mean `doc`?"),
    "layout:": ("layot:", "did you mean `layout`?"),
    "nhwc": ("nwhc", "did you mean `nhwc`?"),
    "options:": ("option:", "did you mean `options`?"),
    "grade: {": ("kernel_h: {", "has the name of a fact"),
    "values:": ("value:", "did you mean `values`?"),
    "default: small": ("default: smal", "not among its values"),
    "refused:": ("refuse:", "did you mean `refused`?"),
    "huge: no": ("large: no", "both a value and refused"),
    "id: four": ("id: Four", "an id in lower case"),
    "require: rank": ("requires: rank", "did you mean `require`?"),
    "rank == 4": ("ranc == 4", "did you mean `rank`?"),
    "{rank}": ("{ranc}", "did you mean `rank`?"),
    "== 'small'": ("== 'smal'", "did you mean `small`?"),
    "hard: true": ("hard: 1", "true or false"),
    "source: \"M": ("sorce: \"M", "did you mean `source`?"),
    "activations:": ("activation:", "did you mean `activations`?"),
    "relu]": ("rellu]", "did you mean `relu`?"),
    "legal:": ("legals:", "did you mean `legal`?"),
    "Conv2D:": ("Conv2d:", "did you mean `Conv2D`?"),
    "kernel in": ("kernels in", "did you mean `kernel`?"),
    "limits:": ("limit:", "did you mean `limits`?"),
    "{kernel: 3": ("{kernal: 3", "did you mean `kernel`?"),
    "kernel: 3,": ("kernel: 0,", "too small"),
    "inputs: 1": ("inputs: many", "an integer"),
    "lowerings: [dense_to_conv2d]": ("lowerings: dense_to_conv2d", "a list"),
    "file:": ("files:", "did you mean `file`?"),
    "operators:": ("operator:", "did you mean `operators`?"),
    "CONV_2D": ("Conv2D", "an operator of TFLite"),
}  # fmt: skip


def said(text: str) -> tuple[list[str], str]:
    """Where mistakes of a target file are, and all that is said."""
    with pytest.raises(TargetError) as error:
        decode(Source("t.yaml", text))
    assert error.value.found
    return [str(one.span) for one in error.value.found], render(error.value.found, "text")


def test_a_good_target_is_accepted() -> None:
    target = decode(Source("t.yaml", TARGET))
    assert (target.name, target.limits["kernel"], target.options[0].values) == ("pico", 3, ("small", "large"))


@pytest.mark.parametrize("right", SLIPS)
def test_every_word_of_the_format_is_checked(right: str) -> None:
    wrong, expected = SLIPS[right]
    assert TARGET.count(right) >= 1
    at = TARGET.index(right)
    places, text = said(TARGET[:at] + wrong + TARGET[at + len(right) :])
    assert expected in text
    line = TARGET.count("\n", 0, at) + 1
    assert any(place.startswith(f"t.yaml:{line}:") for place in places), places


def test_every_mistake_is_named_in_one_run() -> None:
    text = TARGET.replace("rank == 4", "ranc == 4").replace("Conv2D:", "Conv2d:").replace("relu]", "rellu]")
    assert len(said(text)[0]) == 3


@pytest.mark.parametrize("bad", ["a\\x1bb", "a\\u202eb", "a\\0b", "a\\u2028b", "a\\rb", "a\\x85b"])
@pytest.mark.parametrize("place", ["small, large]", "A part.", "the manual", "found {kernel}", "no such part"])
def test_text_that_is_not_printable_is_rejected(place: str, bad: str) -> None:
    text = TARGET.replace(place, f'small, large, "{bad}"]') if "]" in place else TARGET.replace(place, f'"{bad}"')
    text = text.replace(f'""{bad}""', f'"{bad}"')
    assert "not printable" in said(text)[1]


@pytest.mark.parametrize("name", ["a\nb", "pico\n", "../pico", "pi/co", "", "p" * 51, "-pico", "pico\0"])
def test_names_that_could_lead_a_file_astray_are_rejected(name: str) -> None:
    shown = name.encode("unicode_escape").decode()
    assert said(TARGET.replace("name: pico", f'name: "{shown}"'))[0] == ["t.yaml:2:7"]


@pytest.mark.parametrize("name", available())
def test_targets_of_specc_keep_the_format(name: str) -> None:
    text = (ROOT / f"specc/targets/{name}.yaml").read_text("utf-8")
    assert decode(Source(f"{name}.yaml", text)) == load(name)


def test_the_vocabulary_holds_every_fact_of_a_node() -> None:
    """Facts are read off the nodes of real networks, whose names have to be known before there is a node."""
    seen: set[str] = set()
    for spec in (ROOT / "specs").glob("*.yaml"):
        checked = check(spec, targets=["tidl"])
        for graph, types in [(checked.graph, checked.types)] + [(x.graph, x.types) for x in checked.lowered.values()]:
            for node in graph.nodes if graph else ():
                operands = [types[one.value, one.port] for one in node.operands]
                results = [types[node.name, port] for port in registry.get(node.op).ports(node.attributes)]
                found = set(facts(node, operands, results))
                assert found <= facts_of(node.op), node.op
                seen |= found
    assert len(seen) > 30


# What a spec may name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "specs"
    (inside / "sub").mkdir(parents=True)
    for place in (inside, inside / "sub", tmp_path):
        (place / "t.yaml").write_text(TARGET.replace("name: pico", f"name: {place.name.replace('_', '-')[:40]}"))
    (inside / "sub/t.yaml").write_text(TARGET)
    (inside / "t.yaml").write_text(TARGET)
    (tmp_path / "secret.yaml").write_bytes(b"password: " + SECRET)
    (inside / "notes.yaml").write_bytes(b"password: " + SECRET + b"\n : : [")
    (inside / "notes.txt").write_bytes(SECRET)
    (inside / "latin.yaml").write_bytes(SECRET + b"\xe9")
    (inside / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (inside / "up").symlink_to(tmp_path)
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")
    (inside / "null.yaml").symlink_to("/dev/zero")
    os.mkfifo(inside / "pipe.yaml")
    return inside


@pytest.mark.parametrize("path", ["t.yaml", "./t.yaml", "sub/t.yaml", "./sub/t.yaml", "sub/../t.yaml"])
def test_a_target_below_the_folder_of_the_spec(folder: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "net.yaml").write_text(NET + f"budget: {{targets: [{path}]}}\ntargets: {{pico: {{grade: large}}}}\n")
    for where, name in ((folder, "net.yaml"), (folder.parent, "specs/net.yaml"), (Path("/"), str(folder / "net.yaml"))):
        monkeypatch.chdir(where)
        checked = check(name)
        assert not {one.code for one in checked.diagnostics} & {"bad-target", "unknown-target"}
        assert [target.chosen["grade"] for target in checked.targets.values()] == ["large"]


@pytest.mark.parametrize(
    "path",
    [
        "../secret.yaml", "../t.yaml", "out.yaml", "up/secret.yaml", "up/t.yaml", "loop.yaml", "null.yaml", "pipe.yaml",
        "notes.yaml", "notes.txt", "./notes.txt", "latin.yaml", "/etc/passwd", "/dev/stdin", "/proc/self/environ",
        "/etc/hosts.yaml", "sub", "./sub", "sub/", "C:\\\\x.yaml", "..\\\\secret.yaml", "net.yaml", "a\\0b.yaml",
        "~/t.yaml", "", ".", "..", "/", "x" * 5000 + ".yaml",
    ],
)  # fmt: skip
@pytest.mark.parametrize("section", ["budget", "targets"])
def test_nothing_else_is_read_or_quoted(folder: Path, path: str, section: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    named = f'budget: {{targets: ["{path}"]}}' if section == "budget" else f'targets: {{"{path}": {{}}}}'
    (folder / "net.yaml").write_text(NET + named + "\n")
    checked = check("net.yaml")
    assert not checked.ok
    for format in ("text", "json", "sarif", "github"):
        text = render(checked.diagnostics, format, sources=[checked.source])
        assert SECRET.decode() not in text
        assert "root:" not in text and "PATH=" not in text


@pytest.mark.parametrize("name", FILES)
def test_a_target_that_is_another_file_is_told_apart(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, noun = FILES[name]
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(write())
    for given in (name, f"./{name}"):
        found = check_source(Source("net.yaml", NET), targets=[given]).diagnostics
        text = render(found, "text")
        assert noun in text and SECRET.decode() not in text


def test_the_command_line_and_the_spec_name_files_alike(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "net.yaml").write_text(NET + "budget: {targets: [./t.yaml]}\n")
    monkeypatch.chdir(folder.parent)
    targets = check("specs/net.yaml", targets=["./t.yaml"]).targets
    assert sorted(targets) == ["./t.yaml", "specs/t.yaml"]
    assert targets["./t.yaml"].name != targets["specs/t.yaml"].name


def test_an_alias_bomb_in_a_target_file_ends(tmp_path: Path) -> None:
    rows = ["target: 1", "name: bomb", "a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    assert "yaml-limit" in said("\n".join(rows))[1]
