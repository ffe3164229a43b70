"""The data contract of an emitted module: what goes in and comes out, logical and physical, and the checks."""

from __future__ import annotations

from specc.emit._literals import literal
from specc.emit.code import Code
from specc.lowering import Lowered, Value
from specc.spec import Spec

SPARSE = ("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy", "Circle")  # losses of class numbers

TENSOR = '''
class Tensor(NamedTuple):
    """One tensor of the data contract. Shapes leave out the batch axis; a size of None is the data's."""

    name: str
    logical: tuple[int | None, ...]  # the shape the spec speaks of
    physical: tuple[int | None, ...]  # the shape this model takes or gives
    dtype: str
    activation: str = "linear"  # what is still to be applied: the model gives logits where it is not linear
'''

ADAPT = '''
def adapt_inputs(x: Any) -> Any:
    """Data in the spec's shapes, laid out as this model takes it: an array, or a list of them in the order of INPUTS.

    Takes an array, a list or a dict by name, each with the batch axis first. Raises ValueError on any other shape.
    """
    arrays = [_adapt("input", value, tensor) for value, tensor in zip(_each(x, INPUTS), INPUTS, strict=True)]
    return arrays[0] if len(INPUTS) == 1 else arrays


def adapt_targets(y: Any) -> Any:
    """Labels in the spec's shapes, laid out as this model's outputs are. Raises ValueError on any other shape."""
    arrays = [_adapt("target", value, tensor) for value, tensor in zip(_each(y, TARGETS), TARGETS, strict=True)]
    return arrays[0] if len(TARGETS) == 1 else {t.name: a for t, a in zip(TARGETS, arrays, strict=True)}


def restore_outputs(y: Any) -> Any:
    """What the model gave, in the spec's shapes, with the activations applied that the target leaves to the caller."""
    arrays = []
    for value, tensor in zip(_each(y, OUTPUTS), OUTPUTS, strict=True):
        array = _checked("output", value, tensor, tensor.physical)
        array = _laid_out(array, tensor, tensor.logical)
        if tensor.activation != "linear":
            array = keras.ops.convert_to_numpy(keras.activations.get(tensor.activation)(array))
        arrays.append(array)
    return arrays[0] if len(OUTPUTS) == 1 else {t.name: a for t, a in zip(OUTPUTS, arrays, strict=True)}


def _each(data: Any, tensors: tuple[Tensor, ...]) -> list[Any]:
    """One array for each tensor of the contract, from an array, a list or a dict."""
    names = [tensor.name for tensor in tensors]
    if isinstance(data, Mapping):
        if set(data) != set(names):
            raise ValueError(f"expected arrays for {names}, found {sorted(data)}")
        return [data[name] for name in names]
    if len(tensors) == 1 and not (isinstance(data, (list, tuple)) and len(data) == 1 and hasattr(data[0], "shape")):
        return [data]
    if not isinstance(data, (list, tuple)) or len(data) != len(tensors):
        raise ValueError(f"expected {len(tensors)} arrays, for {names}, as a list or a dict by name")
    return list(data)


def _adapt(what: str, value: Any, tensor: Tensor) -> np.ndarray:
    return _laid_out(_checked(what, value, tensor, tensor.logical), tensor, tensor.physical)


def _laid_out(array: np.ndarray, tensor: Tensor, shape: tuple[int | None, ...]) -> np.ndarray:
    """The array in another shape of the contract. Where the two differ, all sizes are known."""
    if tensor.logical == tensor.physical:
        return array
    return array.reshape(-1, *(size for size in shape if size is not None))


def _checked(what: str, value: Any, tensor: Tensor, shape: tuple[int | None, ...]) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{what} `{tensor.name}`: expected numbers, found dtype {array.dtype}")
    if array.dtype.kind == "f" and np.dtype(tensor.dtype).kind in "iu":
        raise ValueError(f"{what} `{tensor.name}`: expected {tensor.dtype}, found {array.dtype}")
    if shape in ((), (1,)) and array.shape[1:] in ((), (1,)) and array.ndim:
        array = array.reshape((-1, 1) if shape else (-1,))  # a column may come flat
    sizes = array.shape[1:]
    fits = len(sizes) == len(shape) and all(size in (None, found) for found, size in zip(sizes, shape, strict=True))
    if array.ndim == 0 or not fits:
        expected = ", ".join(["batch", *map(str, shape)])
        message = f"{what} `{tensor.name}`: expected an array of shape ({expected}), found {array.shape}"
        if array.shape == shape:
            message += "; the batch axis is missing: array[np.newaxis]"
        elif [n for n in array.shape[1:] if n != 1] == [n for n in shape if n != 1]:
            message += f"; its axes of 1 would broadcast: array.reshape({(-1, *shape)})"
        raise ValueError(message)
    return array.astype(tensor.dtype, copy=False)
'''


def write_contract(spec: Spec, lowered: Lowered, code: Code) -> None:
    """INPUTS, OUTPUTS and TARGETS, and the functions that hold arrays against them."""
    _tensors(code, "INPUTS", [_tensor(name, value) for name, value in lowered.inputs.items()])
    _tensors(code, "OUTPUTS", [_tensor(name, value) for name, value in lowered.outputs.items()])
    losses = spec.training.losses if spec.training else {}
    sparse = {name for name, loss in losses.items() if loss.name in SPARSE}
    if not sparse:
        code.add("TARGETS = OUTPUTS")
    else:
        targets = [
            _target(name, value) if name in sparse else _tensor(name, value) for name, value in lowered.outputs.items()
        ]
        _tensors(code, "TARGETS", targets, "labels are class numbers where the loss is sparse")


def _tensors(code: Code, name: str, rows: list[str], comment: str = "") -> None:
    if comment:
        code.comment(comment)
    code.add(f"{name} = ({', '.join(rows)},)")


def _tensor(name: str, value: Value) -> str:
    logical, physical = literal(value.logical.shape), literal(value.type.shape)
    activation = f", {value.host!r}" if value.host else ""
    return f"Tensor({name!r}, {logical}, {physical}, {value.type.dtype!r}{activation})"


def _target(name: str, value: Value) -> str:
    """A class number for each position: the output's shape without its last axis."""
    return f"Tensor({name!r}, {literal(value.logical.shape[:-1])}, {literal(value.type.shape[:-1])}, 'int32')"
