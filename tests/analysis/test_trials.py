"""Numbers for sizes that are left to the data."""

from __future__ import annotations

import pytest

from specc.analysis.trials import Trial, trials
from specc.driver import check_source
from specc.source import Source

DENSE = "{d: {op: Dense, units: 3}}"
UNET = (
    "{narrow: {op: MaxPooling2D, pool_size: 16}, wide: {op: UpSampling2D, size: 16}, d: {op: Add, from: [wide, image]}}"
)


def tried(inputs: str, nodes: str, rest: str = "outputs: d") -> list[Trial]:
    checked = check_source(Source("net.yaml", f"specc: 1\ninputs: {{{inputs}}}\nnodes: {nodes}\n{rest}\n"))
    assert checked.ok and checked.graph is not None
    return trials(checked.graph)


def shapes(found: list[Trial]) -> list[list[tuple[int, ...]]]:
    return [[kind.shape for kind in one.inputs.values()] for one in found]


@pytest.mark.parametrize(
    ("inputs", "nodes", "expected"),
    [
        ("x: [4]", DENSE, [[(4,)]]),
        ("x: [T, 4]", DENSE, [[(6, 4)], [(11, 4)]]),
        ("x: [T, null, 4]", DENSE, [[(6, 7, 4)], [(11, 12, 4)]]),
        ("x: [T, 4], y: [T, 4]", "{d: {op: Add, from: [x, y]}}", [[(6, 4), (6, 4)], [(11, 4), (11, 4)]]),
        ("x: [T, 4], y: [S, 4]", "{d: {op: Add, from: [x, y]}}", [[(6, 4), (6, 4)], [(11, 4), (11, 4)]]),
        ("x: [T, 4]", "{d: {op: MaxPooling1D, pool_size: 900}}", [[(1024, 4)], [(2520, 4)]]),
        ("x: [T, 4]", "{r: {op: Reshape, target_shape: [-1, 14]}, d: {op: ReLU}}", [[(35, 4)], [(70, 4)]]),
        ("image: [null, null, 3]", UNET, [[(16, 32, 3)], [(32, 64, 3)]]),
    ],
)
def test_small_sizes_that_the_network_takes(inputs: str, nodes: str, expected: list[list[tuple[int, ...]]]) -> None:
    assert shapes(tried(inputs, nodes)) == expected


def test_sizes_that_go_together_otherwise_are_found_by_chance() -> None:
    nodes = "{twice: {op: UpSampling1D, size: 2, from: x}, d: {op: Add, from: [twice, y]}}"
    found = shapes(tried("x: [T, 4], y: [S, 4]", nodes))
    assert found and all(2 * one[0] == other[0] or other[0] == 1 for one, other in found)
    assert found == shapes(tried("x: [T, 4], y: [S, 4]", nodes))


def test_no_numbers_where_none_are_found() -> None:
    assert tried("x: [T, 4]", "{r: {op: Reshape, target_shape: [-1, 9973]}, d: {op: ReLU}}") == []


def test_activations_are_counted_with_the_numbers() -> None:
    assert [one.activation_bytes for one in tried("x: [T, 4]", DENSE)] == [6 * 7 * 4, 11 * 7 * 4]
