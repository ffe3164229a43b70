"""Foreign text into Python and YAML: it stays one value, and comes back as it was."""

from __future__ import annotations

import ast
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.source import Mapping, Scalar, Source, compose, escape

ROOT = Path(__file__).parents[2]
HOSTILE = (
    '"""\nimport os\n"""', "'''", "\\", '\\"', '"', '""', "a\nb", "a\rb", "\r\n", "\0", "\x1b[31m", "\x85", "\u2028",
    "\u2029", "\x0b\x0c", "\u202e\u2066", "\ufeff", "# coding: utf-7", "x: [", "}}", "{{", "${a}", "$${a}", "é漢😀",
    " ", "", "\t", "- a", "null", "1e3", "yes", "a: b", "a #b", "\ud800", "\U000e0001", "\x7f", "\x9b",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(), st.lists(st.sampled_from(HOSTILE)).map("".join))


@given(TEXTS)
def test_a_string_literal_is_its_value(text: str) -> None:
    shown = escape.quoted(text)
    assert ast.literal_eval(shown) == text
    assert shown.isprintable()


@given(TEXTS)
def test_a_docstring_is_its_value(text: str) -> None:
    shown = escape.docstring(text)
    (statement,) = ast.parse(f'"""{shown} """').body
    assert isinstance(statement, ast.Expr)
    value = ast.literal_eval(statement.value)
    assert value == re.sub(r"\r\n?", "\n", text) + " "
    assert all(char.isprintable() or char == "\n" for char in shown)


@given(TEXTS)
def test_a_comment_stays_on_its_line(text: str) -> None:
    assert escape.one_line(text).isprintable()
    for line in escape.lines(text):
        assert ast.dump(ast.parse(f"# {line}\nx = 1")) == ast.dump(ast.parse("x = 1"))


@given(TEXTS.filter(lambda text: not re.search("[\ud800-\udfff]", text)))
def test_a_yaml_string_is_its_value(text: str) -> None:
    shown = escape.yaml_string(text)
    root, problems = compose(Source("net.yaml", f"{{a: {shown}, b: 1}}"))
    assert not problems and isinstance(root, Mapping) and len(root.entries) == 2
    value = root.entries[0].value
    assert isinstance(value, Scalar) and value.value == text.replace("${", "$${")
    assert shown.isprintable()


@pytest.mark.parametrize(
    "text", [*(text for text in HOSTILE if not text.isalpha()), "a b", "a.b", "1a", "a\n", "é", "a-b"]
)
def test_only_names_are_identifiers(text: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        escape.identifier(text)
    assert escape.identifier("hidden_1") == "hidden_1"


@pytest.mark.parametrize("value", [1, -1, 1.5, 1e300, True, math.inf, -math.inf, math.nan, 2**70])
def test_numbers(value: float) -> None:
    found = eval(escape.number(value), {"float": float})
    assert found == value or (found != found and value != value)
    assert type(found) is type(value)


def test_only_numbers_are_plain_in_yaml() -> None:
    assert escape.yaml_plain("1e-3") == "1e-3"
    for text in ("a", "a: b", "1\n2"):
        with pytest.raises(ValueError, match="plain"):
            escape.yaml_plain(text)


def test_nothing_else_makes_code_of_text() -> None:
    """A cast would get around the type checker, which refuses a plain `str` where code is expected."""
    for file in (ROOT / "specc").rglob("*.py"):
        if file.name != "escape.py":
            assert not re.search(r"cast\(\s*[\"']?LiteralString", file.read_text("utf-8")), file
    code = (ROOT / "specc/emit/code.py").read_text("utf-8")
    assert "def add(self, line: LiteralString" in code and "def block(self, opening: LiteralString)" in code
