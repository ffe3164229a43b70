"""Text of a spec, of a file's name or of an argument steers no terminal and forges no command of a CI service."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from specc.diagnostics.render import FORMATS

from .support import GOOD, specc

EVIL = "\n::error file=a.yaml,line=1::forged\r\n::set-output name=x::y\x1b[2J\x1b]0;t\x07\x9b\x00\u202e\u2028\x85"
QUOTED = json.dumps(EVIL)  # an escape of JSON is one of YAML
TIDL = (Path(__file__).parents[2] / "specc" / "targets" / "tidl.yaml").read_text("utf-8")

# A spec with such a text in each place that a message may quote.
SPECS = {
    "a key": f"{GOOD}{QUOTED}: 1\n",
    "a version": GOOD.replace("specc: 1", f"specc: {QUOTED}"),
    "a name": f"{GOOD}name: {QUOTED}\n",
    "a doc": f"{GOOD}doc: {QUOTED}\n",
    "a param": f"{GOOD}params: {{{QUOTED}: 1}}\n",
    "an unused param": f"{GOOD}params: {{a: {QUOTED}}}\n",
    "an expression": GOOD.replace("units: 2", f"units: {json.dumps('${' + EVIL + '}')}"),
    "a string in an expression": GOOD.replace("units: 2", f"units: {json.dumps('${a' + EVIL + 'b}')}"),
    "an input": GOOD.replace("x:", f"{QUOTED}:"),
    "a size": GOOD.replace("[4]", f"[{QUOTED}]"),
    "a node": GOOD.replace("{y:", f"{{{QUOTED}:"),
    "an op": GOOD.replace("Dense", QUOTED),
    "an attribute": GOOD.replace("units", f"units: 2, {QUOTED}"),
    "a value": GOOD.replace("units: 2", f"units: 2, activation: {QUOTED}"),
    "a number": GOOD.replace("units: 2", f"units: {QUOTED}"),
    "a reference": GOOD.replace("units", f"from: {QUOTED}, units"),
    "a port": GOOD.replace("units", f"from: {json.dumps('x.' + EVIL)}, units"),
    "a call": GOOD.replace("op: Dense, units: 2", f"call: {QUOTED}"),
    "a block": GOOD.replace("op: Dense, units: 2", f"block: {QUOTED}"),
    "an output": GOOD.replace("outputs: y", f"outputs: [{QUOTED}]"),
    "an output's name": GOOD.replace("outputs: y", f"outputs: {{{QUOTED}: y}}"),
    "an optimizer": f"{GOOD}training: {{optimizer: {QUOTED}, loss: mse}}\n",
    "a loss": f"{GOOD}training: {{optimizer: Adam, loss: {QUOTED}}}\n",
    "losses": f"{GOOD}training: {{optimizer: Adam, losses: {{{QUOTED}: mse}}}}\n",
    "a metric": f"{GOOD}training: {{optimizer: Adam, loss: mse, metrics: [{QUOTED}]}}\n",
    "a budget": f"{GOOD}budget: {{{QUOTED}: 1}}\n",
    "a target": f"{GOOD}budget: {{targets: [{QUOTED}]}}\n",
    "an option": f"{GOOD}targets: {{tidl: {{sdk: {QUOTED}, {QUOTED}: 1}}}}\n",
    "a move": f"{GOOD}moved: [{{from: {QUOTED}, to: y}}]\n",
    "a loop": f"{GOOD}loops: {{{QUOTED}: {{passes: 2, states: {{{QUOTED}: {{init: x, next: {QUOTED}}}}}}}}}\n",
    "a repeat": GOOD.replace("units", f"repeat: {QUOTED}, units"),
    "a when": GOOD.replace("units", f"when: {QUOTED}, units"),
    "a tag": GOOD.replace("units: 2", "units: !\u0301x 2"),
    "a comment": f"{GOOD}# specc: ignore[::error::x]\n",
    "keys given twice": f"{GOOD}{QUOTED}: 1\n{QUOTED}: 2\n",
    "a name that resembles": GOOD.replace("{y:", f"{{{json.dumps('why' + EVIL)}:").replace(
        "outputs: y", "outputs: whyy"
    ),
}
TARGETS = {
    "a name": TIDL.replace("name: tidl", f"name: {QUOTED}"),
    "a doc": re.sub("(?m)^doc: .*", lambda _: f"doc: {json.dumps('x' + EVIL)}", TIDL),
    "a message": re.sub('message: ".*"', lambda _: f"message: {json.dumps('x' + EVIL)}", TIDL),
    "a source": re.sub("(?m)^activations:", lambda _: f"extra: {QUOTED}\nactivations:", TIDL),
}


def judge(*printed: str) -> None:
    for text in printed:
        bad = re.findall("[^\\S\n ]|[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", text)
        assert not bad, (bad, text)
        for line in text.split("\n"):
            assert not line.lstrip().startswith("::") or re.match(r"::(error|warning) (file=[^,:]*,|title=)", line), (
                line
            )
            assert "forged" not in line or "::error file=a.yaml" not in line.lstrip()[:20]


@pytest.mark.parametrize("place", SPECS)
def test_text_of_a_spec(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPECS[place], encoding="utf-8")
    codes: set[int] = set()
    for format in FORMATS:
        ran = specc("check", "net.yaml", "--target", "tidl", "--format", format)
        judge(ran.out, ran.err)
        codes.add(ran.code)
        if format in ("json", "sarif"):
            assert all(char.isprintable() for text in strings(json.loads(ran.out)) for char in text.replace("\n", ""))
    assert len(codes) == 1
    for verb in (("show",), ("expand",), *(("show", "--graph", graph) for graph in ("mermaid", "dot", "svg"))):
        ran = specc(*verb, "net.yaml")
        judge(ran.out, ran.err)


@pytest.mark.parametrize("place", TARGETS)
def test_text_of_a_target_file(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(GOOD.replace("units: 2", "units: 2, activation: softplus"), encoding="utf-8")
    Path("own.yaml").write_text(TARGETS[place], encoding="utf-8")
    for format in FORMATS:
        ran = specc("check", "net.yaml", "--target", "own.yaml", "--format", format)
        judge(ran.out, ran.err)
    for verb in (("list", "targets", "./own.yaml"), ("show", "net.yaml", "--target", "own.yaml"), ("check", ".")):
        ran = specc(*verb)
        judge(ran.out, ran.err)


NAME = EVIL.replace("\x00", "").replace("/", "")


@pytest.mark.parametrize("format", FORMATS)
def test_the_name_of_a_file(format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path(NAME)
    folder.mkdir()
    for name, text in (("bad.yaml", GOOD.replace("units", "unitz")), ("other.yaml", "a: 1\n"), (NAME + ".yaml", GOOD)):
        (folder / name).write_text(text, encoding="utf-8")
    for arguments in ((NAME,), (NAME + "/bad.yaml",), (NAME + "/nowhere.yaml",), ("-t", NAME, NAME + "/bad.yaml")):
        ran = specc("check", *arguments, "--format", format)
        judge(ran.out, ran.err)


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", NAME),
        ("init", NAME, "--force"),
        ("show", NAME),
        ("show", "net.yaml", "--out", NAME + ".svg"),
        ("show", "net.yaml", "--out", "no/" + NAME),
        ("expand", "net.yaml", "--out", NAME),
        ("explain", NAME),
        ("list", "ops", NAME),
        ("list", "targets", NAME),
        ("list", "codes", NAME),
        ("list", NAME),
        ("build", NAME),
        ("build", "net.yaml", "--target", NAME),
        ("build", "net.yaml", "--weights", NAME),
        ("schema", "--out", "no/" + NAME),
        ("check", "net.yaml", "--set", NAME),
        ("check", "net.yaml", "--set", NAME + "=1"),
        ("check", "net.yaml", "--" + NAME),
        ("check", "net.yaml", "--format", NAME),
        (NAME,),
        ("-" + NAME,),
    ],
)
def test_an_argument(
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from specc.cli._main import run

    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["specc", *arguments])
    run()
    run()  # what was written is there now
    found = capsys.readouterr()
    judge(found.out, found.err)


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in (*value, *value.values()) for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []
