"""Weights of a lowered build go back to those of the keras build: the inverse undoes what any lowering did."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np
import pytest

from specc.driver import check_source
from specc.emit.naming import weight_name
from specc.emit.weight_file import Array
from specc.emit.weight_inverse import NotInvertible, inverted
from specc.lowering import Lowered, Pad, Reshape, Slice
from specc.source import Source
from tests.networks.random_networks import spec

NODES = {
    "split kernel": ("[24, 24, 2]", "{op: Conv2D, filters: 3, kernel_size: 9, padding: same}"),
    "split kernel of unequal sides": ("[24, 24, 2]", "{op: Conv2D, filters: 3, kernel_size: [16, 9], strides: 2}"),
    "split kernel of a sequence": ("[40, 2]", "{op: Conv1D, filters: 3, kernel_size: 12}"),
    "embedded depthwise kernel": ("[8, 8, 3]", "{op: DepthwiseConv2D, kernel_size: [2, 3], padding: same}"),
    "embedded kernel of a larger window": ("[16, 16, 3]", "{op: DepthwiseConv2D, kernel_size: 4, strides: 2}"),
    "dense": ("[6, 4]", "{op: Dense, units: 3, activation: tanh}"),
    "recurrent": ("[6, 4]", "{op: SimpleRNN, units: 3}"),
    "normalization": ("[6, 4]", "{op: BatchNormalization}"),
    "slopes": ("[8, 8, 3]", "{op: PReLU, shared_axes: [1, 2]}"),
}


def lowered(text: str) -> Lowered | None:
    return check_source(Source("net.yaml", text), targets=("tidl",)).lowered.get("tidl")


def network(name: str) -> Lowered:
    shape, node = NODES[name]
    found = lowered(f"specc: 1\ninputs: {{x: {shape}}}\nnodes:\n  y: {node}\noutputs: y\n")
    assert found is not None
    return found


def reference(found: Lowered) -> dict[str, Array]:
    """Random arrays of the keras build, of which no two elements are equal."""
    sources = {weight_name(one.source): one.source.shape for one in found.weights}
    random = np.random.default_rng(zlib.crc32(repr(sources).encode()))
    return {name: random.normal(size=shape) for name, shape in sources.items()}


def forward(found: Lowered, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays of the lowered build, as the emitted module computes them."""
    made: dict[str, Array] = {}
    for one in found.weights:
        array = arrays[weight_name(one.source)]
        for step in one.source.steps:
            match step:
                case Reshape(shape):
                    array = array.reshape(shape)
                case Slice(axis, start, stop):
                    array = array.take(range(start, stop), axis)
                case Pad(amounts):
                    array = np.pad(array, amounts)
        made[weight_name(one)] = array
    return made


def assert_comes_back(found: Lowered) -> None:
    wanted = reference(found)
    back = inverted(found, forward(found, wanted))
    assert back.keys() == wanted.keys()
    for name, array in wanted.items():
        np.testing.assert_array_equal(back[name], array)


@pytest.mark.parametrize("name", NODES)
def test_weights_come_back(name: str) -> None:
    assert_comes_back(network(name))


def test_the_networks_have_split_and_padded_weights() -> None:
    steps = {type(step) for name in NODES for one in network(name).weights for step in one.source.steps}
    assert steps == {Reshape, Slice, Pad}


def test_weights_of_random_networks_come_back() -> None:
    found = [one for seed in range(60) if (one := lowered(spec(seed))) is not None]
    assert len(found) > 10
    for one in found:
        assert_comes_back(one)


@pytest.mark.parametrize("name", [name for name in NODES if "embedded" in name])
def test_zeros_that_were_trained_do_not_come_back(name: str) -> None:
    found = network(name)
    arrays = forward(found, reference(found))
    padded = next(weight_name(one) for one in found.weights if any(isinstance(step, Pad) for step in one.source.steps))
    arrays[padded] = np.where(arrays[padded] == 0, 0.5, arrays[padded])
    with pytest.raises(NotInvertible, match="no longer zero"):
        inverted(found, arrays)
