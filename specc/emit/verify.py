"""Proves a build equal to the reference: the same random weights in both, the same probes, outputs compared.

The emitted modules themselves are run, so that what is proven is what is written. A failure names the first node, in
the order of computation, whose value differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from specc.emit import runtime
from specc.emit.naming import layer_name
from specc.emit.probes import batch_size, integers_below, probes
from specc.emit.runtime import Array
from specc.ir import Graph, TensorType, topology
from specc.ir.graph import OUT
from specc.lowering import Lowered

TOLERANCE = 1e-4  # of the largest absolute value of an output: single precision over many layers
NODE_TOLERANCE = 1e-3  # of the largest value of a node: a difference of near equals loses digits that outputs keep
_MOST_TENSORS = 2000  # inner values compared; the first passes of a loop tell what the others would
_SEEDS = 5
_GAINS = (1.0, 0.5, 0.1, 0.01)
_HUGE = 1e6


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest difference of one output, as a share of the output's largest value."""

    output: str
    error: float

    @property
    def ok(self) -> bool:
        return self.error <= TOLERANCE  # a NaN is not


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first of the user's nodes whose value differs, at which pass (1 where it is computed once), by how much."""

    node: str
    call: int
    error: float


@dataclass(frozen=True)
class Comparison:
    """The verdict on one pair of builds."""

    what: str
    differences: tuple[Difference, ...]
    examples: int
    first: Divergence | None = None

    @property
    def ok(self) -> bool:
        return self.first is None and all(one.ok for one in self.differences)

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
    verdict = compare(what, run(module, model, reference.inputs), reference.outputs)
    first = first_divergence(reference, module, model, graph, lowered)
    return Comparison(verdict.what, verdict.differences, verdict.examples, first)


def first_divergence(
    reference: Prepared, module: ModuleType, model: Any, graph: Graph, lowered: Lowered
) -> Divergence | None:
    """Compares node by node, in schedule order and pass by pass, what both builds compute, and how often."""
    ours, theirs = _Calls(reference.model, graph), _Calls(model, lowered.graph)
    pairs: list[tuple[str, int, Any, list[Any]]] = []
    for name in topology.flat_order(graph):
        value = lowered.values.get((name, OUT))
        if graph.by_name[name].op == "Input" or value is None or value.host or value.views:
            continue
        one, other = ours.of(name), theirs.parts(value.operand.value)
        if other is None:
            continue
        inner = theirs.passes(value.operand.value) // ours.passes(name)
        if inner > 1:  # a value of a loop's last pass, which a node after the loop stands for
            other = other[inner - 1 :: inner]
        if len(one) != len(other):
            return Divergence(name, min(len(one), len(other)) + 1, float("inf"))
        pairs += [(name, call, a, b) for call, (a, b) in enumerate(zip(one, other, strict=True), start=1)]
    pairs = sorted(pairs, key=lambda pair: pair[1])[:_MOST_TENSORS]  # pass by pass, each in its order
    if not pairs:
        return None
    data = dict(reference.inputs)
    expected = runtime.intermediate(reference.model, [a for _, _, a, _ in pairs], reference.module.adapt_inputs(data))
    tensors = [part for _, _, _, parts in pairs for part in parts]
    found = iter(runtime.intermediate(model, tensors, module.adapt_inputs(data)))
    for (name, call, _, parts), one in zip(pairs, expected, strict=True):
        arrays = [next(found) for _ in parts]
        other = np.concatenate(arrays, axis=1) if len(arrays) > 1 else arrays[0]
        error = scaled_error(other.reshape(one.shape) if other.size == one.size else other, one)
        if not error <= NODE_TOLERANCE:
            return Divergence(name, call, error)
    return None


class _Calls:
    """The symbolic results of each node of a model, one for each time it is computed."""

    def __init__(self, model: Any, graph: Graph) -> None:
        self.graph = graph
        self.results = runtime.calls(model)
        self.layer_of: dict[str, str] = {}
        self.nodes_of: dict[str, list[str]] = {}
        for name in topology.flat_order(graph):
            layer = layer_name(graph.by_name[name].layer)
            self.layer_of[name] = layer
            self.nodes_of.setdefault(layer, []).append(name)

    def of(self, name: str) -> list[Any]:
        """A layer that several nodes apply is called by them in turn."""
        layer = self.layer_of[name]
        nodes = self.nodes_of[layer]
        return self.results.get(layer, [])[nodes.index(name) :: len(nodes)]

    def passes(self, value: str) -> int:
        """How often the loops around a node compute it."""
        count, loop = 1, self.graph.loop_of.get(value)
        while loop is not None:
            count *= loop.passes
            loop = self.graph.loops_by_name.get(loop.within or "")
        return count

    def parts(self, value: str) -> list[list[Any]] | None:
        """What a value is made of, for each time it is made; None for what is no node's.

        A lowering may make a node's value by a loop: a collected value has a part for each pass, a state its last one.
        """
        if value in self.graph.by_name:
            return [[one] for one in self.of(value)]
        if value in self.graph.collects:
            loop, collect = self.graph.collects[value]
            source, first = collect.value.value, 0
        elif value in self.graph.states:
            loop, state = self.graph.states[value]
            source, first = state.next.value, -1
        else:
            return None
        if source not in self.graph.by_name:
            return None
        made = self.of(source)
        return [made[at : at + loop.passes][first:] for at in range(0, len(made), loop.passes)]


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
