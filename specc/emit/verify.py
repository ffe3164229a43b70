"""Proves a build equal to what is expected: the same random weights, the same probes, every value compared.

The emitted modules themselves are run, so that what is proven is what is written. A failure names the first node, in
the order of computation, whose value differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from specc.emit import node_values, runtime
from specc.emit.node_values import NodeValues
from specc.emit.probes import batch_size, integers_below, probes
from specc.emit.runtime import Array
from specc.ir import Graph, TensorType
from specc.ir.graph import OUT
from specc.lowering import Lowered

TOLERANCE = 1e-4  # of the largest absolute value of an output: single precision over many layers
NODE_TOLERANCE = 1e-3  # of the largest value of a node: a difference of near equals loses digits that outputs keep
SAME = 1e-5  # of the largest value of a node, where the same layers are called on the same values
_SEEDS = 5
_GAINS = (1.0, 0.5, 0.1, 0.01)
_HUGE = 1e6


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest difference of one output, or of something else, as a share of its largest value."""

    output: str
    error: float
    tolerance: float = TOLERANCE

    @property
    def ok(self) -> bool:
        return self.error <= self.tolerance  # a NaN is not


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first of the user's nodes whose value differs: at which pass (1 where it is computed once), by how much,

    in which result, and what was found where.
    """

    node: str
    call: int
    error: float
    port: str = OUT
    values: str = ""


@dataclass(frozen=True)
class Comparison:
    """The verdict on one pair of builds."""

    what: str
    differences: tuple[Difference, ...]
    examples: int
    first: Divergence | None = None
    contradictions: tuple[str, ...] = ()  # facts about the model that are not as the spec says

    @property
    def ok(self) -> bool:
        return self.first is None and not self.contradictions and all(one.ok for one in self.differences)

    @property
    def error(self) -> float:
        errors = [one.error for one in self.differences]
        return float(np.max(errors)) if errors else 0.0


@dataclass(frozen=True)
class Prepared:
    """The reference model with random weights, probes for it, and what it gives."""

    module: ModuleType
    model: Any
    inputs: dict[str, Array]
    outputs: dict[str, Array]


def more_inputs(inputs: Mapping[str, TensorType], prepared: Prepared, graph: Graph) -> dict[str, Array]:
    """Probes of other sizes for a model that is prepared."""
    count = len(next(iter(prepared.inputs.values())))
    return probes(inputs, count, _SEEDS, integers_below(graph))


def scaled_error(found: Array, expected: Array) -> float:
    """The largest absolute difference over the largest expected value; infinite where shapes or finiteness differ."""
    if found.shape != expected.shape:
        return float("inf")
    scale = float(np.max(np.abs(expected), initial=0.0))
    difference = float(np.max(np.abs(found.astype(np.float64) - expected.astype(np.float64)), initial=0.0))
    return difference / scale if scale > 0 else difference


def prepare(
    module: ModuleType, inputs: Mapping[str, TensorType], activation_bytes: int, graph: Graph | None = None
) -> Prepared:
    """A reference whose outputs are finite and depend on the probes: other seeds and gains are tried until they do.

    `graph` tells which integers an input may hold.
    """
    model = runtime.build(module)
    count = batch_size(activation_bytes)
    below = integers_below(graph) if graph is not None else {}
    tried: Prepared | None = None
    for gain in _GAINS:
        for seed in range(_SEEDS):
            runtime.randomize(model, seed, gain)
            data = probes(inputs, count, seed, below)
            tried = Prepared(module, model, data, run(module, model, data))
            if not all(_is_finite(one) for one in tried.outputs.values()):
                break  # it explodes: less gain
            if all(_varies(one) for one in tried.outputs.values()):
                return tried
        else:
            break  # constant whatever the weights: the last try has to do
    assert tried is not None
    return tried


def _is_finite(output: Array) -> bool:
    return bool(np.all(np.isfinite(output)) and np.max(np.abs(output), initial=0.0) < _HUGE)


def _varies(output: Array) -> bool:
    return bool(np.ptp(output) > 1e-6 * max(float(np.max(np.abs(output))), 1e-6))


def run(module: ModuleType, model: Any, data: Mapping[str, Array]) -> dict[str, Array]:
    """What a build gives for data in the spec's shapes, in the spec's shapes."""
    restored = module.restore_outputs(runtime.predict(model, module.adapt_inputs(dict(data))))
    return named(module, restored)


def named(module: ModuleType, outputs: Any) -> dict[str, Array]:
    names = [tensor.name for tensor in module.OUTPUTS]
    return dict(outputs) if len(names) > 1 else {names[0]: np.asarray(outputs)}


def compare(what: str, found: Mapping[str, Array], expected: Mapping[str, Array]) -> Comparison:
    """Each output's largest scaled difference."""
    rows = tuple(Difference(name, scaled_error(found[name], one)) for name, one in expected.items())
    examples = min((len(one) for one in expected.values()), default=0)
    return Comparison(what, rows, examples)


