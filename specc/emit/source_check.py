"""Emitted code that compares the model whose weights are loaded with the one that gets them.

It runs in the module, without specc, so it knows the source only as a model: it compares what both compute. Which node
differs is found by `same_network`, for `specc build --weights`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final, LiteralString

from specc.analysis.trials import trials
from specc.emit._literals import literal
from specc.emit.code import Code
from specc.emit.naming import layer_name
from specc.emit.probes import INTEGERS, integers_below
from specc.ir import Graph, TensorType
from specc.ir.sizes import is_known
from specc.lowering import Lowered
from specc.source import escape

_ANY_SIZE = 8  # of an axis that the data size, where no trial tells one that the network takes

SAME_NETWORK: Final = '''
def _check_same_network(model: keras.Model, source: keras.Model) -> None:
    """Raises ValueError unless the model computes what the source does, with the same weights on random inputs.

    Compares with the source\'s weights and with random ones, which hide less. The model keeps its own.
    """
    hint = "load the model of this network, or pass allow_different_network=True"
    if not getattr(source, "inputs", None):
        raise ValueError(f"only a functional model can be compared with this network; {hint}")
    fixed = [tensor.shape[0] for tensor in (*model.inputs, *source.inputs) if tensor.shape[0]]
    probes = _probes(fixed[0] if fixed else 4)
    names = [tensor.name for tensor in source.inputs]
    inputs = [probes[name] for name in (names if set(names) == set(probes) else probes)]
    if len(names) != len(inputs) or not all(
        _agree(tuple(tensor.shape[1:]), array.shape[1:]) for tensor, array in zip(source.inputs, inputs, strict=True)
    ):
        shapes = [tuple(tensor.shape[1:]) for tensor in source.inputs]
        raise ValueError(f"the source has inputs of the shapes {shapes}, other than this network; {hint}")
    before = {name: keras.ops.convert_to_numpy(weight) for name, weight in _weights(model).items()}
    try:
        for reference in (source, _randomized(source)):
            _assign(model, _from_reference(_reference(reference)))
            expected = _by_output(reference(inputs if len(inputs) > 1 else inputs[0], training=False))
            found = _by_output(restore_outputs(model(adapt_inputs(probes), training=False)))
            common = [name for name in found if name in expected]
            if not common:
                raise ValueError(f"the source has the outputs {sorted(expected)}, other than this network; {hint}")
            for name in common:
                if not _is_close(found[name], expected[name], model):
                    raise ValueError(f"the source is another network: its output `{name}` has other values; {hint}")
    finally:
        _assign(model, before)


def _randomized(source: keras.Model) -> keras.Model:
    """The same network with random weights."""
    random = np.random.default_rng(0)
    copy = keras.models.clone_model(source)
    for weight in copy.weights:
        fan_in = max(int(np.prod(weight.shape[:-1])), 1)
        values = random.normal(0.0, fan_in**-0.5, tuple(weight.shape))
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.name else values)
    return copy


def _by_output(y: Any) -> dict[str, np.ndarray]:
    """A model\'s outputs by name; those without names are in the order of OUTPUTS."""
    if not isinstance(y, Mapping):
        y = dict(zip([tensor.name for tensor in OUTPUTS], y if isinstance(y, (list, tuple)) else [y], strict=False))
    return {name: np.asarray(keras.ops.convert_to_numpy(array), "float64") for name, array in y.items()}


def _is_close(found: np.ndarray, expected: np.ndarray, model: keras.Model) -> bool:
    """Whether two outputs are equal but for rounding; those that are not finite tell nothing."""
    if found.shape != expected.shape:
        return False
    if not np.isfinite(expected).all():
        return True
    tolerance = 5e-2 if any("16" in layer.compute_dtype for layer in model.layers) else 1e-3
    return bool(np.abs(found - expected).max(initial=0.0) <= tolerance * np.abs(expected).max(initial=1e-6))
'''


def write_probes(lowered: Lowered, code: Code) -> None:
    """The function that gives random inputs, in sizes that the network takes."""
    trial = next(iter(trials(lowered.graph)), None)
    below = integers_below(lowered.graph)
    with code.block("def _probes(count: int) -> dict[str, np.ndarray]:"):
        code.add('"""Random inputs in the spec\'s shapes."""')
        code.add("random = np.random.default_rng(0)")
        with code.block("return {"):
            for name, value in lowered.inputs.items():
                tried = trial.inputs.get(name) if trial is not None else None
                kind = value.logical if all(map(is_known, value.logical.shape)) or tried is None else tried
                code.add(f"{escape.quoted(name)}: {_random(kind, below.get(name, INTEGERS))},")
        code.add("}")


def called_once_a_pass(graph: Graph) -> dict[str, str]:
    """For each parameter that is the passes of a loop, a layer that the loop applies once on every pass."""
    uses = Counter(node.layer for node in graph.nodes)
    found: dict[str, str] = {}
    for loop in graph.loops:
        if loop.passes_param and loop.within is None:
            nodes = (graph.by_name[name] for name in loop.body)
            layers = (one.layer for one in nodes if uses[one.layer] == 1 and one.layer == one.origin.node)
            if layer := next(layers, None):
                found.setdefault(loop.passes_param, layer)
    return found


def write_passes(passes: Mapping[str, str], code: Code) -> None:
    """The function that builds the network with the passes of another model of it, on which weights do not depend."""
    with code.block("def _with_passes_of(source: keras.Model) -> keras.Model:"):
        code.add('"""This network, its loops as long as the source\'s."""')
        code.add('rows: Any = source.get_config().get("layers", []) if getattr(source, "inputs", None) else []')
        code.add(
            'calls = {RENAMED.get(row["name"], row["name"]): len(row.get("inbound_nodes", ())) '
            'for row in rows if "name" in row}'
        )
        arguments: list[LiteralString] = [
            f"{escape.identifier(name)}=max(calls.get({literal(layer_name(layer))}, 1), 1)"
            for name, layer in passes.items()
        ]
        code.add(f"return build_model({', '.join(arguments)})")


def _random(kind: TensorType, below: int) -> LiteralString:
    sizes: list[LiteralString] = [escape.number(size if is_known(size) else _ANY_SIZE) for size in kind.shape]
    shape: LiteralString = f"(count, {', '.join(sizes)})" if sizes else "(count,)"
    if kind.dtype == "bool":
        return f"random.integers(0, 2, {shape}).astype(bool)"
    dtype = literal(kind.dtype)
    if "int" in kind.dtype:
        return f"random.integers(0, {literal(min(below, 100))}, {shape}).astype({dtype})"
    if kind.dtype == "bfloat16":
        return f"keras.ops.cast(random.normal(size={shape}), {dtype})"
    return f"random.normal(size={shape}).astype({dtype})"
