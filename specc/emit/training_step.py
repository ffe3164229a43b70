"""One step of training of a build, held against the oracle's: the loss with all penalties, gradients, and weights.

Dropouts and noise are off. A target's gradients are compared through its own weights: those expected are laid out by
`load_reference_weights`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from specc.emit import runtime
from specc.emit.expected import Expected
from specc.emit.naming import layer_name
from specc.emit.runtime import Array
from specc.emit.verify import Comparison, Difference

TOLERANCE = 2e-4  # of the largest element; float32 sums in another order come to 2e-5
_SMALL = 1e-2  # of the largest element of all: a bias before a normalisation has a gradient of rounding errors
_NOISE = 1e-4  # of the largest gradient; builds of targets add in another order, and get `_SMALL`


@dataclass(frozen=True)
class Step:
    """What one step computed: `gradients` of what is trained, and all weights `after` it, by `layer/weight`.

    `reported` is the loss that `train_on_batch` gives.
    """

    loss: float
    gradients: dict[str, Array]
    after: dict[str, Array]
    reported: float


def expected_step(expected: Expected, module: ModuleType, model: Any, labels: Mapping[str, Array]) -> Step:
    """The step of the oracle, in the names of the keras build."""

    def new_layer(layer: Any, operands: list[Any], call: Callable[[list[Any]], Any]) -> None:
        call([one[:1] for one in operands])  # builds it
        layer.set_weights(expected.weights[layer.name])
        runtime.leave_nothing_to_chance(layer)

    def compute() -> tuple[Any, list[Any]]:
        loss, made = expected.oracle.loss(expected.inputs, labels, new_layer)
        layers.update({layer_name(path): layer for path, layer in made.items()})
        return loss, [weight for layer in layers.values() for weight in layer.trainable_weights]

    layers: dict[str, Any] = {}
    loss, trained, gradients = runtime.gradients(compute)
    training = expected.oracle.training
    assert training is not None
    training.optimizer().apply(gradients, trained)
    known = {id(weight): name for name, weight in module._weights(model).items()}
    names = {
        id(own): known[id(other)]
        for layer in model.layers
        if layer.name in layers
        for own, other in zip(layers[layer.name].weights, layer.weights, strict=True)
    }
    found = {names[id(weight)]: np.asarray(one) for weight, one in zip(trained, gradients, strict=True)}
    after = {names[id(weight)]: np.asarray(weight) for layer in layers.values() for weight in layer.weights}
    return Step(float(loss), found, after, float(loss))


def take_step(module: ModuleType, model: Any, inputs: Mapping[str, Array], labels: Mapping[str, Array]) -> Step:
    """The step of a build, which is compiled for it; its weights are as before afterwards."""
    before = model.get_weights()
    model = module.compile_model(model)
    model.run_eagerly = True  # nothing is traced for one step
    runtime.leave_nothing_to_chance(model)
    x, y = module.adapt_inputs(dict(inputs)), module.adapt_targets(dict(labels))

    def compute() -> tuple[Any, list[Any]]:
        outputs = model(x, training=True)
        return model.compute_loss(x, y, outputs, training=True), model.trainable_variables

    loss, trained, gradients = runtime.gradients(compute)
    model.optimizer.apply(gradients, trained)
    weights = module._weights(model)
    names = {id(weight): name for name, weight in weights.items()}
    found = {names[id(weight)]: np.asarray(one) for weight, one in zip(trained, gradients, strict=True)}
    after = {name: np.asarray(weight) for name, weight in weights.items()}
    model.set_weights(before)
    reported = model.train_on_batch(x, y)
    model.set_weights(before)
    return Step(float(loss), found, after, float(np.ravel(reported)[0]))


def labels_for(module: ModuleType, examples: int) -> dict[str, Array]:
    """Labels that the losses of a module accept, in the spec's shapes."""
    random: Any = np.random.default_rng(1)
    found: dict[str, Array] = {}
    for tensor in module.TARGETS:
        low, high = tensor.bounds or (-math.inf, math.inf)
        shape = (examples, *tensor.logical)
        if "int" in tensor.dtype:
            values = random.integers(int(max(low, 0)), int(min(high, 8)), shape, endpoint=True)
        elif math.isfinite(low) or math.isfinite(high):
            values = random.uniform(max(low, -3.0), min(high, 3.0), shape)
        else:
            values = random.normal(0.0, 1.0, shape)
        found[tensor.name] = values.astype(tensor.dtype)
    return found


