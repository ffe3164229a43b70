"""Every op against its Keras class: arguments, shapes, dtypes, weights, and what is refused.

Keras' symbolic call is the judge. Where it accepts what specc refuses, the layer is run: it has to fail then, or to
give another shape than was claimed; or the case has to be listed in `STRICTER` with the reason.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from specc.ir.types import FLOATS, INTS, TensorType
from specc.ops import _registry
from specc.ops._attributes import fields_of
from specc.ops._base import Mismatch, OpDef
from specc.ops._keras_objects import ACTIVATION, CONSTRAINT, INITIALIZER, REGULARIZER, KerasObject, ObjectOf
from specc.ops._layers import Inner
from specc.ops._settings import Settings

from ..ops.support import node
from .installed import OPS, has
from .strategies import Case, cases, decode, examples
from .stricter import STRICTER

pytestmark = pytest.mark.keras
ACTIVATIONS = [name for name in ACTIVATION.values if has(f"keras.activations.{name}")]
BY_NAME = pytest.mark.parametrize("op", OPS, ids=[op.name for op in OPS])

EXCLUDED = {
    "self",
    "name",  # the node's name
    "kwargs",
    "dtype",  # which every layer takes, most as one of `kwargs`
    "weights",  # arrays
    "quantization_config",  # a post-training matter of targets
}


def keras() -> Any:
    return importlib.import_module("keras")


@pytest.fixture(autouse=True)
def forget_layers() -> Iterator[None]:
    yield
    keras().backend.clear_session(free_memory=False)


def keras_class(op: OpDef) -> Any:
    return getattr(keras().layers, op.name)


def keras_value(value: Any) -> Any:
    if isinstance(value, KerasObject):
        return getattr(getattr(keras(), value.module), value.name)(**dict(value.arguments))
    if isinstance(value, Inner):
        own = [one for one in fields_of(value.definition.attributes).values() if not one.spec_only]
        given = {one.name: getattr(value.attributes, one.name) for one in own}
        differing = {one.name: given[one.name] for one in own if given[one.name] != one.default}
        return getattr(keras().layers, value.name)(**{name: keras_value(one) for name, one in differing.items()})
    if isinstance(value, tuple) and any(isinstance(one, Inner) for one in cast("tuple[Any, ...]", value)):
        return [keras_value(one) for one in cast("tuple[Any, ...]", value)]
    return dict(value) if isinstance(value, Settings) else value


def make_layer(op: OpDef, attributes: Any, plain: dict[str, Any]) -> Any:
    """The Keras layer with the attributes that a spec gives; the others are left to Keras' defaults."""
    names = {name for name, one in fields_of(op.attributes).items() if not one.spec_only}
    wanted = {("rate" if name == "keep_prob" else name) for name in plain} & names
    return keras_class(op)(**{name: keras_value(getattr(attributes, name)) for name in wanted})


def apply(op: OpDef, layer: Any, tensors: list[Any], **options: Any) -> list[Any]:
    first, rest = tensors[0], tensors[1:]
    if op.keywords:
        last = len(op.keywords) - 1
        named = dict(zip(op.keywords[:-1], rest, strict=False))
        left = nested(layer, rest[last:])
        if left:
            named[op.keywords[-1]] = left[0] if len(left) == 1 else left
        result = layer(first, **named, **options)
    else:
        result = layer(tensors if op.arity.many else first, **options)
    return keras().tree.flatten(result)


def nested(layer: Any, states: list[Any]) -> list[Any]:
    """Initial states as Keras wants them: those of a stack of cells nested cell by cell."""
    layers, left = keras().layers, list(states)
    if not states or not isinstance(layer, layers.RNN) or not isinstance(layer.cell, layers.StackedRNNCells):
        return left
    sizes = layer.cell.state_size
    return [left.pop(0) if isinstance(size, int) else [left.pop(0) for _ in size] for size in sizes]


def flags(op: OpDef, attributes: Any) -> dict[str, Any]:
    """What the layer's call is given beside the operands."""
    return {name: getattr(attributes, name) for name, one in fields_of(op.attributes).items() if one.call}


def symbolic(op: OpDef, layer: Any, operands: list[TensorType], **options: Any) -> list[TensorType]:
    tensors = [keras().KerasTensor((None, *one.shape), one.dtype) for one in operands]
    return [TensorType(tuple(one.shape[1:]), one.dtype) for one in apply(op, layer, tensors, **options)]


