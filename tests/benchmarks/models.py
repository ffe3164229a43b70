"""Building the Keras model: the emitted module against the same network written by hand, as lean as Keras allows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from specc.driver import check
from specc.emit import module_text, runtime
from tests.benchmarks.measure import Row, medians

SPECS = Path(__file__).resolve().parents[2] / "specs"


def rows(rounds: int) -> Iterator[Row]:
    keras = runtime.keras()
    for name, (by_hand, arguments) in _BY_HAND.items():
        emitted = _module(name).build_model

        def build_emitted(emitted: Any = emitted, arguments: dict[str, int] = arguments) -> Any:
            return emitted(**arguments)

        def build_by_hand(by_hand: Callable[..., Any] = by_hand, arguments: dict[str, int] = arguments) -> Any:
            return by_hand(keras, **arguments)

        assert build_emitted().count_params() == build_by_hand().count_params()
        runs = [_fresh(keras, build_emitted), _fresh(keras, build_by_hand)]
        found, expected = medians(runs, rounds, time.process_time)
        shown = "".join(f", {key} {value}" for key, value in arguments.items())
        yield Row(f"building {name}{shown}, against by hand", found, expected, 1.05)


def _fresh(keras: Any, build: Callable[[], Any]) -> Callable[[], None]:
    """A build with names counted anew, for which all builds pay alike."""

    def run() -> None:
        keras.backend.clear_session()
        build()

    return run


def _module(name: str) -> Any:
    checked = check(SPECS / f"{name}.yaml", targets=["keras"])
    assert checked.spec is not None
    text = module_text(checked.spec, checked.lowered["keras"], checked.targets["keras"])
    return runtime.load_module(text, f"benchmark_{name}")


def _n1n2n3(keras: Any, passes: int) -> Any:
    a, b, c, f = (keras.Input((1,), name=name) for name in "ABCF")
    n2 = keras.layers.Dense(1)(c)
    n3 = keras.layers.Dense(1)(f)
    pair, n1, add = keras.layers.Concatenate(), keras.layers.Dense(1), keras.layers.Add()
    inputs = [a, b, c, f]
    for _ in range(passes):
        a, b = add([n1(pair([a, b])), n2]), n3
    return keras.Model(inputs, keras.layers.Concatenate()([a, b]))


def _mnist_mlp(keras: Any) -> Any:
    x = pixels = keras.Input((784,))
    for _ in range(4):
        x = keras.layers.Dense(256, activation="relu")(x)
        x = keras.layers.Dropout(0.3)(x)
    return keras.Model(pixels, keras.layers.Dense(10)(x))


def _small_cnn(keras: Any) -> Any:
    x = image = keras.Input((64, 64, 3))
    for filters in (32, 64):
        x = keras.layers.Conv2D(filters, 2, activation="relu")(x)
        x = keras.layers.MaxPooling2D()(x)
    return keras.Model(image, keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(x)))


_BY_HAND: dict[str, tuple[Callable[..., Any], dict[str, int]]] = {
    "mnist_mlp": (_mnist_mlp, {}),
    "small_cnn": (_small_cnn, {}),
    "n1n2n3": (_n1n2n3, {"passes": 50}),
}
