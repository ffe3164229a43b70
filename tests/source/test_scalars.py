"""Plain scalars by the core schema of YAML 1.2, example by example."""

from __future__ import annotations

import math

import pytest

from specc.source.scalars import resolve

# https://yaml.org/spec/1.2.2/#1032-tag-resolution, example 10.9 and every row of the table above it
RESOLVED = {
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "0": 0, "-19": -19, "+12": 12, "010": 10, "0o7": 7, "0o14": 12, "0x3A": 58, "0xff": 255,
    "0.": 0.0, "-0.0": -0.0, ".5": 0.5, "+12e03": 12000.0, "-2E+05": -200000.0, "1e-3": 0.001, "12.3015e+02": 1230.15,
    ".inf": math.inf, "-.Inf": -math.inf, "+.INF": math.inf,
}  # fmt: skip

# what YAML 1.1 takes for something else, and what only looks like a number
STRINGS = [
    "yes", "no", "on", "off", "y", "n", "Yes", "NO", "tRUE", "nULL", "nil", "none",
    "1:30", "1:30:00", "190:20:30.15", "2001-12-14", "1_000", "0b1010", "0O7", "0X1F", "+0o7", "-0x1", "0o8", "0xg",
    "+", "-", ".", "e3", ".e3", "1e", "1e+", "1.2.3", "--1", "1 2", "inf", "nan", ".iNF", "+.nan", "..5",
    "<<", "=", "１２", "1\n", "٣",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), RESOLVED.items())
def test_core_schema(text: str, value: object) -> None:
    found = resolve(text)
    assert (found, type(found)) == (value, type(value))
    assert math.copysign(1, found) == math.copysign(1, value) if isinstance(value, float) else True


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    found = resolve(text)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize("text", STRINGS)
def test_everything_else_is_a_string(text: str) -> None:
    assert resolve(text) == text


def test_a_number_too_long_for_python_is_left_as_text() -> None:
    assert resolve("9" * 100_000) == "9" * 100_000
