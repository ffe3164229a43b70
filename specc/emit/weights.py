"""`load_reference_weights`: the reference build's weights by name, each through the steps its lowering recorded."""

from __future__ import annotations

from specc.emit._literals import literal
from specc.emit.code import Code
from specc.lowering import Lowered, Pad, Reshape, Slice, WeightSource
from specc.spec import Spec

HELPERS = '''
def _weights(model: keras.Model) -> dict[str, Any]:
    """A model's variables as `layer/weight`."""
    return {f"{layer.name}/{weight.name}": weight for layer in model.layers for weight in layer.weights}


def _reference(source: keras.Model | str | Path | Mapping[str, Any]) -> dict[str, np.ndarray]:
    """The reference build's arrays as `layer/weight`, from a model, a `.keras` or `.npz` file, or a mapping."""
    if isinstance(source, (str, Path)):
        path = Path(source)
        source = dict(np.load(path)) if path.suffix == ".npz" else keras.models.load_model(path, compile=False)
    if isinstance(source, keras.Model):
        source = {name: weight.numpy() for name, weight in _weights(source).items()}
    found = {}
    for name, array in source.items():
        layer, _, weight = name.partition("/")
        found[f"{RENAMED.get(layer, layer)}/{weight}"] = np.asarray(array)
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


def write_weights(spec: Spec, lowered: Lowered, code: Code) -> None:
    """The renames of the spec, the helpers, and the function."""
    with code.block("def load_reference_weights(model: keras.Model, source: keras.Model | str | Path | Mapping[str, Any]) -> None:"):
        code.add('"""Sets the model\'s weights to those of the reference (keras) build, matched by name.')
        code.add()
        code.add("`source` is that model, its `.keras` file, or its arrays by `layer/weight` (a mapping or an `.npz` file).")
        code.add("Raises ValueError where a weight is missing or has another shape; the model is then left as it was.")
        code.add('"""')
        sources = {f"{one.source.layer}/{one.source.weight}": None for one in lowered.weights}
        code.add("reference = _reference(source)")
        code.add(f"missing = sorted({{{', '.join(map(repr, sources))}}} - set(reference))" if sources else "missing: list[str] = []")
        with code.block("if missing:"):
            code.add('raise ValueError(f"the reference has no weights named {missing}")')
        with code.block("arrays = {"):
            for one in lowered.weights:
                code.add(f"{f'{one.layer}/{one.weight}'!r}: {_expression(one.source)},")
        code.add("}")
        code.add("_assign(model, arrays)")


def renamed(spec: Spec) -> str:
    return "{" + ", ".join(f"{move.old!r}: {move.new!r}" for move in spec.moved) + "}"


def _expression(source: WeightSource) -> str:
    text = f"reference[{f'{source.layer}/{source.weight}'!r}]"
    for step in source.steps:
        match step:
            case Reshape(shape):
                text += f".reshape{literal(shape)}"
            case Slice(axis, start, stop):
                text += "[" + ":, " * axis + f"{start}:{stop}]"
            case Pad(amounts):
                text = f"np.pad({text}, {literal(amounts)})"
    return text
