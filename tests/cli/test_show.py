"""`specc show`: the table, and the pictures against those in tests/golden/views."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from specc.analysis.views import picture as picturing
from specc.analysis.views.dot import render as dot
from specc.analysis.views.mermaid import render as mermaid
from specc.analysis.views.picture import Arrow, Box, Frame, Picture, folded, unrolled
from specc.analysis.views.svg import render as svg

from ..checks import right
from .support import BAD, GOOD, N1N2N3, ROOT, SPECS, WARNED, process, specc

GOLDEN = ROOT / "tests" / "golden" / "views"
NESTED = str(ROOT / "tests" / "networks" / "specs" / "nested.yaml")

# Each golden file and the arguments that make it, but for `-o`. To make them anew: python -m tests.cli.test_show
VIEWS = {
    "n1n2n3.txt": (N1N2N3,),
    "n1n2n3_tidl.txt": (N1N2N3, "--target", "tidl"),
    "n1n2n3_unrolled.txt": (N1N2N3, "--unrolled"),
    "nested_tidl.txt": (NESTED, "--target", "tidl"),
    "small_cnn.txt": (str(SPECS / "small_cnn.yaml"),),
    "n1n2n3.mmd": (N1N2N3, "--graph", "mermaid"),
    "n1n2n3.dot": (N1N2N3, "--graph", "dot"),
    "n1n2n3.svg": (N1N2N3, "--graph", "svg"),
    "n1n2n3_unrolled.mmd": (N1N2N3, "--graph", "mermaid", "--unrolled", "--set", "passes=2"),
    "n1n2n3_unrolled.dot": (N1N2N3, "--graph", "dot", "--unrolled", "--set", "passes=2"),
    "n1n2n3_unrolled.svg": (N1N2N3, "--graph", "svg", "--unrolled", "--set", "passes=2"),
    "n1n2n3_tidl.mmd": (N1N2N3, "--graph", "mermaid", "--target", "tidl"),
    "nested_tidl.dot": (NESTED, "--graph", "dot", "--target", "tidl"),
    "nested_tidl.svg": (NESTED, "--graph", "svg", "--target", "tidl"),
}

TABLE = """\
layer (type)                             output shape   params   MACs   reads
──────────────────────────────────────────────────────────────────────────────
A (Input)                                (None, 1)           0
B (Input)                                (None, 1)           0
C (Input)                                (None, 1)           0
F (Input)                                (None, 1)           0
N2 (Dense)                               (None, 1)           2      1   C
N3 (Dense)                               (None, 1)           2      1   F
loop settle, 5 passes: a ← sum, b ← N3
  pair (Concatenate)                     (None, 2)           0          a, b
  N1 (Dense)                             (None, 1)           3      2   pair
  sum (Add)                              (None, 1)           0          N1, N2
result (Concatenate)                     (None, 2)           0          a, b

outputs: result
n1n2n3: 7 parameters (28 B)
  trainable 7, not trainable 0
  4 multiply-accumulates and 48 B of activations for one example, each loop body once