def run(op: OpDef, layer: Any, operands: list[TensorType], **options: Any) -> list[TensorType]:
    """What comes out where numbers go in."""
    ops = keras().ops
    tensors = [ops.cast(ops.ones((2, *one.shape)), one.dtype) for one in operands]
    results = apply(op, layer, tensors, **options)
    assert layer.losses is not None  # computes the penalties
    apply_constraints(layer)
    return [TensorType(tuple(one.shape[1:]), keras().backend.standardize_dtype(one.dtype)) for one in results]


def apply_constraints(layer: Any) -> None:
    """As the first step of training does."""
    for weight in layer.trainable_weights:
        if weight.constraint is not None:
            weight.assign(weight.constraint(weight))


def inferred(op: OpDef, attributes: Any, operands: list[TensorType]) -> list[TensorType]:
    result = op.infer(attributes, operands)
    if isinstance(result, TensorType):
        assert op.ports(attributes) == ("out",)
        return [result]
    assert tuple(result) == op.ports(attributes)
    return list(result.values())


def refused_by_keras(op: OpDef, attributes: Any, case: Case, message: str) -> bool:
    """Whether Keras fails too: when the layer is made, called or run; or is known not to."""
    if any(part in message for part, _ in STRICTER.get(op.name, [])):
        return True
    if op.name == "TimeDistributed" and message.startswith("in each step"):
        # Keras calls the inner layer without the checks of its input: what it refuses of a step is the judge
        inner, operand = attributes.layer, case.operands[0]
        plain = {name: value for name, value in case.given["layer"].items() if name != "op"}
        step = Case(plain, [operand.with_shape(operand.shape[1:])])
        return refused_by_keras(inner.definition, inner.attributes, step, message)
    try:
        layer = make_layer(op, attributes, case.given)
        claimed = symbolic(op, layer, case.operands, **flags(op, attributes))
        found = run(op, layer, case.operands, **flags(op, attributes))
    except Exception:  # Keras raises many types: ValueError, IndexError, ZeroDivisionError, TensorFlow's own
        return True
    return [one.shape for one in found] != [one.shape for one in claimed]


@BY_NAME
def test_arguments_and_defaults_are_those_of_keras(op: OpDef) -> None:
    parameters = {
        name: one for name, one in inspect.signature(keras_class(op)).parameters.items() if name not in EXCLUDED
    }
    own = {
        name: one
        for name, one in fields_of(op.attributes).items()
        if not one.spec_only and name not in ("trainable", "dtype") and has(f"{op.keras}.{name}")
    }
    assert list(own) == list(parameters)
    for name, one in own.items():
        default = parameters[name].default
        assert one.required == (default is inspect.Parameter.empty), name
        if not one.required:
            assert one.kind.decode(node(default)) == one.default, name


@BY_NAME
def test_arguments_of_the_call_and_their_defaults_are_those_of_keras(op: OpDef) -> None:
    parameters = inspect.signature(keras_class(op).call).parameters
    for name, one in fields_of(op.attributes).items():
        if one.call:
            assert parameters[name].default == one.default, name


def test_the_arguments_of_input_are_those_of_keras() -> None:
    left_out = {"batch_size", "sparse", "ragged", "batch_shape", "name", "tensor", "optional"}
    assert set(inspect.signature(keras().Input).parameters) - left_out == set(
        fields_of(_registry.get("Input").attributes)
    )


def refusal(op: OpDef, attributes: Any, case: Case) -> str | None:
    """The message with which specc refuses a case, if it does; a refusal says where and what to do."""
    found = op.checks(attributes)
    if found is not None:
        assert found[0] in fields_of(op.attributes)
        return found[1]
    try:
        op.infer(attributes, case.operands)
    except Mismatch as error:
        assert error.operand is not None and error.help
        assert error.attribute is None or error.attribute in fields_of(op.attributes)
        return error.message
    return None


@BY_NAME
@examples(100)
@given(data=st.data())
def test_what_specc_refuses_keras_refuses(op: OpDef, data: st.DataObject) -> None:
    case = data.draw(cases(op))
    attributes = decode(op, case.given)
    message = refusal(op, attributes, case)
    if message is not None:
        assert refused_by_keras(op, attributes, case, message), message


@BY_NAME
@examples(350)
@given(data=st.data())
def test_shapes_dtypes_and_weights_are_those_of_keras(op: OpDef, data: st.DataObject) -> None:
    case = data.draw(cases(op))
    attributes = decode(op, case.given)
    assume(refusal(op, attributes, case) is None)
    types = inferred(op, attributes, case.operands)
    layer = make_layer(op, attributes, case.given)
    assert symbolic(op, layer, case.operands, **flags(op, attributes)) == types
    weights = op.weights(attributes, case.operands)
    assert [(one.name.rpartition("/")[2], one.shape, one.trainable) for one in weights] == [
        (one.name, tuple(one.shape), one.trainable) for one in layer.weights
    ]
    assert sum(one.elements for one in weights) == layer.count_params()
    apply_constraints(layer)
    assert op.macs(attributes, case.operands, types[0]) >= 0


