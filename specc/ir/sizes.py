"""Symbolic sizes: axes whose length only the data will tell, `[T, 64]`.

A `Symbol` is an int as far as types go, so that a shape rule is written once: arithmetic on it gives another symbol.
What must not grow here: an algebra. `factor * name + offset` is followed exactly, anything else gets a name of its own.
"""

from __future__ import annotations

import math
import re
from itertools import count
from typing import SupportsIndex

UNNAMED = "?"  # a size without a name, as `null` declares it: each is another one
_NUMBERS = count(1)  # tell those without a name apart; never shown


class Symbol(int):
    """A size that is not known: `factor * name + offset`, as in `T`, `2 * T` or `T - 2`.

    Equal to another only where it certainly is the same size; every comparison of order answers no unless it holds for
    any size of at least 1. `math.prod` and `sum` work; `range` and indexing cannot know it for what it is and take 1.
    """

    name: str
    factor: int
    offset: int

    def __new__(cls, name: str, factor: int = 1, offset: int = 0) -> Symbol:
        self = super().__new__(cls, 1)
        self.name = f"{UNNAMED}{next(_NUMBERS)}" if name == UNNAMED else name
        self.factor, self.offset = factor, offset
        return self

    def __repr__(self) -> str:
        return _shown(self.formula)

    @property
    def formula(self) -> str:
        """As it is shown, with a number behind each `?` that tells it apart."""
        text = self.name if self.factor == 1 else f"{self.factor} * {self._atom()}"
        if not self.offset:
            return text
        return f"{text} {'+' if self.offset > 0 else '-'} {abs(self.offset)}"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return str(self)

    def _atom(self) -> str:
        return f"({self.name})" if " " in self.name else self.name

    # dataclasses and tuples compare by these
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbol) and self._key() == other._key()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, int, int]:
        return self.name, self.factor, self.offset

    def __bool__(self) -> bool:
        return True

    def __lt__(self, other: int) -> bool:
        return False

    def __le__(self, other: int) -> bool:
        return False

    def __gt__(self, other: int) -> bool:
        return not isinstance(other, Symbol) and self._least() > other

    def __ge__(self, other: int) -> bool:
        return not isinstance(other, Symbol) and self._least() >= other

    def _least(self) -> float:
        """What it is at least, as far as that is certain: sizes are 1 or more, formulas anything."""
        return self.factor + self.offset if self.factor > 0 and self.name.isidentifier() else -math.inf

    def __neg__(self) -> int:
        return self._linear(-self.factor, -self.offset)

    def __add__(self, other: int) -> int:
        if not isinstance(other, Symbol):
            return self._linear(self.factor, self.offset + other)
        if other.name == self.name:
            return self._linear(self.factor + other.factor, self.offset + other.offset)
        return _opaque(f"{self.formula} + {_operand(other)}")

    __radd__ = __add__

    def __sub__(self, other: int) -> int:
        return self + -other

    def __rsub__(self, other: int) -> int:
        return -self + other

    def __mul__(self, other: int) -> int:
        if isinstance(other, Symbol):
            return _opaque(f"{_operand(self)} * {_operand(other)}")
        return self._linear(self.factor * other, self.offset * other)

    __rmul__ = __mul__

    def __floordiv__(self, other: int) -> int:
        if not isinstance(other, Symbol) and self.factor % other == 0 and self.offset % other == 0:
            return self._linear(self.factor // other, self.offset // other)
        return _opaque(f"{_operand(self)} // {_operand(other)}")

    def __rfloordiv__(self, other: int) -> int:
        return _opaque(f"{other} // {_operand(self)}")

    def __mod__(self, other: int) -> int:
        if not isinstance(other, Symbol) and self.factor % other == 0:
            return self.offset % other
        return _opaque(f"{_operand(self)} % {_operand(other)}")

    def _linear(self, factor: int, offset: int) -> int:
        return Symbol(self.name, factor, offset) if factor else offset

    def __pow__(self, other: int, modulus: SupportsIndex | None = None) -> int:  # type: ignore[override]
        raise TypeError(f"the size {self} is not known")


_LONGEST = 40  # characters of an expression that is shown


def _opaque(text: str) -> Symbol:
    return Symbol(text if len(_shown(text)) <= _LONGEST else UNNAMED)


def _shown(text: str) -> str:
    return re.sub(r"\?\d+", UNNAMED, text)


def _operand(size: int) -> str:
    text = size.formula if isinstance(size, Symbol) else str(size)
    return f"({text})" if " " in text else text


def is_known(size: int) -> bool:
    """Whether a size is a number."""
    return not isinstance(size, Symbol)


def may_equal(one: int, other: int) -> bool:
    """Whether two sizes can be the same: not where both are known and differ, nor `T` and `T - 2`."""
    if isinstance(one, Symbol) and isinstance(other, Symbol):
        same_slope = one.name == other.name and one.factor == other.factor
        return not same_slope or one.offset == other.offset
    if isinstance(one, Symbol) or isinstance(other, Symbol):
        return True
    return one == other


def may_equal_shapes(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two shapes can be the same, axis by axis."""
    return len(one) == len(other) and all(may_equal(*sizes) for sizes in zip(one, other, strict=True))
