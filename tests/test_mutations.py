"""Broken specs never break specc: seeded mutations of every spec and corpus file are checked, and none may raise.

Mutations of the text make YAML that nobody wrote; mutations of the structure make YAML that is well-formed and wrong.
`SPECC_MUTATIONS=100` in the environment makes more of them, `SPECC_SEED=x` others.
"""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from specc.driver import Checked, check_source
from specc.source import Source, decode

ROOT = Path(__file__).parent
FILES = sorted([*(ROOT / "corpus").glob("*valid/*.yaml"), *(ROOT.parent / "specs").glob("*.yaml")])
TEXTS = {path: decode(str(path), path.read_bytes())[0].text for path in FILES}
ROUNDS = int(os.environ.get("SPECC_MUTATIONS", "6"))  # of each kind, for each file
SEED = os.environ.get("SPECC_SEED", "")

# fmt: off
ODD: list[Any] = [
    None, True, False, 0, -1, 1, 3, 2**31, 2**63, 2**64, -(2**70), 10**300, 0.0, -0.5, 1e-320, 0.5, 1.5,
    "", " ", "x", "zeros", "ones", "A", "a.b", "a.", ".", "${", "${}", "${x}", "${1/0}", "${(((((1)))))}", "$${",
    "\u0000", "é" * 3, "𝔘𝔫𝔦", "a" * 5000, "tidl", "/dev/null", "../x.yaml", "<<", "true", "null", "1e400", ".nan",
    "Dense", "Input", "channels_first", "same",
    [], [[]], [None], [1, 2], [3, 3], ["a", "b"], [[1, 2], [3, 4]], [0], [-1], [10**9, 10**9],
    {}, {"op": "Dense"}, {"op": None}, {"op": []}, {"from": "x"}, {"init": "zeros", "next": "x"}, {"call": "x"},
    {"default": 1}, {"": ""}, {"a": {"b": {"c": [1, {"d": 2}]}}},
]
SCALARS = [
    "null", "~", "[]", "{}", "-1", "0", "1e400", "-1e400", ".nan", ".inf", "0x10", "1_000", "true", "yes", "''", '""',
    "*a", "&a 1", "!!int 3", "!x y", "<<", "${", "${a}", "${'}", "[[[[]]]]", "{a: {b: c}}", "'\\0'", '"\\u0000"', "\t",
    "é", "\u2028", "\ufeff", "9" * 500, "a" * 3000, "?", "-", ":", "|", ">", "%", "@", "`", "---", "...", "#", "{", "}",
    "[", "]", ",", "&", "*", "!",
]
NAMES = ("from", "op", "init", "units", "x", "zeros", "Größe")
# fmt: on


def ran(source: Source, targets: tuple[str, ...] = ()) -> Checked:
    checked = check_source(source, targets=targets)
    for one in checked.diagnostics:
        for label in one.labels:
            assert 0 <= label.span.start <= label.span.end <= len(label.span.source.text)
            str(label.span)
    return checked


def judge(path: Path, text: str) -> None:
    """Checks a mutant, for targets too where it is valid; on a failure the mutant itself is shown."""
    try:
        source = Source(str(path), text)
        if ran(source).ok:
            ran(source, ("keras", "tidl"))
    except Exception as error:
        pytest.fail(f"{type(error).__name__}: {error}\n--- {path.name}, mutated:\n{text[:4000]}", pytrace=True)


# Mutations of the text


def _cut(text: str, rng: random.Random) -> str:
    at, length = rng.randrange(len(text) + 1), rng.choice((1, 1, 2, 5, 30))
    return text[:at] + text[at + length :]


def _repeat(text: str, rng: random.Random) -> str:
    at, length = rng.randrange(len(text) + 1), rng.choice((1, 3, 20, 200))
    return text[:at] + text[at : at + length] * 2 + text[at + length :]


def _swap(text: str, rng: random.Random) -> str:
    if len(text) < 2:
        return text
    at = rng.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _insert(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(SCALARS) + text[at:]


def _line(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(4)
    if kind == 0:
        del lines[one]
    elif kind == 1:
        lines.insert(other, lines[one])
    elif kind == 2:
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines[one] = " " * rng.randrange(6) + lines[one].lstrip()
    return "\n".join(lines)


def _word(text: str, rng: random.Random) -> str:
    """One scalar replaced by an odd one, or by another of the same text."""
    words = [(at, word) for at, word in _words(text)]
    if not words:
        return text
    at, word = rng.choice(words)
    new = rng.choice(SCALARS) if rng.random() < 0.6 else rng.choice(words)[1]
    return text[:at] + new + text[at + len(word) :]


def _words(text: str) -> Iterator[tuple[int, str]]:
    start = None
    for at, char in enumerate(text + " "):
        if char.isalnum() or char in "_.$\"'":
            start = at if start is None else start
        elif start is not None:
            yield start, text[start:at]
            start = None


TEXTUAL: list[Callable[[str, random.Random], str]] = [_cut, _repeat, _swap, _insert, _line, _word, _word]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mutated_text_never_raises(path: Path) -> None:
    rng = random.Random(path.stem + SEED)
    for _ in range(ROUNDS):
        text = TEXTS[path]
        for _ in range(rng.choice((1, 1, 2, 4))):
            text = rng.choice(TEXTUAL)(text, rng)
        judge(path, text)


# Mutations of the structure


class _Plain(yaml.SafeLoader):
    """Plain data, with every scalar as YAML 1.1 has it: near enough, since it is about to be spoilt."""


def _data(text: str) -> Any:
    try:
        data = yaml.load(text, _Plain)
        return data if len(json.dumps(data, default=str)) < 100_000 else None
    except (yaml.YAMLError, ValueError, TypeError):  # aliases may make it circular
        return None


def _places(data: Any, into: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    if len(into) > 2000:
        return into
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        into.append((data, key))
        _places(value, into)
    return into


def _spoil(data: Any, rng: random.Random) -> Any:
    data = copy.deepcopy(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places = _places(data, [])
        if not places:
            return rng.choice(ODD)
        container, key = rng.choice(places)
        other_container, other_key = rng.choice(places)
        kind = rng.randrange(7)
        if kind <= 2:
            container[key] = copy.deepcopy(rng.choice(ODD))
        elif kind == 3:
            del container[key]
        elif kind == 4:
            container[key] = copy.deepcopy(other_container[other_key])
        elif kind == 5:
            container[key] = [copy.deepcopy(container[key])]
        elif isinstance(container, dict):
            container[rng.choice((*NAMES, str(other_key)))] = container.pop(key)
        else:
            container.insert(0, copy.deepcopy(container[key]))
    return data


DATA = {path: data for path, text in TEXTS.items() if isinstance(data := _data(text), dict)}


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.stem)
def test_a_mutated_structure_never_raises(path: Path) -> None:
    data = DATA[path]
    rng = random.Random(path.stem + "structure" + SEED)
    for _ in range(ROUNDS):
        spoilt = _spoil(data, rng)
        style = rng.choice((None, True, False))
        judge(path, yaml.safe_dump(spoilt, sort_keys=False, allow_unicode=True, default_flow_style=style))