"""


def test_the_table() -> None:
    ran = specc("show", N1N2N3)
    assert (ran.out, ran.err, ran.code) == (TABLE, "", 0)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_the_golden_one(name: str, tmp_path: Path) -> None:
    ran = specc("show", *VIEWS[name])
    assert ran.code == 0
    assert ran.out == (GOLDEN / name).read_text("utf-8"), "where the change is meant: python -m tests.cli.test_show"
    file = tmp_path / name
    assert specc("show", *VIEWS[name], "-o", str(file)).out == f"wrote {file}\n"
    assert file.read_text("utf-8") == ran.out


def test_the_golden_files_are_those_that_are_compared() -> None:
    assert {file.name for file in GOLDEN.iterdir()} == set(VIEWS)


@pytest.mark.parametrize("name", ["n1n2n3_tidl.txt", "nested_tidl.dot", "n1n2n3_unrolled.mmd", "nested_tidl.svg"])
def test_a_view_does_not_change_with_the_hash_seed(name: str) -> None:
    one, other = (process("show", *VIEWS[name], env={"PYTHONHASHSEED": seed}) for seed in ("1", "2"))
    assert one.out
    assert one.out == other.out


# Mistakes


def test_a_wrong_spec_shows_what_is_wrong_and_no_table() -> None:
    ran = specc("show", "-", input=BAD)
    assert (ran.out, ran.code) == ("", 1)
    assert "error[unknown-attribute]" in ran.err


def test_a_warning_does_not_spoil_what_is_printed() -> None:
    ran = specc("show", "-", "--graph", "svg", input=WARNED)
    assert ran.code == 0
    assert ElementTree.fromstring(ran.out) is not None
    assert "warning[unused-param]" in ran.err


def test_an_unknown_target() -> None:
    ran = specc("show", N1N2N3, "--target", "tidle")
    assert (ran.out, ran.code) == ("", 1)
    assert "error[unknown-target]" in ran.err


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    place = tmp_path / "nowhere" / "n.svg"
    ran = process("show", N1N2N3, "--graph", "svg", "-o", str(place))
    assert (ran.out, ran.err) == ("", f"Error: {place} cannot be written: No such file or directory\n")
    assert ran.code == 1


def test_a_picture_that_nobody_would_look_at() -> None:
    ran = process("show", N1N2N3, "--graph", "svg", "--unrolled", "--set", "passes=100000")
    assert ran.code == 2
    assert "more than 5,000 nodes; set fewer passes" in ran.err


# Pictures

_FILES = [*sorted(SPECS.glob("*.yaml")), *sorted((ROOT / "tests" / "networks" / "specs").glob("*.yaml"))]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_network_can_be_drawn(path: Path) -> None:
    checked = right(path.read_text("utf-8"), targets=["keras"])
    assert checked.graph is not None
    views = [folded(checked.graph, checked.types), unrolled(checked.graph, checked.types)]
    for one in views:
        ids = [box.id for box in one.boxes]
        assert len(set(ids)) == len(ids)
        assert {arrow.start for arrow in one.arrows} | {arrow.end for arrow in one.arrows} <= set(ids)
        assert not any(re.search(r"\bnan\b|\binf\b", svg(one)) for one in views)
        drawn = ElementTree.fromstring(svg(one))
        width, height = float(drawn.attrib["width"]), float(drawn.attrib["height"])
        for rect in drawn.iter("{http://www.w3.org/2000/svg}rect"):
            if "x" in rect.attrib:
                x, y, w, h = (float(rect.attrib[key]) for key in ("x", "y", "width", "height"))
                assert 0 <= x <= x + w <= width
                assert 0 <= y <= y + h <= height
        assert mermaid(one).count("-->") == sum(not arrow.is_back for arrow in one.arrows)
        assert len(re.findall(r" -> ", dot(one))) == len(one.arrows)


def test_boxes_lie_beside_each_other() -> None:
    for name in ("n1n2n3.svg", "n1n2n3_unrolled.svg", "nested_tidl.svg"):
        boxes = [
            tuple(float(one.attrib[key]) for key in ("x", "y", "width", "height"))
            for one in ElementTree.parse(GOLDEN / name).iter("{http://www.w3.org/2000/svg}rect")
            if one.attrib.get("class") == "b"
        ]
        for index, (x, y, w, h) in enumerate(boxes):
            for x2, y2, w2, h2 in boxes[index + 1 :]:
                assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


ODD = 'a "b" \\ c\\n <d> & #e; [f] {g} | %% --> end'


@pytest.fixture
def odd() -> Picture:
    boxes = (Box(ODD, ODD, ODD, "input"), Box("end", "end", "x\ny", "op", "loop"), Box("o", ODD, ODD, "output"))
    arrows = (Arrow(ODD, "end", ODD), Arrow("end", "o"), Arrow("end", "end", ODD, is_back=True))
    return Picture(ODD, boxes, arrows, (Frame("loop", ODD),))


def test_odd_text_in_mermaid(odd: Picture) -> None:
    text = mermaid(odd)
    escaped = "a &quot;b&quot; \\ c\\n &lt;d&gt; &amp; &num;e; [f] {g} | %% --&gt; end"
    assert f'n0(["{escaped}<br/>{escaped}"])' in text
    assert f'subgraph loop0["{escaped}"]' in text
    assert text.count('"') == 2 * 4
    assert 'n1["end<br/>x<br/>y"]' in text


def test_odd_text_in_dot(odd: Picture) -> None:
    text = dot(odd)
    for quoted in re.findall(r'"((?:[^"\\]|\\.)*)"', text):
        assert "\n" not in quoted
    plain = re.sub(r'"(?:[^"\\]|\\.)*"', "_", text)
    assert '"' not in plain
    assert plain.count("{") == plain.count("}") == 2
    assert r'label="a \"b\" \\ c\\n <d> & #e; [f] {g} | %% --> end\na' in text


def test_odd_text_in_svg(odd: Picture) -> None:
    drawn = ElementTree.fromstring(svg(odd))
    texts = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count("end") == 1
    assert ODD[:9] in {(text or "")[:9] for text in texts}
    assert drawn.findtext("{http://www.w3.org/2000/svg}title") == ODD


def test_unrolled_names_do_not_run_into_those_of_nodes() -> None:
    """`inner` in its first pass is no node `inner_1`, and a state's start no node `s_start`."""
    checked = right("""\
        specc: 1
        inputs: {x: [2]}
        nodes:
          inner: {op: Add, from: [s, x]}
          inner_1: {op: Dense, units: 2, from: x}
          s_start: {op: Dense, units: 2, from: inner_1}
          both: {op: Add, from: [s, s_start]}
        loops:
          l: {passes: 2, states: {s: {init: zeros, next: inner}}}
        outputs: both
    """)
    assert checked.graph is not None
    found = unrolled(checked.graph, checked.types)
    assert {(box.id, box.title, box.detail.removesuffix(" [2]")) for box in found.boxes} == {
        ("x", "x", "Input"),
        ("inner_1", "inner_1", "Dense"),
        ("s_start", "s_start", "Dense"),
        ("s/start", "s = 0", "start"),
        ("inner/1", "inner ·1", "Add"),
        ("inner/2", "inner ·2", "Add"),
        ("both", "both", "Add"),
        ("output both", "both", "output"),
    }
    assert Arrow("inner/2", "both") in found.arrows
    assert Arrow("s_start", "both") in found.arrows


def test_the_largest_picture_is_drawn_and_no_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = right(GOOD)
    assert checked.graph is not None
    monkeypatch.setattr(picturing, "MAX_UNROLLED", 2)
    assert len(unrolled(checked.graph, checked.types).boxes) == 3  # and the output
    monkeypatch.setattr(picturing, "MAX_UNROLLED", 1)
    with pytest.raises(ValueError, match="more than 1 nodes"):
        unrolled(checked.graph, checked.types)


if __name__ == "__main__":
    for view, arguments in VIEWS.items():
        (GOLDEN / view).write_text(specc("show", *arguments).out, "utf-8")
