"""YAML into nodes: what is read, and where it stands."""

from __future__ import annotations

import pytest

from specc.source import Entry, Mapping, Node, Scalar, Sequence, Source, compose

from .trees import both_loaders, find, ours, read

TEXT = """\
# a comment before: é漢😀
specc: 1
name: "größe"   # and one behind
nodes:
  漢字: {op: Dense, units: 20}
  e\u0301: [1, 'it''s', ~]

doc: |
  two
  lines

last:
"""


@pytest.mark.parametrize("prefix", ["", "\ufeff"], ids=["plain", "marked"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@both_loaders
def test_spans_hold_what_was_written(loader: type, newline: str, prefix: str) -> None:
    root, problems = read(prefix + TEXT.replace("\n", newline), loader)
    assert problems == []

    def shown(*path: str | int) -> str:
        return find(root, *path).span.text.replace(newline, "\n")

    assert shown("specc") == "1"
    assert shown("name") == '"größe"'
    assert shown("nodes", "漢字") == "{op: Dense, units: 20}"
    assert shown("nodes", "漢字", "units") == "20"
    assert shown("nodes", "e\u0301") == "[1, 'it''s', ~]"
    assert shown("nodes", "e\u0301", 1) == "'it''s'"
    assert shown("nodes") == "漢字: {op: Dense, units: 20}\n  e\u0301: [1, 'it''s', ~]"
    assert shown("doc") == "|\n  two\n  lines"
    assert shown("last") == ""
    assert shown() == TEXT[TEXT.index("specc") :].strip()
    assert str(find(root, "nodes", "漢字", "units").span) == "net.yaml:5:26"
    assert isinstance(root, Mapping)
    assert [entry.key.span.text for entry in root] == ["specc", "name", "nodes", "doc", "last"]


def test_tabs_may_separate() -> None:
    root, problems = compose(Source("net.yaml", "units:\t20\t# twenty\n"))
    assert problems == []
    assert find(root, "units").span.column == 8


@both_loaders
def test_values_are_those_of_plain_scalars_only(loader: type) -> None:
    root, _ = read("[1e-3, '1e-3', \"1\", no, 010, 1:30, null, |\n  2\n, a\n b]".replace("|\n  2\n", "x"), loader)
    assert isinstance(root, Sequence)
    assert [item.value for item in root.items if isinstance(item, Scalar)] == [
        0.001, "1e-3", "1", "no", 10, "1:30", None, "x", "a b",
    ]  # fmt: skip


@both_loaders
def test_a_mapping_answers_by_key(loader: type) -> None:
    root, _ = read("a: 1\nb: [2]\n", loader)
    assert isinstance(root, Mapping)
    assert "a" in root
    assert "c" not in root
    assert root.get("c") is None
    assert isinstance(root.entry("b"), Entry)


@both_loaders
@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "\ufeff", "---\n...\n", "\ufeff# nothing"])
def test_an_empty_text_has_no_root_and_no_problem(loader: type, text: str) -> None:
    root, problems = read(text, loader)
    assert problems == []
    assert root is None or ours(root) == ""


@both_loaders
def test_an_alias_is_the_node_it_names(loader: type) -> None:
    root, problems = read("a: &x {b: 1}\nc: *x\nd: &x 2\ne: *x\nf: &y\n- 1\ng: &z-\n  h: 3\ni: &w # empty\n", loader)
    assert problems == []
    assert find(root, "c") is find(root, "a")
    assert ours(find(root, "e")) == "2"
    shown = {key: find(root, key).span.text for key in "acdefgi"}
    assert shown == {"a": "{b: 1}", "c": "{b: 1}", "d": "2", "e": "2", "f": "- 1", "g": "h: 3", "i": "&w"}


@both_loaders
@pytest.mark.parametrize("anchored", ["&x 20", "&x\n  20", "&x # why\n  20", "&x   '20'", '&x "20"'])
def test_the_span_of_an_anchored_scalar_leaves_the_anchor_out(loader: type, anchored: str) -> None:
    root, problems = read(f"units: {anchored}\nother: *x\n", loader)
    assert problems == []
    for key in ("units", "other"):
        assert find(root, key).span.text.strip("'\"") == "20"


@both_loaders
def test_a_collection_ends_with_its_last_item(loader: type) -> None:
    text = "a: # why\n  b: 1 # one\n  # more\nc:\n- 2\n\n# end\nd: {e: [ 3 ] } # brackets\nf:\n  - g:\n# last\n"
    root, problems = read(text, loader)
    assert problems == []
    shown = {key: find(root, key).span.text for key in "acdf"}
    assert shown == {"a": "b: 1", "c": "- 2", "d": "{e: [ 3 ] }", "f": "- g:"}
    assert find(root).span.text == text[: text.index("\n# last")]


def count(node: Node) -> int:
    if isinstance(node, Sequence):
        return 1 + sum(map(count, node.items))
    return 1 if isinstance(node, Scalar) else 1 + sum(count(entry.key) + count(entry.value) for entry in node)


@both_loaders
def test_a_large_spec_is_read_whole(loader: type) -> None:
    text = "nodes:\n" + "".join(f"  n{number}: {{op: Dense, units: {number}}}\n" for number in range(500))
    root, problems = read(text, loader)
    assert problems == []
    assert root is not None
    assert count(root) == 3 + 500 * 6
    assert find(root, "nodes", "n499", "units").span.line == 501
