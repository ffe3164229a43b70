"""What an expression may hold and what it gives; that it is total and bounded; where its mistakes are."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specc.spec.expressions import (
    MAX_LENGTH,
    MAX_VALUE,
    ExpressionError,
    check_expression,
    evaluate,
    names_in,
    pieces,
    show,
)

NAMES: dict[str, Any] = {"n": 4, "f": 1.5, "yes": True, "no": False, "word": "relu", "sizes": (2, 3), "none": None}

GIVES: list[tuple[str, Any]] = [
    ("1", 1),
    ("  1 ", 1),
    ("1_000", 1000),
    ("0x10", 16),
    ("1e-3", 0.001),
    ("'a'", "a"),
    ("true", True),
    ("False", False),
    ("None", None),
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("7 / 2", 3.5),
    ("7 // 2", 3),
    ("-7 // 2", -4),
    ("7 % 4", 3),
    ("2 ** 10", 1024),
    ("-2 ** 2", -4),
    ("+n", 4),
    ("n * f", 6.0),
    ("n == 4", True),
    ("n != 4", False),
    ("1 < n <= 4", True),
    ("4 < n < 1 / 0", False),  # what follows a false part is not computed
    ("n in sizes", False),
    ("2 in sizes and 5 not in sizes", True),
    ("word in ('relu', 'tanh')", True),
    ("'el' in word", True),
    ("yes and n", 4),
    ("no or 'x'", "x"),
    ("not no", True),
    ("no and 1 / 0", False),
    ("n if yes else 1 / 0", 4),
    ("[n, f]", (4, 1.5)),
    ("(1, (2, 3))", (1, (2, 3))),
    ("sizes[0] + sizes[-1]", 5),
    ("[[1, 2], [3]][1][0]", 3),
    ("min(n, 3) + max(1, 2, 3)", 6),
    ("min(sizes)", 2),
    ("round(f)", 2),
    ("round(2.345, 1)", 2.3),
    ("round(1234, 0 - 2)", 1200),
    ("floor(f) + ceil(f) + abs(-1)", 4),
    ("int('12') + int(3.9)", 15),
    ("len(sizes) + len(word)", 6),
    ("none == None", True),
    ("n\n + 1", 5),
]


@pytest.mark.parametrize(("text", "value"), GIVES, ids=[text for text, _ in GIVES])
def test_an_expression_gives_its_value(text: str, value: Any) -> None:
    found = evaluate(text, NAMES)
    assert found == value
    assert type(found) is type(value)


FAILS: list[tuple[str, str, str]] = [  # the text, what the message says, the part it points at
    ("", "is empty", ""),
    ("   ", "is empty", ""),
    ("n +", "not an expression", ""),
    ("n n", "not an expression", "n n"),
    ("n = 3", "not an expression", "="),
    ("n && yes", "not an expression", "&&"),
    ("n || yes", "not an expression", "||"),
    ("!yes", "not an expression", "!"),
    ("yes ? 1 : 2", "not an expression", "?"),
    ("wdith * 2", "`wdith` is not declared", "wdith"),
    ("2 * größe", "`größe` is not declared", "größe"),
    ("'ä' if wahr else 2", "`wahr` is not declared", "wahr"),
    ("1 / (n - 4)", "division by zero", "1 / (n - 4)"),
    ("1 // 0", "division by zero", "1 // 0"),
    ("1 % 0", "division by zero", "1 % 0"),
    ("0 ** -1", "division by zero", "0 ** -1"),
    ("2 ** 65", "the power is too large", "2 ** 65"),
    ("10 ** 19", "the value is too large", "10 ** 19"),
    ("9223372036854775808", "the value is too large", "9223372036854775808"),
    ("1e400", "the value is too large", "1e400"),
    ("(0 - 8) ** 0.5", "not a real number", "(0 - 8) ** 0.5"),
    ("word * 3", 'expected a number, found the string "relu"', "word"),
    ("'a' + 'b'", 'expected a number, found the string "a"', "'a'"),
    ("sizes * 2", "expected a number, found a list of 2", "sizes"),
    ("none + 1", "expected a number, found null", "none"),
    ("n < word", '`<` cannot compare 4 with the string "relu"', "n < word"),
    ("n in f", "`in` cannot compare 4 with 1.5", "n in f"),
    ("sizes[2]", "the list has 2 elements", "2"),
    ("sizes[-3]", "found the index -3", "-3"),
    ("sizes[0.0]", "found the index 0.0", "0.0"),
    ("word[0]", "expected a list", "word"),
    ("sizes[0:1]", "cannot hold a slice", "sizes[0:1]"),
    ("len(n)", "`len` cannot be applied to 4", "len(n)"),
    ("max()", "`max` cannot be applied to nothing", "max()"),
    ("min([])", "`min` cannot be applied to a list of 0", "min([])"),
    ("int('a')", "`int` cannot be applied to", "int('a')"),
    ("round(1, 10 ** 9)", "`round` cannot be applied to", "round(1, 10 ** 9)"),
    ("round(1, 0 - 10 ** 9)", "`round` cannot be applied to", "round(1, 0 - 10 ** 9)"),
    ("round(1, word)", "`round` cannot be applied to", "round(1, word)"),
    ("max(n, key=len)", "takes no arguments by name", "max(n, key=len)"),
    ("max(*sizes)", "cannot hold this", "*sizes"),
    ("sqrt(2)", "there is no function `sqrt`", "sqrt"),
    ("n(2)", "there is no function `n`", "n"),
    ("'a'.upper()", "there is no function of that kind", "'a'.upper"),
    ("n.real", "reads no attributes", "n.real"),
    ("().__class__.__mro__", "reads no attributes", "().__class__.__mro__"),
    ("(lambda: 1)()", "no function of that kind", "lambda: 1"),
    ("lambda: 1", "cannot hold this", "lambda: 1"),
    ("[i for i in sizes]", "cannot hold this", "[i for i in sizes]"),
    ("{1: 2}", "cannot hold this", "{1: 2}"),
    ("{1, 2}", "cannot hold this", "{1, 2}"),
    ("f'{n}'", "cannot hold this", "f'{n}'"),
    ("b'a'", "cannot hold this", "b'a'"),
    ("1j", "cannot hold this", "1j"),
    ("...", "cannot hold this", "..."),
    ("(m := 3)", "cannot hold this", "m := 3"),
    ("n @ n", "cannot hold this", "n @ n"),
    ("n << 2", "cannot hold this", "n << 2"),
    ("~n", "cannot hold this", "~n"),
    ("n is n", "this comparison is not allowed", "n is n"),
    ("await n", "cannot hold this", "await n"),
    ("\x00", "not an expression", ""),
    ("\ud800", "not an expression", ""),
    ("-" * 200 + "1", "nests more than 30 levels deep", ""),
    ("+".join("1" * 100), "nests more than 30 levels deep", ""),
    ("(" * 240 + "1" + ")" * 240, "not an expression", ""),
    ("1" + " " * MAX_LENGTH, "has 501 characters", ""),
]


@pytest.mark.parametrize(("text", "message", "part"), FAILS, ids=[repr(text)[:40] for text, _, _ in FAILS])
def test_a_wrong_expression_says_what_and_where(text: str, message: str, part: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text, NAMES)
    error = caught.value
    assert message in error.message
    if part:
        assert part.startswith(text[error.at : error.at + (error.length or 1)]) or (
            text[error.at : error.at + (error.length or 1)] == part
        )


def test_an_unknown_name_is_told_apart() -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate("n + widht", NAMES)
    assert caught.value.name == "widht"
    with pytest.raises(ExpressionError) as caught:
        evaluate("n + word", NAMES)
    assert caught.value.name is None


def test_the_largest_value_is_bounded_on_both_sides() -> None:
    assert evaluate(str(MAX_VALUE - 1), {}) == MAX_VALUE - 1
    assert evaluate(f"-{MAX_VALUE - 1}", {}) == 1 - MAX_VALUE
    for text in (str(MAX_VALUE), f"-{MAX_VALUE - 1} - 1", f"{MAX_VALUE // 2} * 2", "1e308 * 10"):
        with pytest.raises(ExpressionError, match="too large"):
            evaluate(text, {})


def test_no_warning_of_python_gets_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text in ("1if n else 2", "'\\d'", "n is 4", "1 in 2", "()[0]", "n()"):
            with contextlib.suppress(ExpressionError):
                evaluate(text, NAMES)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a + b * a", ["a", "b", "a"]),
        ("a if b else c", ["a", "b", "c"]),
        ("max(a, 1)", ["a"]),
        ("1", []),
        ("a +", ["a"]),
        ("a-b && c", ["a", "b", "c"]),
    ],
)
def test_all_names_count_as_read(text: str, names: list[str]) -> None:
    assert sorted(names_in(text)) == sorted(names)


def test_a_text_can_be_judged_without_its_values() -> None:
    names, values = {"stride_h", "kernel", "device"}, {"device": ("a1", "b2")}
    for text in ("stride_h == 1 and kernel != '3x3'", "device in ('a1', 'b2') or true", "max(stride_h, 2) > 1"):
        check_expression(text, names, values)
    for text in (
        "stride_h = 1",
        "strid == 1",
        "device == 'a2'",
        "device in ('a1', 'c')",
        "1 if true else open('f')",
        "1 if true else [x for x in kernel]",
        "kernel.real",
        "lambda: 1",
        "f'{kernel}'",
    ):
        with pytest.raises(ExpressionError):
            check_expression(text, names, values)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(False, "", 0)]),
        ("plain", [(False, "plain", 0)]),
        ("${a}", [(True, "a", 2)]),
        ("x${a}y${b}", [(False, "x", 0), (True, "a", 3), (False, "y", 5), (True, "b", 8)]),
        ("$${a}", [(False, "${a}", 0)]),
        ("$$${a}", [(False, "$${a}", 0)]),
        ("$", [(False, "$", 0)]),
        ("a $ b } c {", [(False, "a $ b } c {", 0)]),
        ("${'}'}", [(True, "'}'", 2)]),
        ('${"}" + \'"\'}', [(True, '"}" + \'"\'', 2)]),
    ],
)
def test_a_text_is_cut_into_pieces(text: str, found: list[tuple[bool, str, int]]) -> None:
    assert pieces(text) == found


@pytest.mark.parametrize("text", ["${", "x ${a", "${'}", "${a} ${"])
def test_an_open_expression_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError, match="not closed") as caught:
        pieces(text)
    assert text[caught.value.at : caught.value.at + 2] == "${"


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (None, "null"), (3, "3"), ("x", 'the string "x"'), ((1, 2), "a list of 2")],
)
def test_a_value_is_shown_as_a_spec_writes_it(value: Any, text: str) -> None:
    assert show(value) == text


_WORDS = [
    *NAMES,
    "min",
    "max",
    "round",
    "len",
    "int",
    "abs",
    "floor",
    "if",
    "else",
    "and",
    "or",
    "not",
    "in",
    "is",
    "lambda",
    "for",
]
_TOKENS = [
    *"+-*/%()[]{}<>=!,.:;'\"\\ \n@~^&|$?",
    "**",
    "//",
    "==",
    "<=",
    "!=",
    "1",
    "0",
    "2.5",
    "1e9",
    "10**9",
    "9" * 30,
]
TEXTS = st.text() | st.lists(st.sampled_from([*_WORDS, *_TOKENS]), max_size=40).map(" ".join)
SOUP = st.lists(st.sampled_from([*_WORDS, *_TOKENS]), max_size=60).map("".join)


@settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=TEXTS | SOUP)
def test_any_text_gives_a_value_or_an_expression_error(text: str) -> None:
    try:
        value = evaluate(text, NAMES)
    except ExpressionError as error:
        assert error.message
        assert 0 <= error.at <= len(text)
    else:
        assert value is None or isinstance(value, (bool, int, float, str, tuple))
    names_in(text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text=st.text(st.sampled_from("${}'\"a $"), max_size=30))
def test_pieces_leave_nothing_out(text: str) -> None:
    try:
        found = pieces(text)
    except ExpressionError:
        return
    rebuilt = "".join(
        f"${{{part}}}" if is_expression else part.replace("${", "$${") for is_expression, part, _ in found
    )
    assert rebuilt == text
