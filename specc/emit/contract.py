"""The data contract of an emitted module: what goes in and comes out, logical and physical, and the checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, LiteralString

from specc.emit._literals import literal
from specc.emit.code import Code
from specc.ir.sizes import is_known
from specc.lowering import Lowered, Value
from specc.lowering._objectives import SPARSE
from specc.ops._keras_objects import KerasObject
from specc.spec import Spec

TENSOR: Final = '''
class Tensor(NamedTuple):
    """One tensor of the data contract. Shapes leave out the batch axis; a size of None is the data's."""

    name: str
    logical: tuple[int | None, ...]  # the shape in the spec
    physical: tuple[int | None, ...]  # the shape this model accepts or returns
    dtype: str
    activation: str = "linear"  # not applied yet: the model returns logits where it is not linear
    bounds: tuple[float, float] | None = None  # the smallest and largest label that the loss accepts
'''

_VIEWS_FIELD: Final = """    # reshapes, each with the order of its axes (from 1), applied in the direction of the data
    views: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = ()
"""

# What a contract with views does in another way, and the functions for that
_WITH_VIEWS: Final[tuple[tuple[LiteralString, LiteralString], ...]] = (
    (
        """        array = _reshaped(_checked("output", value, tensor, tensor.physical), tensor.logical)
        if tensor.activation != "linear":
""",
        """        array = _checked("output", value, tensor, tensor.physical)
        if tensor.activation != "linear":
            array = _reshaped(array, tensor.views[0][0] if tensor.views else tensor.logical)
""",
    ),
    (
        """        arrays.append(array)
    return arrays[0] if len(OUTPUTS)""",
        """        arrays.append(_viewed(array, tensor, tensor.logical))
    return arrays[0] if len(OUTPUTS)""",
    ),
    (
        """    return _reshaped(_checked(what, value, tensor, tensor.logical), tensor.physical)
""",
        """    array = _checked(what, value, tensor, tensor.logical)
    return (_viewed if what == "input" else _unviewed)(array, tensor, tensor.physical)


def _viewed(array: Any, tensor: Tensor, shape: tuple[int | None, ...]) -> Any:
    for viewed, order in tensor.views:
        array = _transposed(_reshaped(array, viewed), order)
    return _reshaped(array, shape)


def _unviewed(array: Any, tensor: Tensor, shape: tuple[int | None, ...]) -> Any:
    for viewed, order in reversed(tensor.views):
        array = _reshaped(array, tuple(viewed[axis - 1] for axis in order))
        array = _transposed(array, tuple(order.index(axis) + 1 for axis in range(1, len(order) + 1)))
    return _reshaped(array, shape)


def _transposed(array: Any, order: tuple[int, ...]) -> Any:
    transposed = _library(array).transpose(array, (0, *order))
    if hasattr(array, "_keras_logits"):
        transposed._keras_logits = _transposed(array._keras_logits, order)
    return transposed
""",
    ),
    (
        "and not (_agree(found, positions) or _agree(found, tensor.logical[:-1])):",
        "and (tensor.views or not (_agree(found, positions) or _agree(found, tensor.logical[:-1]))):",
    ),
)

_ADAPT: Final = '''
def adapt_inputs(x: Any) -> Any:
    """Reshape data from the spec's shapes to this model's: an array, or a list of them in the order of INPUTS.

    Accepts an array, a list or a dict by name, each with the batch axis first; tensors stay tensors, symbolic ones
    included. Raises ValueError on any other shape.
    """
    arrays = [_adapt("input", value, tensor) for value, tensor in zip(_each(x, INPUTS), INPUTS, strict=True)]
    return arrays[0] if len(INPUTS) == 1 else arrays


@TARGETS@def restore_outputs(y: Any) -> Any:
    """Reshape the model's outputs to the spec's shapes; apply activations that the target leaves to the caller.

    Arrays stay arrays and tensors stay tensors, so that gradients pass through.
    """
    arrays = []
    for value, tensor in zip(_each(y, OUTPUTS), OUTPUTS, strict=True):
        array = _reshaped(_checked("output", value, tensor, tensor.physical), tensor.logical)
        if tensor.activation != "linear":
            activated = keras.activations.get(tensor.activation)(array)
            array = keras.ops.convert_to_numpy(activated) if isinstance(array, np.ndarray) else activated
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


def _adapt(what: str, value: Any, tensor: Tensor) -> Any:
    return _reshaped(_checked(what, value, tensor, tensor.logical), tensor.physical)


def _library(array: Any) -> Any:
    """The library that reshapes and casts an array: TensorFlow within tf.data, whatever Keras' own backend is."""
    if type(array).__module__.startswith("tensorflow"):
        return sys.modules["tensorflow"]
    return keras.ops if keras.ops.is_tensor(array) or isinstance(array, keras.KerasTensor) else np


