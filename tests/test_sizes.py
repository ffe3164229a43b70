"""Symbolic sizes: their arithmetic, what is certain of them, and what they refuse to be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.ir.sizes import UNNAMED, Symbol, is_known, may_equal, may_equal_shapes

T, S = Symbol("T"), Symbol("S")
TERMS = st.recursive(
    st.sampled_from(["T", "S"]) | st.integers(1, 9).map(str),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda one: f"({' '.join(one)})")
        | st.tuples(inner, st.sampled_from(["//", "%"]), st.integers(1, 5)).map(
            lambda one: f"({one[0]} {one[1]} {one[2]})"
        )
    ),
    max_leaves=5,
)


@given(TERMS, st.integers(1, 50), st.integers(1, 50))
def test_a_formula_has_the_value_of_its_numbers(term: str, t: int, s: int) -> None:
    formula = eval(term, {}, {"T": T, "S": S})
    if "?" not in str(formula):
        assert eval(str(formula), {}, {"T": t, "S": s}) == eval(term, {}, {"T": t, "S": s})


@given(TERMS, st.integers(1, 50), st.integers(1, 50), st.integers(-20, 60))
def test_what_is_said_of_an_order_holds_for_every_size(term: str, t: int, s: int, bound: int) -> None:
    formula = eval(term, {}, {"T": T, "S": S})
    value = eval(term, {}, {"T": t, "S": s})
    if isinstance(formula, Symbol):
        assert not formula > bound or value > bound
        assert not formula >= bound or value >= bound
        assert not formula < bound and not formula <= bound


def test_what_is_the_same_and_what_may_be() -> None:
    assert Symbol("T") == T and hash(Symbol("T")) == hash(T) and T - 2 + 2 == T and T * 2 == 2 * T == T + T
    assert T != 3 and T != S and (Symbol("T"), 3) == (T, 3)
    assert may_equal(T, 3) and may_equal(T, S) and may_equal(T, 2 * T) and not may_equal(T, T - 2)
    assert not may_equal(3, 4) and not may_equal_shapes((T, 3), (T, 4)) and may_equal_shapes((T, 3), (5, 3))
    assert not may_equal_shapes((T,), (T, 1))


def test_each_size_without_a_name_is_another_one() -> None:
    one, other = Symbol(UNNAMED), Symbol(UNNAMED)
    assert one == one + 1 - 1 and (one + 1) // 2 == (one + 1) // 2 and not may_equal(one, one - 1)
    assert one != other and may_equal(one, other)
    assert (one + 1) // 2 != (other + 1) // 2 and may_equal((one + 1) // 2, (other + 1) // 2 - 2)
    assert [str(size) for size in (one, 2 * one, one + other, one * other, (one - 1) // 2)] == [
        "?",
        "2 * ?",
        "? + ?",
        "? * ?",
        "(? - 1) // 2",
    ]


def test_it_is_shown_as_it_is_and_taken_for_no_number() -> None:
    assert [str(one) for one in (T - 2, 2 * T, (T - 1) // 2, 3 * (T // 2), T * S)] == [
        "T - 2",
        "2 * T",
        "(T - 1) // 2",
        "3 * (T // 2)",
        "T * S",
    ]
    assert f"{T:,}" == "T" and math.prod((T, 64)) == 64 * T and sum([T, 3]) == T + 3
    assert not is_known(T) and is_known(3)
    with pytest.raises(TypeError, match="the size T is not known"):
        T**2
    assert len(str(sum([T * S * Symbol(f"U{n}") for n in range(50)]))) < 50  # no text without end