MINIMAL: dict[str, dict[str, Any]] = {
    "Activation": {"activation": "relu"},
    **{f"Adaptive{kind}Pooling{axes}D": {"output_size": 2} for kind in ("Average", "Max") for axes in (1, 2, 3)},
    "AlphaDropout": {"rate": 0.5},
    **{f"AveragePooling{axes}D": {"pool_size": 2} for axes in (1, 2, 3)},
    **{f"Conv{axes}D": {"filters": 2, "kernel_size": 2} for axes in (1, 2, 3)},
    **{f"Conv{axes}DTranspose": {"filters": 2, "kernel_size": 2} for axes in (1, 2, 3)},
    "Dense": {"units": 2},
    **{f"DepthwiseConv{axes}D": {"kernel_size": 2} for axes in (1, 2)},
    "Dot": {"axes": 1},
    "Dropout": {"rate": 0.5},
    "GaussianDropout": {"rate": 0.5},
    "GaussianNoise": {"stddev": 0.5},
    "Embedding": {"input_dim": 9, "output_dim": 2},
    "GroupNormalization": {"groups": 2},
    "GroupQueryAttention": {"head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 1},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 2},
    "Normalization": {"mean": 0.5, "variance": 2.0},
    "Permute": {"dims": [2, 1, 3]},
    "RepeatVector": {"n": 2},
    "Reshape": {"target_shape": [-1]},
    "Resizing": {"height": 2, "width": 3},
    "Rescaling": {"scale": 0.5},
    "Bidirectional": {"layer": {"op": "LSTM", "units": 2}},
    **{f"ConvLSTM{axes}D": {"filters": 2, "kernel_size": 2} for axes in (1, 2, 3)},
    **{name: {"units": 2} for name in ("GRU", "LSTM", "SimpleRNN")},
    "RNN": {"cell": [{"op": "LSTMCell", "units": 2}, {"op": "GRUCell", "units": 3}]},
    "TimeDistributed": {"layer": {"op": "Dense", "units": 2}},
    **{f"SeparableConv{axes}D": {"filters": 2, "kernel_size": 2} for axes in (1, 2)},
    **{f"SpatialDropout{axes}D": {"rate": 0.5} for axes in (1, 2, 3)},
}
RANKS = {
    **{op.name: int(op.name[-2]) + 1 for op in OPS if op.name.endswith(("1D", "2D", "3D"))},
    **{f"ConvLSTM{axes}D": axes + 2 for axes in (1, 2, 3)},
    **{f"Conv{axes}DTranspose": axes + 1 for axes in (1, 2, 3)},
    "RepeatVector": 1,
    **dict.fromkeys(["Bidirectional", "GRU", "LSTM", "RNN", "SimpleRNN", "TimeDistributed"], 2),
    **dict.fromkeys([op.name for op in OPS if op.name.endswith("Attention")], 2),
}
SHAPE = (2, 3, 4, 4, 2)  # of what most ops can work on, by its last axes


def operand_for(op: OpDef, dtype: str = "float32") -> TensorType:
    return TensorType(SHAPE[-RANKS.get(op.name, 3) :], dtype)


def check_run(op: OpDef, plain: dict[str, Any], operands: list[TensorType]) -> None:
    """The types that are inferred are those of the arrays that come out; what is refused fails."""
    attributes, case = decode(op, plain), Case(plain, operands)
    message = refusal(op, attributes, case)
    if message is not None:
        assert refused_by_keras(op, attributes, case, message), message
    else:
        layer = make_layer(op, attributes, plain)
        assert run(op, layer, operands, **flags(op, attributes)) == inferred(op, attributes, operands)


@BY_NAME
@pytest.mark.parametrize("dtype", [*INTS, "bool"])
def test_integers_and_booleans_come_out_as_keras_runs_them(op: OpDef, dtype: str) -> None:
    """Keras' symbolic call claims floats for integers; the arrays tell."""
    operand = operand_for(op, dtype)
    for plain in (MINIMAL.get(op.name, {}), {**MINIMAL.get(op.name, {}), "dtype": "float16"}):
        check_run(op, plain, [operand] * max(op.arity.least, 1))


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["int8", "int32", "uint32", "bool", "float32"])
def test_activations_of_integers_come_out_as_keras_runs_them(name: str, dtype: str) -> None:
    check_run(_registry.get("Activation"), {"activation": name}, [TensorType((3,), dtype)])


