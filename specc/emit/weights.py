"""`load_reference_weights`: the reference build's weights by name, each through the steps its lowering recorded."""

from __future__ import annotations

from typing import Final, LiteralString

from specc.emit._literals import literal
from specc.emit.code import Code
from specc.emit.naming import layer_name, weight_name
from specc.emit.source_check import SAME_NETWORK, called_once_a_pass, write_passes, write_probes
from specc.lowering import Lowered, Pad, Reshape, Slice, WeightSource
from specc.spec import Spec

PLAIN: Final = '''
def _weights(model: keras.Model) -> dict[str, Any]:
    """A model's variables as `layer/weight`."""
    return {f"{layer.name}/{weight.name}": weight for layer in model.layers for weight in layer.weights}
'''

NESTED: Final = '''
def _weights(model: keras.Model) -> dict[str, Any]:
    """A model's variables as `layer/weight`; those of the layers inside a layer as `layer/part/weight`, by PARTS."""
    found: dict[str, Any] = {}
    for layer in model.layers:
        names = PARTS.get(RENAMED.get(layer.name, layer.name)) or [weight.name for weight in layer.weights]
        found |= {f"{layer.name}/{name}": weight for name, weight in zip(names, layer.weights, strict=True)}
    return found
'''

HELPERS: Final = '''
def _opened(source: Any) -> Any:
    """The model of a `.keras` file, or the arrays of an `.npz` file; anything else as it is."""
    if not isinstance(source, (str, Path)):
        return source
    if str(source).endswith(".weights.h5"):
        raise ValueError("`specc build --weights` and `specc.load_model` read `.weights.h5` files by name")
    if Path(source).suffix == ".npz":
        with np.load(source) as file:
            return dict(file)
    return keras.models.load_model(source, compile=False)


def _reference(source: keras.Model | Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The reference build's arrays as `layer/weight`."""
    if isinstance(source, keras.Model):
        source = {name: weight.numpy() for name, weight in _weights(source).items()}
    found: dict[str, np.ndarray] = {}
    for name, array in source.items():
        layer, _, weight = name.partition("/")
        found[f"{RENAMED.get(layer, layer)}/{weight}"] = np.asarray(array)
    for name, shape in REFERENCE.items():
        if name not in found:
            raise ValueError(f"the reference has no weight `{name}`")
        if found[name].shape != shape:
            raise ValueError(f"weight `{name}` of the reference: expected shape {shape}, found {found[name].shape}")
    return found


def _assign(model: keras.Model, arrays: Mapping[str, np.ndarray]) -> None:
    weights = _weights(model)
    for name, weight in weights.items():
        if name not in arrays:
            raise ValueError(f"no values for the weight `{name}`")
        if tuple(weight.shape) != arrays[name].shape:
            raise ValueError(f"weight `{name}`: expected shape {tuple(weight.shape)}, found {arrays[name].shape}")
    for name, weight in weights.items():
        weight.assign(arrays[name])
'''


def helpers(lowered: Lowered) -> LiteralString:
    """The functions that the emitted `load_reference_weights` calls."""
    return (NESTED if parts(lowered) else PLAIN) + HELPERS + SAME_NETWORK


def parts(lowered: Lowered) -> dict[str, tuple[str, ...]]:
    """The weights of each layer that has layers inside it, in Keras' order: its own names for them are not unique."""
    names: dict[str, dict[str, None]] = {}
    for one in (*lowered.reference, *lowered.weights):
        names.setdefault(layer_name(one.layer), {})[one.weight] = None
    return {layer: tuple(found) for layer, found in names.items() if any("/" in name for name in found)}


def write_weights(spec: Spec, lowered: Lowered, code: Code) -> None:
    """The function, and what it takes from the reference build."""
    passes = called_once_a_pass(lowered.graph)
    with code.block(
        "def load_reference_weights(model: keras.Model, source: keras.Model | str | Path | Mapping[str, Any], *, "
        "allow_different_network: bool = False) -> None:"
    ):
        code.add('"""Sets the model\'s weights to those of the reference (keras) build, matched by name.')
        code.add()
        code.add(
            "`source` is that model, its `.keras` file, or its arrays by `layer/weight` (a mapping or an `.npz` file)."
        )
        code.add("A model has to compute what this network computes, unless `allow_different_network`; of arrays, only")
        code.add("names and shapes can be checked.")
        code.add()
        code.add("Raises ValueError where something does not fit; the model is then left as it was.")
        code.add('"""')
        code.add("source = _opened(source)")
        code.add("arrays = _from_reference(_reference(source))")
        with code.block("if isinstance(source, keras.Model) and not allow_different_network:"):
            code.add(f"_check_same_network({'_with_passes_of(source)' if passes else 'model'}, source)")
        code.add("_assign(model, arrays)")
    code.add()
    with code.block("def _from_reference(reference: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:"):
        code.add('"""This build\'s arrays, from those of the reference build."""')
        with code.block("return {"):
            for one in lowered.weights:
                code.add(f"{literal(weight_name(one))}: {_expression(one.source)},")
        code.add("}")
    code.add()
    if passes:
        write_passes(passes, code)
        code.add()
    write_probes(lowered, code)


def renamed(spec: Spec) -> LiteralString:
    return literal({layer_name(move.old): layer_name(move.new) for move in spec.moved})


def reference(lowered: Lowered) -> LiteralString:
    """The shape of each weight that is asked of the reference build, by `layer/weight`."""
    return literal({weight_name(one.source): one.source.shape for one in lowered.weights})


def _expression(source: WeightSource) -> LiteralString:
    text = f"reference[{literal(weight_name(source))}]"
    for step in source.steps:
        match step:
            case Reshape(shape):
                text += f".reshape{literal(shape)}"
            case Slice(axis, start, stop):
                text += "[" + ":, " * axis + f"{literal(start)}:{literal(stop)}]"
            case Pad(amounts):
                text = f"np.pad({text}, {literal(amounts)})"
    return text
