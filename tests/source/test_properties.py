"""Any text at all: nothing is raised, spans lie inside, and where PyYAML reads the text, the trees are equal."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from specc.source import Source, compose, decode

from .trees import both_loaders, ours, read, theirs

# dense in what YAML gives a meaning to
_YAMLISH = st.lists(
    st.sampled_from(
        [*"ab1:-?[]{},&*!|>'\"%@`#\\~.\t é漢😀", "\n", "\n", "\n  ", "\r\n", "\r", ": ", "- ", "a: ", "? ", "&a ",
         "*a ", "---\n", "...\n", "\ufeff", "\x85", "\u2028", "\x00", "\ud800", "!!str ", "|\n  ", "# c\n", '"\\u0041"']
    ),
    max_size=40,
).map("".join)  # fmt: skip
_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False)
_DOCUMENTS = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
)
OURS_ALONE = {"duplicate-key", "invalid-key", "yaml-tag", "multiple-documents", "recursive-alias", "yaml-limit"}


def compare(text: str, loader: type) -> None:
    root, problems = read(text, loader)
    codes = {problem.code for problem in problems}
    if re.search("not allowed in a spec|not a plain space", "".join(problem.message for problem in problems)):
        return  # characters that PyYAML takes and we do not
    try:
        tree = yaml.compose(text, Loader=loader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        duplicate_anchor = "duplicate anchor" in str(error)  # YAML allows what PyYAML's composer refuses
        assert codes or duplicate_anchor, error
        return
    assert codes <= OURS_ALONE, problems
    if not codes:
        assert ours(root) == theirs(tree)


@both_loaders
@settings(max_examples=400)
@given(text=_YAMLISH | st.text())
def test_any_text(loader: type, text: str) -> None:
    compare(text, loader)


@both_loaders
@settings(max_examples=100)
@example(document={"": {"\xa00": None}}, flow=True, unicode=True, width=5)
@given(document=_DOCUMENTS, flow=st.sampled_from([True, False, None]), unicode=st.booleans(), width=st.integers(5, 80))
def test_any_document_as_pyyaml_writes_it(
    loader: type, document: object, flow: bool | None, unicode: bool, width: int
) -> None:
    text: str = yaml.safe_dump(document, default_flow_style=flow, allow_unicode=unicode, width=width)
    compare(text, loader)


@settings(max_examples=200)
@given(data=st.binary() | _YAMLISH.map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes(data: bytes) -> None:
    source, problem = decode("net.yaml", data)
    if problem is None:
        compose(source)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")
@settings(max_examples=200)
@given(text=_YAMLISH.filter(lambda text: "\t" not in text))
def test_both_loaders_put_the_nodes_at_the_same_places(text: str) -> None:
    fast, fast_problems = read(text, yaml.CSafeLoader)
    slow, slow_problems = read(text, yaml.SafeLoader)
    if fast_problems or slow_problems:  # they stop at the same mistakes, but not always at the same character
        return
    assert ours(fast) == ours(slow)
    assert fast is None or slow is None or (fast.span.start, fast.span.end) == (slow.span.start, slow.span.end)


@given(text=st.text())
def test_positions_and_offsets_are_inverse(text: str) -> None:
    source = Source("net.yaml", text)
    for offset in range(len(text) + 1):
        assert source.offset(*source.position(offset)) == offset
