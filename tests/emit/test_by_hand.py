"""Networks that need the expressions and repeats of the language, against the same written by hand in plain Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.nets import ROOT, TARGETS, Net, assert_equal, random_inputs, randomize

pytestmark = pytest.mark.keras

TOLERANCE = 1e-5


def squeeze() -> Any:
    from keras import Input, Model, layers

    def squeezed(x: Any, name: str, inner: int) -> Any:
        size, units = x.shape[1], x.shape[-1]
        y = layers.GlobalAveragePooling2D(keepdims=True)(x)
        y = layers.Conv2D(inner, 1, activation="relu", name=f"{name}_small")(y)
        y = layers.Conv2D(units, 1, activation="sigmoid", name=f"{name}_back")(y)
        return layers.Multiply()([x, layers.UpSampling2D(size)(y)])

    image = Input((10, 10, 3))
    stem = layers.Conv2D(8, 3, activation="relu", name="stem")(image)
    one = squeezed(stem, "one", 2)
    deep = layers.Conv2D(16, 5, name="deep")(one)
    two = squeezed(deep, "two", 3)
    kind = layers.Dense(3, name="kind")(layers.GlobalAveragePooling2D()(two))
    return Model(image, {"kind": kind})


def carried() -> Any:
    from keras import Input, Model, layers

    def cell(state: Any, x: Any, condition: Any, name: str) -> tuple[Any, Any]:
        joined = layers.Concatenate()([x, state, condition])
        gate = layers.Dense(6, activation="sigmoid", name=f"{name}_gate")(joined)
        seen = layers.Dense(8, activation="tanh", name=f"{name}_seen")(joined)
        new = layers.Dense(6, name=f"{name}_new")(seen)
        return seen, layers.Add()([layers.Multiply()([gate, state]), new])

    features, memory, condition = Input((8,)), Input((6,)), Input((3,))
    x, state = features, memory
    for at in (1, 2, 3):
        x, state = cell(state, x, condition, f"deep_{at}")
    # the state of the last copy is not read, and so not there
    x = layers.Dense(8, activation="tanh", name="deep_4_seen")(layers.Concatenate()([x, state, condition]))
    wide = [layers.Dense(8, name="wide_1")(x)]
    wide.append(layers.Dense(8, name="wide_2")(wide[-1]))
    wide.append(layers.Dense(8, name="wide_3")(wide[-1]))
    one, other = x, wide[1]
    for _ in range(3):
        swapped = layers.Add()([other, wide[2]])
        one, other = swapped, layers.Multiply()([one, swapped])
    x, state, seen = other, memory, []
    for at in (1, 2, 3):
        x, state = cell(state, x, condition, f"dense_{at}")
        seen.append(x)
    every = layers.Concatenate()([*seen, *wide])
    half = layers.Dense(4, name="half")(state)
    return Model([features, memory, condition], {"every": every, "half": half, "swapped": one})


BY_HAND: dict[str, Callable[[], Any]] = {"carried": carried, "squeeze": squeeze}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", BY_HAND)
def test_the_module_equals_the_network_by_hand(name: str, target: str) -> None:
    net, hand = Net(name, ROOT / "tests" / "emit" / "specs"), BY_HAND[name]()
    weights = randomize(hand, 7)
    inputs = random_inputs(net.module("keras"), 7)
    given = list(inputs.values())
    expected = hand.predict(given if len(given) > 1 else given[0], verbose=0)
    assert_equal(net.run(target, weights, inputs), expected, TOLERANCE)
    assert net.model(target).count_params() == hand.count_params()