def against_reference(
    reference: Prepared, module: ModuleType, model: Any, graph: Graph, lowered: Lowered, what: str
) -> Comparison:
    """A build with the reference's weights, against the reference: outputs, and every node at every pass.

    Outputs alone would not do: a loop that settles gives the same after a pass too many.
    """
    module.load_reference_weights(model, reference.model, allow_different_network=True)  # compared below
    expected = node_values.of_graph(reference.module, reference.model, graph, reference.inputs)
    return against(expected, reference, module, model, graph, lowered, what, NODE_TOLERANCE)


def against(
    expected: NodeValues,
    reference: Prepared,
    module: ModuleType,
    model: Any,
    graph: Graph,
    lowered: Lowered,
    what: str,
    tolerance: float,
) -> Comparison:
    """A build that has its weights, against the outputs of a reference and the values of its nodes."""
    verdict = compare(what, run(module, model, reference.inputs), reference.outputs)
    found = node_values.of_lowered(module, model, graph, lowered, reference.inputs)
    return Comparison(verdict.what, verdict.differences, verdict.examples, first_divergence(found, expected, tolerance))


def first_divergence(found: NodeValues, expected: NodeValues, tolerance: float) -> Divergence | None:
    """The first value, pass by pass and each in the order of computation, that differs or is not computed as often."""
    for key, calls in found.calls.items():
        if calls != expected.calls.get(key, 0):
            return Divergence(key[0], min(calls, expected.calls.get(key, 0)) + 1, float("inf"))
    arrays = {(one.node, one.port, one.call): one.array for one in expected.values}
    for one in found.values:
        other = arrays.get((one.node, one.port, one.call))
        if other is None:
            continue
        array = one.array.reshape(other.shape) if one.array.size == other.size else one.array
        error = scaled_error(array, other)
        if not error <= tolerance:
            return Divergence(one.node, one.call, error, one.port, _largest(array, other))
    return None


def _largest(found: Array, expected: Array) -> str:
    """Where two arrays differ most, and their values there."""
    if found.shape != expected.shape:
        return f"found the shape {list(found.shape)}, expected {list(expected.shape)}"
    with np.errstate(invalid="ignore"):
        difference = np.abs(found.astype(np.float64) - expected.astype(np.float64))
    place = np.unravel_index(int(np.argmax(np.nan_to_num(difference, nan=np.inf))), found.shape)
    example, *index = (int(one) for one in place)
    return f"found {found[place]:.6g}, expected {expected[place]:.6g} at {index} of example {example + 1}"


def tflite_against(
    what: str,
    data: bytes,
    module: ModuleType,
    inputs: Mapping[str, Array],
    expected: Mapping[str, Array],
    most: int = 3,
) -> Comparison:
    """A TFLite file, run by the interpreter on single examples, against outputs that are known."""
    names = [tensor.name for tensor in module.INPUTS]
    adapted = module.adapt_inputs(dict(inputs))
    arrays = dict(zip(names, [adapted] if len(names) == 1 else adapted, strict=True))
    rows: list[dict[str, Array]] = []
    for index in range(min(most, len(arrays[names[0]]))):
        outputs = runtime.run_tflite(data, {name: array[index : index + 1] for name, array in arrays.items()})
        restored = module.restore_outputs(outputs if len(module.OUTPUTS) > 1 else next(iter(outputs.values())))
        rows.append(named(module, restored))
    found = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return compare(what, found, {name: one[: len(rows)] for name, one in expected.items()})