def _reshaped(array: Any, shape: tuple[int | None, ...]) -> Any:
    """The array in another shape of the contract. It keeps its batch axis, so another number of elements fails."""
    if None in shape or tuple(array.shape[1:]) == shape:
        return array
    library = _library(array)
    batch = array.shape[0] if array.shape[0] is not None else library.shape(array)[0]
    reshaped = library.reshape(array, (batch, *shape))
    if hasattr(array, "_keras_logits"):  # from which Keras computes cross-entropies exactly
        reshaped._keras_logits = _reshaped(array._keras_logits, shape)
    return reshaped


def _checked(what: str, value: Any, tensor: Tensor, shape: tuple[int | None, ...]) -> Any:
    """The value as an array or tensor of the contract's dtype; a size that is not known yet is not checked."""
    array = np.asarray(value) if _library(value) is np else value
    dtype = str(getattr(array.dtype, "name", array.dtype)).rpartition(".")[2]
    if not dtype.startswith(("float", "bfloat", "int", "uint", "bool")):
        raise ValueError(f"{what} `{tensor.name}`: expected numbers, found dtype {dtype}")
    if getattr(array.shape, "rank", 0) is None:
        raise ValueError(f"{what} `{tensor.name}`: its number of axes is unknown; give the dataset an output_signature")
    found, is_whole = tuple(array.shape), tensor.dtype.startswith(("int", "uint"))
    if shape in ((), (1,)) and found[1:] in ((), (1,)) and found:
        array = _reshaped(array, shape)  # a column may come flat
    sizes = tuple(array.shape[1:])
    if not found or not _agree(sizes, shape):
        expected = ", ".join(["batch", *map(str, shape)])
        message = f"{what} `{tensor.name}`: expected an array of shape ({expected}), found {found}"
        if found == shape:
            message += "; the batch axis is missing: array[np.newaxis]"
        elif [n for n in found[1:] if n != 1] == [n for n in shape if n != 1]:
            message += f"; its axes of 1 would broadcast: array.reshape({(-1, *shape)})"
        elif what == "target" and is_whole and found[1:-1] == shape:
            message += "; the loss expects class numbers: pass one-hot labels as array.argmax(axis=-1)"
        elif what == "target" and found[1:] == shape[:-1]:
            message += f"; pass class numbers as one-hot labels: keras.utils.to_categorical(array, {shape[-1]})"
        raise ValueError(message)
    if is_whole and "float" in dtype:
        raise ValueError(f"{what} `{tensor.name}`: expected {tensor.dtype}, found {dtype}; round it and cast it")
    if what == "target" and tensor.bounds and isinstance(array, np.ndarray) and array.size:
        (least, most), (low, high) = (array.min(), array.max()), tensor.bounds
        if not low <= least <= most <= high:
            raise ValueError(f"target `{tensor.name}`: expected labels from {low} to {high}, found {least} to {most}")
    if _library(array) is np:
        return array.astype(tensor.dtype, copy=False)
    return _library(array).cast(array, tensor.dtype)


def _agree(one: Any, other: Any) -> bool:
    """Whether two shapes are the same, as far as is known before the data are there."""
    return len(one) == len(other) and all(None in pair or pair[0] == pair[1] for pair in zip(one, other, strict=True))
'''

_TARGETS: Final = '''
def adapt_targets(y: Any) -> Any:
    """Reshape labels from the spec's shapes to those of this model's outputs. Raises ValueError on any other shape."""
    arrays = [_adapt("target", value, tensor) for value, tensor in zip(_each(y, TARGETS), TARGETS, strict=True)]
    return arrays[0] if len(TARGETS) == 1 else {t.name: a for t, a in zip(TARGETS, arrays, strict=True)}


'''

_SOME_TARGETS: Final = '''
def adapt_targets(y: Any) -> Any:
    """Reshape labels from the spec's shapes to those of this model's outputs. Raises ValueError on any other shape.

    Outputs without a loss or metric need no labels. Keras wants an array for each output, and gets another's there.
    """
    names, trained = [tensor.name for tensor in OUTPUTS], {tensor.name for tensor in TARGETS}
    if isinstance(y, (list, tuple)) and len(y) == len(names):
        y = dict(zip(names, y, strict=True))
    if isinstance(y, Mapping):
        y = {name: value for name, value in y.items() if name in trained or name not in names}
    arrays = [_adapt("target", value, tensor) for value, tensor in zip(_each(y, TARGETS), TARGETS, strict=True)]
    labels = {tensor.name: array for tensor, array in zip(TARGETS, arrays, strict=True)}
    return {name: labels.get(name, arrays[0]) for name in names}


'''

_BATCH: Final = '''

