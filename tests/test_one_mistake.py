"""One mistake gives one finding: a value that cannot be evaluated, anywhere in a spec; and no size is too large.

What has been reported is not analysed further, so nothing follows from it. `SPECC_MUTATIONS=100` tries more places.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from specc.diagnostics import Diagnostic, Severity
from specc.driver import check_source
from specc.source import Mapping, Node, Scalar, Sequence, Source, compose, decode

ROOT = Path(__file__).parent
FILES = sorted([*(ROOT / "corpus" / "valid").glob("*.yaml"), *(ROOT.parent / "specs").glob("*.yaml")])
PLACES = int(os.environ.get("SPECC_MUTATIONS", "4"))  # in each file
LARGE = ("9223372036854775807", "9223372036854775808", "1" + "0" * 300)
# Where text has several meanings: a name that is wrong is missing elsewhere, and a list is read in several places.
SEVERAL = {"specc", "outputs", "params"}


def scalars(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Scalar]]:
    if isinstance(node, Scalar):
        yield path, node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item, path)
    else:
        assert isinstance(node, Mapping)
        for entry in node:
            yield from scalars(entry.value, (*path, entry.key.text))


def places(path: Path) -> tuple[str, list[tuple[tuple[str, ...], Scalar]]]:
    text = decode(path.name, path.read_bytes())[0].text
    root, _ = compose(Source(path.name, text))
    assert root is not None
    found = {scalar.span.start: (place, scalar) for place, scalar in scalars(root)}
    return text, [*found.values()]


def checked(path: Path, text: str, scalar: Scalar, value: str) -> list[Diagnostic]:
    changed = text[: scalar.span.start] + value + text[scalar.span.end :]
    found = check_source(Source(path.name, changed), targets=("keras", "tidl")).diagnostics
    return [one for one in found if one.code not in ("no-lowering", "unused-ignore")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_value_that_cannot_be_evaluated(path: Path) -> None:
    text, found = places(path)
    rng = random.Random(path.stem)
    usual = {one.message for one in check_source(Source(path.name, text)).diagnostics}
    for place, scalar in rng.sample(found, min(PLACES, len(found))):
        value = rng.choice(('"${q}"', '"${q}/a.keras"', '"${1/0}"'))
        now = [one for one in checked(path, text, scalar, value) if one.message not in usual]
        if "${" in scalar.text:  # what read a parameter does so no longer
            now = [one for one in now if one.code != "unused-param"]
        if place[0] not in SEVERAL:
            assert len(now) <= 1, (place, value, now)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_number_that_is_too_large(path: Path) -> None:
    text, found = places(path)
    numbers = [(place, scalar) for place, scalar in found if type(scalar.value) is int]
    rng = random.Random(path.stem)
    for _, scalar in rng.sample(numbers, min(PLACES, len(numbers))):
        value = rng.choice(LARGE)
        assert len(checked(path, text, scalar, value)) < 20  # it may exceed several limits of a budget


def test_an_input_that_is_no_shape_beside_a_state_of_zeros() -> None:
    text = (
        "specc: 1\ninputs: {z: 5, x: [4]}\nnodes:\n  s: {op: Add, from: [x, a]}\n"
        "loops: {l: {passes: 3, states: {a: {init: zeros, next: s}}}}\noutputs: s\n"
    )
    found = check_source(Source("net.yaml", text)).diagnostics
    assert [one.code for one in found if one.severity is Severity.ERROR] == ["wrong-type"]
