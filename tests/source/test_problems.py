"""What is wrong with a text: every problem at its place, and no text is too hostile to be read."""

from __future__ import annotations

import tracemalloc

import pytest
import yaml

from specc.source import Problem, Source, compose

from .trees import both_loaders, find, ours, read, using


def only(problems: list[Problem]) -> tuple[str, str]:
    """The code of the one problem and the text it points at."""
    (problem,) = problems
    return problem.code, problem.span.text


@both_loaders
@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", "a"),
        ("{a: 1, 'a': 2}", "duplicate-key", "'a'"),
        ("? [a, b]\n: 1\n", "invalid-key", "[a, b]"),
        ("a: {[b]: 1}\n", "invalid-key", "[b]"),
        ("a: *nope\n", "undefined-alias", "*nope"),
        ("a: *x\nb: &x 1\n", "undefined-alias", "*x"),
        ("a: &x [1, *x]\n", "recursive-alias", "*x"),
        ("a: &x\n  b:\n    c: *x\n", "recursive-alias", "*x"),
        ("a: &x 1\nb: &x [*x]\n", "recursive-alias", "*x"),
        ("a: !!int 1\n", "yaml-tag", "!!int"),
        ("a: !!python/object/apply:os.system ['x']\n", "yaml-tag", "!!python/object/apply:os.system"),
        ("a: !<tag:x> {b: 1}\n", "yaml-tag", "!<tag:x>"),
        ("a: &x !foo 1\n", "yaml-tag", "!foo"),
        ("a: ! 1\n", "yaml-tag", "!"),
        ("a: 1\n---\nb: 2\n", "multiple-documents", "---"),
        ("a: 1\n...\n---\n", "multiple-documents", "---"),
        ("a: [1, 2\n\n\n", "yaml-syntax", "2"),
        ("a: b: c\n", "yaml-syntax", ":"),
        ("a: 1\n  b: 2\n", "yaml-syntax", ":"),
        ("a:\n\t- 1\n", "yaml-syntax", "\t"),
        ("a: 'b\n", "yaml-syntax", "b"),
        ("a: b\x00c\n", "yaml-syntax", "\x00"),
        ("a: \ud800\n", "yaml-syntax", "\ud800"),
        ("a: \x1b[31m\n", "yaml-syntax", "\x1b"),
        ("a: 1\n\ufeffb: 2\n", "yaml-syntax", "\ufeff"),
        ("\ufeff\ufeffa: 1\n", "yaml-syntax", "\ufeff"),
        ("a: b\u2028c: d\n", "yaml-syntax", "\u2028"),
        ("a: b\x85c: d\n", "yaml-syntax", "\x85"),
        ("\x89PNG\r\n\x1a\n", "yaml-syntax", "\x89"),
    ],
)
def test_a_problem_stands_at_its_place(loader: type, text: str, code: str, at: str) -> None:
    _, problems = read(text, loader)
    assert only(problems) == (code, at)


@both_loaders
@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: [1, 2\n", "close the `[`"),
        ("a: {b: 1\n", "close the `{`"),
        ("a: b: c\n", "has to be quoted"),
        ("a:\n\tb: 1\n", "indents with spaces"),
        ("a:\n  b: 1\n c: 2\n", "indentation fits no mapping"),
        ("a: 'b\n", "close the quote"),
        ('a: "C:\\path"\n', "use single quotes"),
        ("a\nb: 1\nc\n", "quoted; or the indentation"),
        ("'a' b\n", "complete"),
    ],
)
def test_a_syntax_error_says_what_to_do(loader: type, text: str, hint: str) -> None:
    root, (problem,) = read(text, loader)
    assert root is None
    assert problem.code == "yaml-syntax"
    assert hint in problem.help


@both_loaders
@pytest.mark.parametrize("escape", ["\\ud800", "\\Uffffffff", "\\U00110000"])
def test_an_escape_of_no_character_is_a_problem(loader: type, escape: str) -> None:
    root, (problem,) = read(f'a: "{escape}"\n', loader)
    assert root is None
    assert problem.code == "yaml-syntax"


@both_loaders
def test_the_first_of_two_keys_is_kept_and_pointed_to(loader: type) -> None:
    root, (problem,) = read("a: 1\nb: 2\na: 3\n", loader)
    assert ours(root) == [("a", "1"), ("b", "2")]
    ((first, text),) = problem.related
    assert (first.line, text) == (1, "first given here")


@both_loaders
def test_all_problems_are_found_in_one_run(loader: type) -> None:
    text = "a: !t 1\nb: {c: 1, c: 2}\nd: *x\n? [e]\n: 1\nf: [\n"
    root, problems = read(text, loader)
    assert root is None
    assert [problem.code for problem in problems] == [
        "yaml-tag", "duplicate-key", "undefined-alias", "yaml-syntax",
    ]  # fmt: skip


@both_loaders
def test_a_broken_alias_leaves_no_tree_to_complain_about(loader: type) -> None:
    assert read("units: *nope\n", loader)[0] is None
    assert read("units: &x [*x]\n", loader)[0] is None


@both_loaders
def test_what_follows_the_first_document_does_not_hide_it(loader: type) -> None:
    root, problems = read("a: 1\n---\n*broken [\n", loader)
    assert ours(root) == [("a", "1")]
    assert only(problems)[0] == "multiple-documents"


@both_loaders
@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "[{" * 50_000])
def test_depth_is_limited(loader: type, text: str) -> None:
    root, (problem,) = read(text, loader)
    assert root is None
    assert problem.code == "yaml-limit"
    assert problem.span.start <= 1000  # that of libyaml, which scans ahead


@both_loaders
def test_a_hundred_levels_are_read(loader: type) -> None:
    root, problems = read("[" * 100 + "]" * 100, loader)
    assert problems == []
    assert find(root, *[0] * 99).span.text == "[]"


@both_loaders
def test_a_billion_laughs_cost_little(loader: type) -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    tracemalloc.start()
    with using(loader):  # not `read`: where the limit fails, walking or showing the tree takes forever
        root, problems = compose(Source("net.yaml", "\n".join(lines)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert only(problems)[0] == "yaml-limit"
    assert root is None
    assert peak < 4_000_000


def test_without_libyaml_the_python_loader_serves() -> None:
    assert ours(read("a: [1]\n", yaml.SafeLoader)[0]) == [("a", ["1"])]
