"""Short specs checked from text: what tests of single rules are written with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import dedent

import pytest

from specc.driver import Checked, check_source
from specc.source import Source


def check_text(text: str, *, targets: Sequence[str] = (), overrides: Mapping[str, str] | None = None) -> Checked:
    """The spec of an indented text, checked as a file `net.yaml` would be."""
    return check_source(Source("net.yaml", dedent(text)), targets=targets, overrides=overrides)


def right(text: str, *, targets: Sequence[str] = (), overrides: Mapping[str, str] | None = None) -> Checked:
    """As `check_text`, for a spec that has to be met with silence."""
    checked = check_text(text, targets=targets, overrides=overrides)
    skip_on_older_keras(checked)
    assert not checked.diagnostics, [one.message for one in checked.diagnostics]
    return checked


def skip_on_older_keras(checked: Checked) -> None:
    """Skips the test where the installed Keras lacks something that the spec uses."""
    lacking = [one.message for one in checked.diagnostics if one.code == "keras-version"]
    if lacking:
        pytest.skip(lacking[0])


def codes(checked: Checked) -> list[str]:
    return [one.code for one in checked.diagnostics]


def shapes(checked: Checked) -> dict[str, tuple[int, ...]]:
    """The shape of every value with one result, by name."""
    return {name: one.shape for (name, port), one in checked.types.items() if port == "out"}