RELUS: list[dict[str, Any]] = [
    {"max_value": 6},
    {"max_value": 3, "threshold": 1},
    {"negative_slope": 0.1},
    {"negative_slope": 0.1, "max_value": 6},
    {"negative_slope": 0.1, "threshold": 0.5},
]


@pytest.mark.parametrize("plain", RELUS, ids=str)
@pytest.mark.parametrize("dtype", ["int8", "int32", "uint32", "bool", "float32"])
def test_relu_of_integers_comes_out_as_keras_runs_it(plain: dict[str, Any], dtype: str) -> None:
    check_run(_registry.get("ReLU"), plain, [TensorType((3,), dtype)])


MERGES = ["Add", "Maximum", "Concatenate", "Average"]
PAIRS = [(a, b) for i, a in enumerate(INTS) for b in (*INTS[i + 1 :], "bool", "float16")] + [("bool", "float64")]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_merges_of_two_dtypes_come_out_as_keras_runs_them(pair: tuple[str, str]) -> None:
    for name in MERGES:
        check_run(_registry.get(name), {}, [TensorType((3,), dtype) for dtype in pair])


def test_every_layer_runs_in_each_compute_dtype_or_is_refused() -> None:
    for op in OPS:
        operand = operand_for(op)
        for dtype in FLOATS:
            plain = {**MINIMAL.get(op.name, {}), "dtype": dtype}
            check_run(op, plain, [operand] * max(op.arity.least, 1))


# The tables of Keras' small objects

ABSTRACT = {"Initializer", "Regularizer", "Constraint"}
LEFT_OUT = {"STFT"}  # makes the kernels of a layer that specc does not have
OTHER_NAMES = {"IdentityInitializer", "OrthogonalInitializer", "STFTInitializer"}  # second names of classes
NEW_AXES = {"input_axes", "output_axes"}  # of the VarianceScaling family: for kernels with unusual axes
TABLES: list[ObjectOf] = [INITIALIZER, REGULARIZER, CONSTRAINT]


@pytest.mark.parametrize("table", TABLES, ids=[one.module for one in TABLES])
def test_the_tables_of_objects_are_those_of_keras(table: ObjectOf) -> None:
    module = getattr(keras(), table.module)
    classes = {name: one for name, one in vars(module).items() if inspect.isclass(one)}
    public = {name for name in classes if name[0].isupper()} - ABSTRACT - OTHER_NAMES
    assert set(table.classes) == public - LEFT_OUT
    for name, arguments in table.classes.items():
        parameters = {
            key: one for key, one in inspect.signature(classes[name]).parameters.items() if key not in NEW_AXES
        }
        assert list(arguments) == list(parameters)
        for key, (kind, default) in arguments.items():
            empty = parameters[key].default is inspect.Parameter.empty
            assert default is ... if empty else kind.decode(node(parameters[key].default)) == default, f"{name}.{key}"


@pytest.mark.parametrize("table", TABLES, ids=[one.module for one in TABLES])
def test_the_names_of_objects_are_those_of_keras(table: ObjectOf) -> None:
    module = getattr(keras(), table.module)
    for spelling, name in table.names.items():
        named = getattr(module, spelling, None)
        assert (named or type(module.get(spelling))) is getattr(module, name), spelling
    lower = {name for name, one in vars(module).items() if inspect.isclass(one) and name[0].islower()}
    assert lower - {"stft"} <= set(table.names)


def test_the_activations_are_those_of_keras() -> None:
    module = keras().activations
    public = {name for name in dir(module) if not name.startswith("_")} - {"deserialize", "get", "serialize"}
    assert public == {*ACTIVATIONS, *ACTIVATION.aliases, *ACTIVATION.refused}
    for alias, name in ACTIVATION.aliases.items():
        assert module.get(alias) is module.get(name)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_keeps_the_shape(name: str) -> None:
    assert keras().activations.get(name)(keras().ops.ones((1, 4))).shape == (1, 4)


def test_a_refused_activation_changes_the_shape_or_cannot_be_called_by_its_name() -> None:
    ones = keras().ops.ones((1, 4))
    assert keras().activations.get("glu")(ones).shape == (1, 2)
    with pytest.raises(TypeError, match="default_value"):
        keras().activations.get("threshold")(ones)