def adapt_sample_weight(sample_weight: Any) -> Any:
    """Reshape sample weights, one for each example or position of an output, so that they line up with the losses.

    Accepts an array for all outputs, or a dict by output.
    """
    given = sample_weight if isinstance(sample_weight, Mapping) else {t.name: sample_weight for t in OUTPUTS}
    weights: dict[str, Any] = {}
    for tensor in OUTPUTS:
        value = given[tensor.name if tensor.name in given else next(iter(given))]
        array = np.asarray(value) if _library(value) is np else value
        found, positions = tuple(array.shape[1:]), tensor.physical[:-1]
        ones = (1,) * len(positions)
        if found not in ((), (1,), ones) and not (_agree(found, positions) or _agree(found, tensor.logical[:-1])):
            shape = ", ".join(["batch", *map(str, found)])
            raise ValueError(f"sample weights of shape ({shape}) would broadcast; give one for each example: (batch,)")
        weights[tensor.name] = _reshaped(array, ones if found in ((), (1,), ones) else positions)
    return weights if len(OUTPUTS) > 1 else weights[OUTPUTS[0].name]


def adapt_batch(*batch: Any) -> Any:
    """Adapt `(x, y)` or `(x, y, sample_weight)`: `dataset.map(adapt_batch)` adapts a tf.data.Dataset of batches."""
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch[0] if len(batch) == 1 else batch)
    inputs = adapt_inputs(x)
    return keras.utils.pack_x_y_sample_weight(
        tuple(inputs) if isinstance(inputs, list) else inputs,
        None if y is None else adapt_targets(y),
        None if sample_weight is None else adapt_sample_weight(sample_weight),
    )
'''


def write_contract(spec: Spec, lowered: Lowered, code: Code) -> None:
    """INPUTS, OUTPUTS and TARGETS; `helpers` are the functions that hold arrays against them."""
    inputs: list[LiteralString] = [_tensor(name, value) for name, value in lowered.inputs.items()]
    _tensors(code, "INPUTS", inputs)
    outputs: list[LiteralString] = [_tensor(name, value) for name, value in lowered.outputs.items()]
    _tensors(code, "OUTPUTS", outputs)
    targets: list[LiteralString] = [
        _target(name, value, spec.training.losses.get(name) if spec.training else None)
        for name, value in lowered.outputs.items()
        if name in _labelled(spec, lowered)
    ]
    if targets == outputs:
        code.add("TARGETS = OUTPUTS")
    else:
        _tensors(code, "TARGETS", targets, "labels, which are class numbers where the loss is sparse")


def has_views(lowered: Lowered) -> bool:
    """Whether the caller transposes something."""
    return any(one.views for one in (*lowered.inputs.values(), *lowered.outputs.values()))


def tensor_class(lowered: Lowered) -> LiteralString:
    """The class of the contract's rows."""
    return TENSOR + _VIEWS_FIELD if has_views(lowered) else TENSOR


def helpers(spec: Spec, lowered: Lowered) -> LiteralString:
    """The functions of the contract: only those that this module needs."""
    targets = _TARGETS if len(_labelled(spec, lowered)) == len(lowered.outputs) else _SOME_TARGETS
    text = _ADAPT.replace("@TARGETS@", targets.lstrip("\n")) + (_BATCH if spec.training is not None else "")
    for plain, viewed in _WITH_VIEWS if has_views(lowered) else ():
        text = text.replace(plain, viewed)
    return text


def _labelled(spec: Spec, lowered: Lowered) -> list[str]:
    """The outputs that need labels: those with a loss or a metric, and all of a spec without training."""
    if spec.training is None:
        return list(lowered.outputs)
    return [name for name in lowered.outputs if name in spec.training.losses or spec.training.metrics.get(name)]


def _tensors(code: Code, name: LiteralString, rows: Sequence[LiteralString], comment: str = "") -> None:
    if comment:
        code.comment(comment)
    code.add(f"{name} = ({', '.join(rows)},)")


def _tensor(name: str, value: Value) -> LiteralString:
    logical, physical = literal(value.logical.shape), literal(value.type.shape)
    activation = f", {literal(value.host)}" if value.host else ""
    return f"Tensor({literal(name)}, {logical}, {physical}, {literal(value.type.dtype)}{activation}{_views(value)})"


def _views(value: Value) -> LiteralString:
    if not value.views:
        return ""
    return f", views={literal(tuple((one.shape, one.order) for one in value.views))}"


def _target(name: str, value: Value, loss: KerasObject | None) -> LiteralString:
    """Labels of an output's shape; of a sparse loss, a class number for each position."""
    if loss is None or (loss.name not in SPARSE and not loss.name.endswith("Crossentropy")):
        return _tensor(name, value)
    logical, physical, dtype, bounds = value.logical.shape, value.type.shape, value.type.dtype, ""
    if loss.name in SPARSE:
        high, ignored = logical[-1] - 1, loss.argument("ignore_class")
        logical, physical, dtype = logical[:-1], physical[:-1], "int32"
        if loss.name != "Circle" and is_known(high):  # Circle compares classes, of any number
            bounds = f", bounds={literal((min(0, ignored or 0), max(high, ignored or 0)))}"
    else:
        bounds = f", bounds=(0, 1){_views(value)}"
    return f"Tensor({literal(name)}, {literal(logical)}, {literal(physical)}, {literal(dtype)}{bounds})"
