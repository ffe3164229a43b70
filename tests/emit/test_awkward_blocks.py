"""Blocks whose names, makes or wiring could lead their functions astray: still the model of the flat spec."""

from __future__ import annotations

from pathlib import Path

import pytest

from specc.driver import check_source
from specc.source import Source

from ..nets import TARGETS
from .test_blocks import functions, same_as_flat, text_of

AWKWARD = sorted((Path(__file__).parent / "awkward").glob("*.yaml"))


def legal(path: Path, target: str) -> bool:
    return check_source(Source(path.name, path.read_text(encoding="utf-8")), targets=[target]).ok


@pytest.mark.keras
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", AWKWARD, ids=lambda path: path.stem)
def test_the_module_is_the_model_of_the_flat_spec(path: Path, target: str) -> None:
    if target != "keras" and not legal(path, target):
        pytest.skip("the target lacks an op of it")
    same_as_flat(path.read_text(encoding="utf-8"), target)


def test_functions_that_nothing_calls_are_not_written() -> None:
    path = next(path for path in AWKWARD if path.stem == "instances-that-feed-each-other-both-ways")
    assert "l" not in functions(text_of(path.read_text(encoding="utf-8"), "keras"))
