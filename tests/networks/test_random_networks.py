"""What `check` accepts for tidl builds: random networks convert to listed operators and equal their keras builds.

`SPECC_NETWORKS=300` in the environment tries more of them, `SPECC_NETWORKS_FROM=1000` others.
"""

from __future__ import annotations

import os

import pytest

from specc.analysis.trials import trials
from specc.diagnostics import Diagnostics
from specc.driver import Checked, check_source
from specc.emit import runtime, verify
from specc.emit.file_check import check_file
from specc.emit.module import plain_text
from specc.source import Source
from specc.targets import load

from .random_networks import spec

FIRST = int(os.environ.get("SPECC_NETWORKS_FROM", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("SPECC_NETWORKS", "12")))


def checked(seed: int) -> Checked:
    return check_source(Source(f"random_{seed}.yaml", spec(seed)), targets=["keras", "tidl"])


def test_random_networks_are_valid_and_mostly_accepted() -> None:
    """Most of them have to reach the converter, and what is refused is refused by the target."""
    found = [checked(seed) for seed in range(100)]
    assert {one.code for each in found for one in each.diagnostics} <= {
        "no-lowering",
        "ambiguous-when",
        "double-softmax",
    }
    assert sum("tidl" in one.lowered for one in found) >= 80
    kinds = {node.op for one in found if one.graph for node in one.graph.nodes}
    assert len(kinds) >= 25
    assert any(one.graph and one.graph.loops for one in found)


@pytest.mark.keras
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_accepted_converts_and_is_equal(seed: int) -> None:
    found = checked(seed)
    if "tidl" not in found.lowered:
        assert "no-lowering" in {one.code for one in found.diagnostics}
        return
    assert found.spec is not None and found.graph is not None
    lowered = found.lowered["tidl"]
    ours, theirs = (
        runtime.load_module(plain_text(found.spec, found.lowered[name], found.targets[name]), f"random_{name}")
        for name in ("keras", "tidl")
    )
    (trial,) = trials(found.graph)
    reference = verify.prepare(ours, trial.inputs, trial.activation_bytes, found.graph)
    model = runtime.build(theirs)
    verdict = verify.against_reference(reference, theirs, model, found.graph, lowered, "model")
    assert verdict.ok, (verdict, spec(seed))
    fixed = runtime.build(theirs, batch_size=1)
    theirs.load_reference_weights(fixed, reference.model)
    data = runtime.tflite_bytes(fixed)
    file = runtime.read_tflite(data)
    assert set(file.operators) <= set(load("tidl").file_operators), (file.operators, spec(seed))
    diagnostics = Diagnostics()
    check_file(file, lowered, load("tidl"), diagnostics)
    assert not diagnostics.finish(), (diagnostics.finish(), spec(seed))
    verdict = verify.tflite_against("file", data, theirs, reference.inputs, reference.outputs)
    assert verdict.ok, (verdict, spec(seed))
