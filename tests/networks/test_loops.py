"""Loops in all their forms against arithmetic in NumPy, for both targets, as modules and as TFLite files."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.nets import EXTRA, TARGETS, Array, Net, assert_equal, random_inputs, random_weights
from tests.networks import oracles

pytestmark = pytest.mark.keras

TOLERANCE = 1e-5
BY_TARGET = pytest.mark.parametrize("target", TARGETS)

NETS = {path.stem: Net(path.stem, EXTRA) for path in sorted(EXTRA.glob("*.yaml"))}
NETS["simple_rnn"] = Net("simple_rnn", replaced=(("[1, 4]", "[6, 4]"),))
BY_NET = pytest.mark.parametrize("name", NETS)


@cache
def known(name: str) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Weights, inputs, and the outputs that the oracle gives for them."""
    module = NETS[name].module("keras")
    weights, inputs = random_weights(module.REFERENCE, 11), random_inputs(module, 11)
    return weights, inputs, getattr(oracles, name)(weights, **inputs)


@BY_TARGET
@BY_NET
def test_the_emitted_module_computes_what_the_spec_means(name: str, target: str, record_property: Any) -> None:
    weights, inputs, expected = known(name)
    record_property("error", assert_equal(NETS[name].run(target, weights, inputs), expected, TOLERANCE))


@BY_TARGET
@BY_NET
def test_the_tflite_file_computes_what_the_spec_means(name: str, target: str, record_property: Any) -> None:
    weights, inputs, expected = known(name)
    net = NETS[name]
    found = net.run_tflite(target, net.tflite(target, weights), inputs)
    record_property("error", assert_equal(found, expected, TOLERANCE))


@pytest.mark.parametrize("passes", [1, 2, 8])
@pytest.mark.parametrize("name", ["delay", "field", "nested", "ring", "shared", "swap"])
@BY_TARGET
def test_passes_are_an_argument(name: str, target: str, passes: int) -> None:
    """A module of one spec runs any number of passes, and `--set` of the parameter gives the same network."""
    net = NETS[name]
    weights, inputs, _ = known(name)
    expected = getattr(oracles, name)(weights, **inputs, passes=passes)
    assert_equal(net.run(target, weights, inputs, passes=passes), expected, TOLERANCE)
    again = Net(name, EXTRA, overrides=(("passes", str(passes)),))
    assert_equal(again.run(target, weights, inputs), expected, TOLERANCE)


@BY_TARGET
def test_two_loops_keep_an_argument_each(target: str) -> None:
    weights, inputs, _ = known("chain")
    for first, second in ((1, 6), (5, 1)):
        found = NETS["chain"].run(target, weights, inputs, first=first, second=second)
        assert_equal(found, oracles.chain(weights, **inputs, first=first, second=second), TOLERANCE)


@BY_NET
def test_a_pass_more_or_less_is_seen(name: str) -> None:
    """The comparison can fail: at the sizes of these weights no loop has come to rest."""
    weights, inputs, expected = known(name)
    loops = NETS[name].checked().graph
    assert loops is not None
    for loop in loops.loops:
        param = loop.passes_param
        if param is None:
            continue
        for passes in (loop.passes - 1, loop.passes + 1):
            other = getattr(oracles, name)(weights, **inputs, **{param: passes})
            with pytest.raises(AssertionError):
                assert_equal(other, expected, TOLERANCE)


@BY_NET
def test_a_model_of_either_target_stores_each_weight_once(name: str) -> None:
    net = NETS[name]
    weights, _, _ = known(name)
    count = sum(array.size for array in weights.values())
    for target in TARGETS:
        assert net.model(target).count_params() == count
    costs = net.checked().costs
    assert costs is not None and costs.parameters == count


def test_outputs_keep_the_order_and_the_names_of_the_spec() -> None:
    for target in TARGETS:
        module = NETS["renamed"].module(target)
        assert [one.name for one in module.OUTPUTS] == ["zeta", "alpha", "middle", "beta"]
        assert list(NETS["renamed"].model(target).output) == ["zeta", "alpha", "middle", "beta"]
    assert NETS["renamed"].module("tidl").OUTPUTS[1].activation == "softmax"


def test_the_value_at_the_last_pass_is_the_last_that_was_collected() -> None:
    weights, inputs, _ = known("elman")
    for target in TARGETS:
        found = NETS["elman"].run(target, weights, inputs)
        assert found["readings"].shape == (4, 6, 2)
        np.testing.assert_array_equal(found["readings"][:, -1], found["reading"])
        assert np.ptp(found["readings"], axis=1).min() > 1e-3
