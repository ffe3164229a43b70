"""The name a user most likely meant."""

from __future__ import annotations

import pytest

from specc.diagnostics import closest, did_you_mean, short

KNOWN = ["units", "use_bias", "activation", "kernel_size", "Conv2D", "Dense", "a"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("unit", "units"),
        ("usebias", "use_bias"),
        ("kernel_sizes", "kernel_size"),
        ("kernelSize", "kernel_size"),
        ("conv2d", "Conv2D"),
        ("DENSE", "Dense"),
        ("actvation", "activation"),
        ("filters", None),
        ("", None),
        ("u" * 10_000, None),
    ],
)
def test_did_you_mean(name: str, meant: str | None) -> None:
    assert did_you_mean(name, KNOWN) == meant


def test_closest_is_ordered_and_limited() -> None:
    assert closest("conv", ["Conv1D", "Conv2D", "Conv3D", "Dense"], 2) == ["Conv1D", "Conv2D"]
    assert closest("dense", []) == []


def test_a_long_text_is_shown_short_and_on_one_line() -> None:
    assert short("a\n  b") == "a b"
    assert len(short("x" * 1000)) == 60
