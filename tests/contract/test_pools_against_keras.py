"""Pools, borders and dropouts against Keras where the general contract does not look: free sizes, training, crashes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from specc.ir.sizes import Symbol, is_known
from specc.ir.types import TensorType
from specc.ops import _registry
from specc.ops._base import Mismatch, OpDef

from .installed import OPS as INSTALLED
from .strategies import Case, cases, decode, examples
from .test_ops_against_keras import (
    MINIMAL,
    apply,
    keras,
    make_layer,
    operand_for,
    refusal,
    refused_by_keras,
    run,
    symbolic,
)

pytestmark = pytest.mark.keras
ENDINGS = ("Pooling", "Padding", "Cropping", "Dropout")
ALIKE = ("ActivityRegularization", "AlphaDropout", "ELU", "GaussianDropout", "GaussianNoise", "Identity", "PReLU")
OPS = [op for op in INSTALLED if op.name in ALIKE or op.name.rstrip("123D").endswith(ENDINGS)]
BY_NAME = pytest.mark.parametrize("op", OPS, ids=[op.name for op in OPS])


@BY_NAME
@examples(100)
@given(data=st.data())
def test_a_size_is_free_where_it_is_in_keras(op: OpDef, data: st.DataObject) -> None:
    case = data.draw(cases(op))
    operand = case.operands[0]
    free = data.draw(st.lists(st.booleans(), min_size=operand.rank, max_size=operand.rank))
    sizes = tuple(Symbol(f"S{at}") if free[at] else size for at, size in enumerate(operand.shape))
    attributes = decode(op, case.given)
    assume(refusal(op, attributes, case) is None and any(free))
    try:
        found = op.infer(attributes, [TensorType(sizes, operand.dtype)])
    except Mismatch as error:
        assert error.code == "unknown-size"
        assert op.name.startswith("Adaptive") or refused_without_sizes(op, attributes, case.given, sizes)
        return
    assert isinstance(found, TensorType)
    open_sizes = TensorType(tuple(size if is_known(size) else None for size in sizes), operand.dtype)  # type: ignore[misc]
    expected = symbolic(op, make_layer(op, attributes, case.given), [open_sizes])[0]
    assert [size if is_known(size) else None for size in found.shape] == list(expected.shape)


def refused_without_sizes(op: OpDef, attributes: Any, plain: dict[str, Any], sizes: tuple[int, ...]) -> bool:
    tensor = keras().KerasTensor((None, *(size if is_known(size) else None for size in sizes)))
    with pytest.raises(ValueError, match="fully-defined"):
        apply(op, make_layer(op, attributes, plain), [tensor])
    return True


@pytest.mark.parametrize("name", [op.name for op in OPS if op.name.startswith("Adaptive")])
def test_adaptive_pools_of_free_sizes_fail_in_a_graph(name: str) -> None:
    """Keras claims a shape for them; the function that a file is made of cannot be traced."""
    tensorflow = pytest.importorskip("tensorflow")
    op = _registry.get(name)
    layer = make_layer(op, decode(op, MINIMAL[name]), MINIMAL[name])
    shape = (None, *(None for _ in operand_for(op).shape[:-1]), 2)
    with pytest.raises(ValueError, match="statically known"):
        tensorflow.function(layer).get_concrete_function(tensorflow.TensorSpec(shape))


@pytest.mark.parametrize(
    ("name", "shape", "size"), [("AdaptiveMaxPooling1D", (4, 2), 1), ("AdaptiveMaxPooling2D", (4, 1, 2), 2)]
)
def test_an_adaptive_pool_that_may_end_the_process(name: str, shape: tuple[int, ...], size: int) -> None:
    """Refused whether or not it does on this processor, as nothing could report it once it runs."""
    op = _registry.get(name)
    with pytest.raises(Mismatch, match="on some processors that ends the process"):
        op.infer(decode(op, {"output_size": size}), [TensorType(shape)])


@pytest.mark.parametrize(("dtype", "fails"), [("int8", True), ("bool", True), ("int32", False), ("float32", False)])
def test_a_penalty_on_what_is_no_float(dtype: str, fails: bool) -> None:
    """Keras fails for short integers; specc refuses the long ones too, which no training makes smaller."""
    op = _registry.get("ActivityRegularization")
    case = Case({"l1": 0.1}, [TensorType((3,), dtype)])
    attributes = decode(op, case.given)
    assert refused_by_keras(op, attributes, case, "") == fails
    assert (refusal(op, attributes, case) is not None) == (dtype != "float32")


RANDOM = [op.name for op in OPS if op.name.endswith("Noise") or "Dropout" in op.name]


@pytest.mark.parametrize("name", RANDOM)
def test_noise_is_made_in_training_only(name: str) -> None:
    op, operand = _registry.get(name), operand_for(_registry.get(name))
    layer = make_layer(op, decode(op, MINIMAL[name]), MINIMAL[name])
    ones = keras().ops.ones((2, *operand.shape))
    assert op.inference_identity
    assert (keras().ops.convert_to_numpy(layer(ones)) == 1).all()
    assert (keras().ops.convert_to_numpy(layer(ones, training=True)) != 1).any()


@pytest.mark.parametrize("name", ["AlphaDropout", "GaussianDropout"])
def test_a_rate_of_one_fails_in_training(name: str) -> None:
    op, operand = _registry.get(name), operand_for(_registry.get(name))
    with pytest.raises(ZeroDivisionError):
        run(op, keras().layers.__dict__[name](1.0), [operand], training=True)
    found = op.checks(decode(op, {"rate": 1.0}))
    assert found is not None and found[0] == "rate"
