"""What is known of a spec, and what its keras build is, held against the oracle: facts beside the computed values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, TypeAlias, cast

from specc.analysis.costs import costs, weights_of
from specc.emit import runtime
from specc.emit.expected import Expected
from specc.emit.naming import layer_name
from specc.ir.graph import OUT
from specc.ops import _registry as registry

_Weights: TypeAlias = list[tuple[str, tuple[int, ...], bool]]  # name, shape, whether it is trained
_ONE_KERNEL = ("Conv1D", "Conv2D", "Conv3D", "Dense", "DepthwiseConv1D", "DepthwiseConv2D")
_NAMES = ("build_config", "name", "registered_name", "shared_object_id")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A fact about a build that is not as the spec says, and the node it is about, if it is about one."""

    message: str
    node: str | None = None


def contradictions(expected: Expected, module: ModuleType, model: Any) -> list[Contradiction]:
    """What is known of the spec, and what the keras build is, held against the oracle."""
    return [
        *_contract(expected, module, model),
        *_types(expected),
        *_settings(expected, model),
        *_weights(expected, model),
        *_calls(expected, model),
        *_costs(expected),
    ]


def _contract(expected: Expected, module: ModuleType, model: Any) -> Iterator[Contradiction]:
    """Inputs and outputs: names, order, shapes and dtypes."""
    document = expected.oracle.document
    declared = {name: document.declared_input(name) for name in document.inputs}
    found = {one.name: (one.logical, one.dtype) for one in module.INPUTS}
    if list(found) != list(declared) or [tensor.name for tensor in model.inputs] != list(declared):
        yield Contradiction(f"the inputs are {_listed(found)}, expected {_listed(declared)}")
        return
    for tensor, (name, (sizes, dtype)) in zip(model.inputs, declared.items(), strict=True):
        if str(tensor.dtype) != dtype:
            yield Contradiction(f"the model takes input `{name}` as {tensor.dtype}, expected {dtype}")
        shape = tuple(found[name][0])
        fits = len(shape) == len(sizes) and all(
            size == one if isinstance(one, int) else size in (None, expected.subject.overrides.get(one))
            for size, one in zip(shape, sizes, strict=True)
        )
        if not fits or found[name][1] != dtype:
            yield Contradiction(f"input `{name}` is {list(shape)} {found[name][1]}, expected {list(sizes)} {dtype}")
    names = [one.name for one in module.OUTPUTS]
    if names != list(expected.run.outputs):
        yield Contradiction(f"the outputs are {_listed(names)}, expected {_listed(expected.run.outputs)}")


def _types(expected: Expected) -> Iterator[Contradiction]:
    """The inferred shape and dtype of every value."""
    for node in expected.subject.graph.nodes:
        calls = expected.run.values.get(node.name)
        if calls is None:
            yield Contradiction(f"`{node.name}` is computed, and no output needs it", node.name)
            continue
        for port in registry.get(node.op).ports(node.attributes):
            kind = expected.trial.types[node.name, port]
            value = node.name if port == OUT else f"{node.name}.{port}"
            arrays = [results[port] for results in calls if port in results]
            if len(arrays) < len(calls):
                yield Contradiction(f"the layer of `{node.name}` has no result `{port}`", node.name)
            for shape, dtype in {(one.shape[1:], str(one.dtype)) for one in arrays} - {(kind.shape, kind.dtype)}:
                message = f"`{value}` is taken for {list(kind.shape)} {kind.dtype}, and is {list(shape)} {dtype}"
                yield Contradiction(message, node.name)


def _settings(expected: Expected, model: Any) -> Iterator[Contradiction]:
    """The arguments of each layer, those that matter in training only among them: rates, seeds, penalties."""
    built = {layer.name: layer for layer in model.layers}
    for path, layer in expected.run.layers.items():
        other = built.get(layer_name(path))
        if other is None:
            continue
        wanted, found = _comparable(layer.get_config()), _comparable(other.get_config())
        for key in [*wanted, *(key for key in found if key not in wanted)]:
            if wanted.get(key) != found.get(key):
                message = f"the layer `{path}` has `{key}` {found.get(key)!r}, expected {wanted.get(key)!r}"
                yield Contradiction(message, path)


def _comparable(config: Any) -> Any:
    """A configuration without the names that Keras gives to inner layers, and without what it notes beside it."""
    if isinstance(config, dict):
        entries = cast("dict[str, Any]", config).items()
        return {key: _comparable(one) for key, one in entries if key not in _NAMES}
    if isinstance(config, (list, tuple)):
        return [_comparable(one) for one in cast("list[Any]", config)]
    return config


def _weights(expected: Expected, model: Any) -> Iterator[Contradiction]:
    """Every stored tensor: its name, shape, and whether it is trained; and how many numbers they are."""
    graph, types = expected.subject.graph, expected.trial.types
    built = {layer.name: _stored(layer) for layer in model.layers}
    layers = expected.run.layers
    for layer, node in graph.layers().items():
        if layer not in layers:
            continue
        wanted = _stored(layers[layer])
        known = [(one.name.rpartition("/")[2], one.shape, one.trainable) for one in weights_of(node, types)]
        for what, found in (("taken for", known), ("stored as", built.get(layer_name(layer), []))):
            if found != wanted:
                message = f"the weights of `{layer}` are {what} {_shown(found)}, expected {_shown(wanted)}"
                yield Contradiction(message, layer)
    names = {layer_name(path) for path in layers}
    for layer in model.layers:
        if layer.weights and layer.name not in names:
            yield Contradiction(f"the model has a layer `{layer.name}` with weights, which the spec has not")
    wanted = sum(layer.count_params() for layer in layers.values())
    counted, stored = costs(graph, types).parameters, model.count_params()
    if not wanted == counted == stored:
        yield Contradiction(f"{counted:,} parameters are counted and {stored:,} stored, expected {wanted:,}")


def _calls(expected: Expected, model: Any) -> Iterator[Contradiction]:
    """How often each layer is applied."""
    found = {name: len(results) for name, results in runtime.calls(model).items()}
    needed: Counter[str] = Counter()
    for node in expected.subject.graph.nodes:
        needed[node.layer] += len(expected.run.values.get(node.name, ()))
    for layer, count in needed.items():
        if found.get(layer_name(layer), 0) != count:
            message = f"the layer `{layer}` is applied {found.get(layer_name(layer), 0)} times, expected {count}"
            yield Contradiction(message, layer)


def _costs(expected: Expected) -> Iterator[Contradiction]:
    """How often each node is computed, and the multiply-accumulates of those that apply one kernel everywhere."""
    for row in costs(expected.subject.graph, expected.trial.types).rows:
        name, results = row.node.name, expected.run.values.get(row.node.name)
        if results is None or row.node.op == "Input":
            continue
        if row.calls != len(results):
            yield Contradiction(f"`{name}` is counted {row.calls} times, and computed {len(results)} times", name)
        if row.node.op in _ONE_KERNEL:
            result = results[0][OUT]
            positions = result[0].size // result.shape[-1]
            wanted = positions * math.prod(expected.run.layers[row.node.layer].weights[0].shape)
            if row.macs != wanted:
                yield Contradiction(f"`{name}` is counted as {row.macs:,} multiply-accumulates, not {wanted:,}", name)


def _stored(layer: Any) -> _Weights:
    return [(one.name, tuple(one.shape), bool(one.trainable)) for one in layer.weights]


def _shown(weights: _Weights) -> str:
    rows = (f"{name} {list(shape)}{'' if trained else ' (not trained)'}" for name, shape, trained in weights)
    return ", ".join(rows) or "none"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
