"""Builds that would exhaust the machine are refused before TensorFlow starts, at the node that needs most."""

from __future__ import annotations

from pathlib import Path

import pytest

import specc
from specc.driver import run_build

from ..cli.support import python

HEAD = "specc: 1\ninputs: {x: [4, 4, 3]}\nnodes:\n"
LARGE = {
    "units": ("  n: {op: Flatten}\n  large: {op: Dense, units: 1000000000}\noutputs: large\n", "GiB weights"),
    "filters": ("  large: {op: Conv2D, filters: 100000000, kernel_size: 3}\noutputs: large\n", "GiB weights"),
    "upsampling": ("  large: {op: UpSampling2D, size: 100000}\noutputs: large\n", "GiB activations"),
    "padding": ("  large: {op: ZeroPadding2D, padding: 100000}\noutputs: large\n", "GiB activations"),
    "repeated": ("  n: {op: Flatten}\n  large: {op: RepeatVector, n: 1000000000}\noutputs: large\n", "GiB activations"),
    "padding by a million": (
        "  large: {op: ZeroPadding2D, padding: [[1000000, 0], [1000000, 0]]}\noutputs: large\n",
        "GiB activations",
    ),
    "embedding": (
        "specc: 1\ninputs: {x: {shape: [4], dtype: int32}}\nnodes:\n"
        "  large: {op: Embedding, input_dim: 1000000000, output_dim: 8}\noutputs: large\n",
        "GiB weights",
    ),
    "passes": (
        "  large: {op: Conv2D, filters: 3, kernel_size: 1, from: s}\n"
        "loops: {l: {passes: 10000, states: {s: {init: x, next: large}}}}\noutputs: s\n",
        "calls of layers",
    ),
}


@pytest.mark.parametrize("what", LARGE)
@pytest.mark.parametrize("target", ["keras", "tidl"])
def test_what_is_too_large_is_refused(what: str, target: str, tmp_path: Path) -> None:
    text, needed = LARGE[what]
    path = tmp_path / "net.yaml"
    path.write_text(text if text.startswith("specc") else HEAD + text, encoding="utf-8")
    checked = specc.check(path, targets=[target])
    if not checked.ok:
        pytest.skip("not legal on the target")
    result = run_build(path, target=target, out=tmp_path / "build")
    assert not result.ok
    found = [one for one in result.diagnostics if one.code == "too-large"]
    assert any(needed in one.message for one in found)
    assert all("large" in one.labels[0].text and one.span and one.span.source.name == str(path) for one in found)
    assert not (tmp_path / "build").exists()


def test_tensorflow_does_not_start(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(HEAD + LARGE["units"][0], encoding="utf-8")
    code = "import sys, specc.driver as d; d.run_build(sys.argv[1]); assert 'tensorflow' not in sys.modules"
    assert python(code, str(path)).code == 0


def test_the_limit_can_be_lifted(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(HEAD + LARGE["passes"][0], encoding="utf-8")
    assert run_build(path, out=tmp_path, artifacts=["py"], verify=False).ok, "a module alone needs no memory"
    found: list[str] = []

    class Started(BaseException):
        pass

    def progress(step: str) -> None:
        found.append(step)
        if len(found) > 1:
            raise Started

    with pytest.raises(Started):
        run_build(path, out=tmp_path, artifacts=["keras"], allow_large=True, progress=progress)