def settings(expected: Expected, module: ModuleType) -> list[str]:
    """What `fit_options` gives that is not as the spec says."""
    training = expected.oracle.training
    assert training is not None
    options = dict(module.fit_options())
    callbacks = {type(one).__name__: one for one in options.pop("callbacks", [])}
    found, wanted = (options, [*callbacks]), (training.fit, [*training.callbacks])
    problems = [] if found == wanted else [f"`fit` is given {found}, expected {wanted}"]
    for name, given in training.callbacks.items():
        for key, value in given.items():
            own = getattr(callbacks.get(name), key, value)
            if isinstance(own, (int, float, str)) and own not in (value, _negative(value)):
                problems.append(f"`{key}` of {name} is {own!r}, expected {value!r}")
    return problems


def compare_steps(
    what: str, found: Step, expected: Step, examples: int, is_reference: bool, problems: list[str]
) -> Comparison:
    """The verdict on a step."""
    if {*found.gradients} != {*expected.gradients}:
        listed = ", ".join(f"`{name}`" for name in sorted({*found.gradients} ^ {*expected.gradients}))
        problems.append(f"the weights that are trained differ by {listed}")
    scale = max(abs(expected.loss), 1e-6)
    error = max(abs(one - expected.loss) for one in (found.loss, found.reported)) / scale
    rows = [Difference("loss", error, TOLERANCE)]
    noise = _NOISE if is_reference else _SMALL
    after = expected.after
    moved = {name: _settled(name, one, found, expected, noise) for name, one in after.items() if name in found.after}
    for label, ours, theirs in (("gradients", found.gradients, expected.gradients), ("weights", moved, after)):
        least = _SMALL * max((_largest(one) for one in theirs.values()), default=0.0)
        errors = {name: _error(ours[name], one, least) for name, one in theirs.items() if name in ours}
        worst = max(errors, key=lambda name: errors[name], default="")
        rows.append(Difference(label, errors.get(worst, 0.0), TOLERANCE))
        if not rows[-1].ok:
            problems.append(f"the {label} of `{worst}` differ by {errors[worst]:.1e} of their largest value")
    return Comparison(what, tuple(rows), examples, contradictions=tuple(problems))


def laid_out(module: ModuleType, model: Any, step: Step) -> Step:
    """A step of the keras build in the names and shapes of another build. The model's weights are lost."""
    found: list[dict[str, Array]] = []
    untrained = {name: np.full_like(one, np.nan) for name, one in step.after.items()}
    for arrays in ({**untrained, **step.gradients}, step.after):
        module.load_reference_weights(model, arrays)
        found.append({name: np.asarray(weight) for name, weight in module._weights(model).items()})
    gradients = {name: array for name, array in found[0].items() if not np.isnan(array).any()}
    return Step(step.loss, gradients, found[1], step.reported)


def _settled(name: str, expected_after: Array, found: Step, expected: Step, noise: float) -> Array:
    """A weight after the step, where its gradient is more than rounding: optimizers divide by the gradient's size.

    `noise` is the share of the largest gradient up to which it is.
    """
    after, gradient = found.after[name], expected.gradients.get(name)
    if gradient is None or after.shape != expected_after.shape:
        return after
    least = noise * max(_largest(one) for one in expected.gradients.values())
    return np.where(np.abs(gradient) > least, after, expected_after)


def _error(found: Array, expected: Array, least: float) -> float:
    if found.shape != expected.shape or not np.isfinite(found).all():
        return math.inf
    largest = max(_largest(expected), least, 1e-6)
    return float(np.max(np.abs(np.float64(found) - expected), initial=0.0)) / largest


def _largest(array: Array) -> float:
    return float(np.max(np.abs(array), initial=0.0))


def _negative(value: Any) -> Any:
    """Keras turns the sign of what an improvement is held against."""
    return -value if isinstance(value, float) else value
