"""One step of training, taken apart: the loss with its penalties, the gradients, and the weights afterwards.

Two builds are compared through their own weights: the reference's arrays, laid out as the other build's weights are.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from tests.nets import Array, Arrays, random_weights

TOLERANCE = 2e-4  # of the largest element of a weight; float32 sums of other orders come to 2e-5
SMALL = 1e-2  # of the largest element of all weights; a bias before a normalisation has a gradient of rounding errors


@dataclass(frozen=True)
class Step:
    """What one step computed, by `layer/weight` of the build that took it; `gradients` are of what is trained."""

    loss: float
    gradients: dict[str, Array]
    after: dict[str, Array]


def take_step(module: ModuleType, model: Any, x: Arrays, y: Arrays) -> Step:
    """One step in training mode, on data in the spec's shapes."""
    import tensorflow as tf

    model = module.compile_model(model)
    inputs, labels = module.adapt_inputs(dict(x)), module.adapt_targets(dict(y))
    weights = module._weights(model)
    names = {id(weight): name for name, weight in weights.items()}
    trained = model.trainable_variables
    with tf.GradientTape() as tape:
        outputs = model(inputs, training=True)
        loss = model.compute_loss(inputs, labels, outputs, training=True)
    gradients = tape.gradient(loss, [one.value for one in trained], unconnected_gradients="zero")
    model.optimizer.apply(gradients, trained)
    found = {names[id(weight)]: np.asarray(one) for weight, one in zip(trained, gradients, strict=True)}
    return Step(float(loss), found, {name: weight.numpy() for name, weight in weights.items()})


def assert_same_step(reference: ModuleType, module: ModuleType, x: Arrays, y: Arrays, seed: int = 1) -> float:
    """Takes one step with both builds from the same random weights; returns the loss."""
    weights = random_weights(reference.REFERENCE, seed)
    models = [one.build_model() for one in (reference, module)]
    for one, model in zip((reference, module), models, strict=True):
        one.load_reference_weights(model, weights)
    expected, found = (take_step(one, model, x, y) for one, model in zip((reference, module), models, strict=True))
    np.testing.assert_allclose(found.loss, expected.loss, rtol=2e-5, atol=1e-6, err_msg="the loss")
    gradients = {name: expected.gradients.get(name, np.full_like(one, np.nan)) for name, one in weights.items()}
    untrained = module.build_model()
    for what, arrays, given in (("gradient", gradients, found.gradients), ("step", expected.after, found.after)):
        module.load_reference_weights(untrained, arrays)
        largest = max((float(np.max(np.abs(one), initial=0.0)) for one in given.values()), default=0.0)
        for name, weight in module._weights(untrained).items():
            mapped = weight.numpy()
            if np.isnan(mapped).any():
                assert name not in given, f"{name} is trained, and the reference's is not"
            else:
                assert_close(given[name], mapped, largest * SMALL, f"{what} of {name}")
    return expected.loss


def assert_close(found: Array, expected: Array, least: float, what: str) -> None:
    assert found.shape == expected.shape and np.isfinite(expected).all(), what
    largest = max(float(np.max(np.abs(expected), initial=0.0)), least, 1e-6)
    error = float(np.max(np.abs(np.float64(found) - expected), initial=0.0)) / largest
    assert error <= TOLERANCE, f"{what} differs by {error:.1e} of its largest element"
