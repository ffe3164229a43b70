"""Shape rules on sizes that only the data will tell, against what Keras makes of None."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from specc.ir.sizes import Symbol, is_known
from specc.ir.types import TensorType
from specc.ops._base import Mismatch, OpDef

from .installed import OPS as INSTALLED
from .strategies import cases, decode, examples
from .test_ops_against_keras import flags, inferred, keras, make_layer, refusal, symbolic
from .test_pools_against_keras import OPS as COVERED

pytestmark = pytest.mark.keras
OPS = [op for op in INSTALLED if op not in COVERED]
BY_NAME = pytest.mark.parametrize("op", OPS, ids=[op.name for op in OPS])

# Where specc knows a size, or that one is free, and Keras does not, by op: why
SHARPER = {
    "Concatenate": "the free axis has the size that another operand has",
    "Reshape": "Keras leaves -1 free where the elements are free, even where they cancel out",
}


def opened(operand: TensorType) -> TensorType:
    return TensorType(tuple(size if is_known(size) else None for size in operand.shape), operand.dtype)  # type: ignore[misc]


@BY_NAME
@examples(25)
@given(data=st.data())
def test_a_size_is_free_where_it_is_in_keras(op: OpDef, data: st.DataObject) -> None:
    case = data.draw(cases(op))
    attributes = decode(op, case.given)
    assume(refusal(op, attributes, case) is None)
    free = data.draw(st.sets(st.sampled_from(sorted({size for one in case.operands for size in one.shape}) or [1])))
    operands = [
        TensorType(tuple(Symbol(f"S{size}") if size in free else size for size in one.shape), one.dtype)
        for one in case.operands
    ]
    assume(any(not is_known(size) for one in operands for size in one.shape))
    layer = make_layer(op, attributes, case.given)
    try:
        found = inferred(op, attributes, operands)
    except Mismatch as error:
        assert error.code == "unknown-size", error.message
        return
    expected = symbolic(op, layer, [opened(one) for one in operands], **flags(op, attributes))
    for one, other in zip(found, expected, strict=True):
        shown = [size if is_known(size) else None for size in one.shape]
        if op.name in SHARPER:
            assert len(shown) == len(other.shape)
            assert all(theirs in (None, ours) for ours, theirs in zip(shown, other.shape, strict=True))
        else:
            assert shown == list(other.shape)
    keras().backend.clear_session(free_memory=False)


@BY_NAME
@examples(15)
@given(data=st.data())
def test_numbers_in_the_place_of_names_give_what_the_numbers_give(op: OpDef, data: st.DataObject) -> None:
    """A formula of sizes, `(T - 2) // 2`, has the value that the rule gives for the number."""
    case = data.draw(cases(op))
    attributes = decode(op, case.given)
    assume(refusal(op, attributes, case) is None)
    sizes = {size for one in case.operands for size in one.shape if size > 1}
    assume(sizes)
    operands = [
        TensorType(tuple(Symbol(f"S{size}") if size > 1 else size for size in one.shape), one.dtype)
        for one in case.operands
    ]
    try:
        found = inferred(op, attributes, operands)
    except Mismatch as error:
        assert error.code == "unknown-size", error.message
        return
    names = {f"S{size}": size for size in sizes}
    for one, other in zip(found, inferred(op, attributes, list(case.operands)), strict=True):
        for formula, number in zip(one.shape, other.shape, strict=True):
            if "?" not in str(formula):
                assert eval(str(formula), {}, names) == number
