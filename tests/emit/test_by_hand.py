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


BY_HAND: dict[str, Callable[[], Any]] = {"squeeze": squeeze}


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
