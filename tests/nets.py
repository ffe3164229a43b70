"""Specs compiled once per test run: checked, lowered, as modules and as TFLite files; and the numbers they are fed.

Weights and inputs are drawn here and not by specc, so that what proves a build is not what made it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from specc.driver import Checked, check_source
from specc.emit import module_text
from specc.emit.module import plain_text
from specc.source import Source

from .checks import skip_on_older_keras

ROOT = Path(__file__).resolve().parent.parent
SPECS = ROOT / "specs"
EXTRA = ROOT / "tests" / "networks" / "specs"
TARGETS = ("keras", "tidl")

Array = np.ndarray[Any, Any]
Arrays = Mapping[str, Array]


@dataclass(frozen=True)
class Net:
    """A spec, with words of it replaced and parameters overridden."""

    name: str
    folder: Path = SPECS
    replaced: tuple[tuple[str, str], ...] = ()
    overrides: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        text = (self.folder / f"{self.name}.yaml").read_text(encoding="utf-8")
        return replaced(text, self.replaced)

    @property
    def targets(self) -> tuple[str, ...]:
        """Those that the spec is for."""
        return tuple(self.checked().lowered)

    def checked(self) -> Checked:
        """Checked for the targets of the spec's budget; where it names none, for all."""
        return _checked(self)

    def module_text(self, target: str) -> str:
        return _module_text(self, target)

    def module(self, target: str) -> ModuleType:
        """The emitted module; its functions leave no trace, so all tests may share it."""
        return _module(self, target)

    def model(self, target: str, weights: Arrays | None = None, **arguments: Any) -> Any:
        """A model of its own for who asks, with weights of the keras build by `layer/weight`."""
        module = self.module(target)
        model = module.build_model(**arguments)
        if weights is not None:
            module.load_reference_weights(model, weights)
        return model

    def run(self, target: str, weights: Arrays, inputs: Arrays, **arguments: Any) -> dict[str, Array]:
        """What a build gives, by output, in the spec's shapes, for inputs in the spec's shapes."""
        from specc.emit import runtime

        module = self.module(target)
        model = self.model(target, weights, **arguments)
        return by_output(module, module.restore_outputs(runtime.predict(model, module.adapt_inputs(dict(inputs)))))

    def tflite(self, target: str, weights: Arrays, **arguments: Any) -> bytes:
        """The TFLite file of a build with these weights and a batch of one."""
        from specc.emit import runtime

        return runtime.tflite_bytes(self.model(target, weights, batch_size=1, **arguments))

    def run_tflite(self, target: str, data: bytes, inputs: Arrays) -> dict[str, Array]:
        """What a TFLite file gives, example by example."""
        from specc.emit import runtime

        module = self.module(target)
        adapted = module.adapt_inputs(dict(inputs))
        arrays = adapted if isinstance(adapted, list) else [adapted]
        rows: list[dict[str, Array]] = []
        for at in range(len(arrays[0])):
            one = {tensor.name: array[at : at + 1] for tensor, array in zip(module.INPUTS, arrays, strict=True)}
            found = runtime.run_tflite(data, one)
            restored = module.restore_outputs(found if len(module.OUTPUTS) > 1 else next(iter(found.values())))
            rows.append(by_output(module, restored))
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


@cache
def _checked(net: Net) -> Checked:
    from specc.diagnostics import Diagnostics

    source, overrides = Source(f"{net.name}.yaml", net.text), dict(net.overrides)
    found = check_source(source, Diagnostics(), overrides=overrides)
    if not found.lowered:
        found = check_source(source, Diagnostics(), targets=TARGETS, overrides=overrides)
    skip_on_older_keras(found)
    assert found.ok, found.diagnostics
    return found


@cache
def _module_text(net: Net, target: str) -> str:
    found = net.checked()
    assert found.spec is not None
    return module_text(found.spec, found.lowered[target], found.targets[target])


@cache
def _module(net: Net, target: str) -> ModuleType:
    from specc.emit import runtime

    found = net.checked()
    assert found.spec is not None
    text = plain_text(found.spec, found.lowered[target], found.targets[target])
    return runtime.load_module(text, f"tested_{net.name}_{target}")


def replaced(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    """The text with words replaced; each has to be there."""
    for old, new in pairs:
        assert old in text, f"{old!r} is not in the text"
        text = text.replace(old, new)
    return text


def by_output(module: ModuleType, outputs: Any) -> dict[str, Array]:
    names = [tensor.name for tensor in module.OUTPUTS]
    return dict(outputs) if len(names) > 1 else {names[0]: np.asarray(outputs)}


def arrays_of(model: Any) -> dict[str, Array]:
    """A model's weights by `layer/weight`."""
    return {f"{layer.name}/{weight.name}": weight.numpy() for layer in model.layers for weight in layer.weights}


def random_weights(shapes: Mapping[str, Sequence[int]], seed: int, gain: float = 1.2) -> dict[str, Array]:
    """Weights by `layer/weight`, no two alike: kernels that keep a signal's size, biases and statistics off 0 and 1."""
    random = np.random.default_rng(seed)
    found: dict[str, Array] = {}
    for name, shape in shapes.items():
        kind = name.rpartition("/")[2]
        if kind in ("gamma", "moving_variance"):
            values = random.uniform(0.4, 1.9, shape)
        elif "kernel" in kind:
            values = random.normal(0.0, gain / np.sqrt(np.prod(shape[:-1])), shape)
        else:
            values = random.uniform(-0.5, 0.5, shape)
        found[name] = values.astype(np.float32)
    return found


def randomize(model: Any, seed: int, gain: float = 1.2) -> dict[str, Array]:
    """Gives a model random weights, and returns them by `layer/weight`."""
    arrays = random_weights({name: one.shape for name, one in arrays_of(model).items()}, seed, gain)
    for layer in model.layers:
        layer.set_weights([arrays[f"{layer.name}/{weight.name}"] for weight in layer.weights])
    return arrays


def random_inputs(module: ModuleType, seed: int, examples: int = 4) -> dict[str, Array]:
    """Inputs in the spec's shapes, each example of another size."""
    random = np.random.default_rng(seed)
    found: dict[str, Array] = {}
    for tensor in module.INPUTS:
        size = np.linspace(0.3, 2.0, examples).reshape(-1, *[1] * len(tensor.logical))
        found[tensor.name] = (size * random.normal(0.1, 1.0, (examples, *tensor.logical))).astype(tensor.dtype)
    return found


def scaled_error(found: Array, expected: Array) -> float:
    """The largest difference as a share of the largest expected value."""
    assert found.shape == expected.shape, f"found {found.shape}, expected {expected.shape}"
    assert np.isfinite(expected).all()
    scale = np.max(np.abs(expected))
    assert np.std(expected) > 1e-3 * scale > 0, "an output that is the same everywhere proves nothing"
    return float(np.max(np.abs(np.float64(found) - np.float64(expected))) / scale)


def assert_equal(found: Arrays, expected: Arrays, tolerance: float) -> float:
    """Every output within a share of its largest value; the largest error."""
    assert found.keys() == expected.keys()
    errors = {name: scaled_error(found[name], one) for name, one in expected.items()}
    assert max(errors.values()) <= tolerance, errors
    return max(errors.values())
