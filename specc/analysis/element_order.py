"""Follows the axes along which a value sums to 1 through nodes that move its elements."""

from __future__ import annotations

import bisect
import itertools
import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass

from specc.ir.sizes import is_known


@dataclass(frozen=True)
class ElementOrder:
    """The elements of a value in row-major order: the sizes of nested runs, outermost first, and which are summed.

    A reshape changes `shape` alone, so that a later one can bring the axes back. `runs` is None where the axes are no
    longer known.
    """

    runs: tuple[tuple[int, bool], ...] | None
    shape: tuple[int, ...]

    @classmethod
    def of(cls, shape: tuple[int, ...], sums: frozenset[int] | None) -> ElementOrder:
        runs = None if sums is None else tuple((size, axis in sums) for axis, size in enumerate(shape))
        return cls(runs, shape)

    @property
    def sums(self) -> frozenset[int] | None:
        """The axes of `shape` that together hold the summed runs; none where an axis holds other runs as well."""
        if self.runs is None:
            return None
        axes = self._by_axis()
        if axes is None or any(len({summed for size, summed in axis if size != 1}) > 1 for axis in axes):
            return frozenset()
        return frozenset(place for place, axis in enumerate(axes) if any(summed and size != 1 for size, summed in axis))

    def reshaped(self, shape: tuple[int, ...]) -> ElementOrder:
        if all(is_known(size) for size in (*self.shape, *shape)):
            return ElementOrder(self.runs, shape)
        last = len(self.shape) - 1
        if self.sums == frozenset({last}) and shape and shape[-1] == self.shape[-1]:
            return ElementOrder.of(shape, frozenset({len(shape) - 1}))
        return ElementOrder(None, shape)

    def permuted(self, axes: Sequence[int]) -> ElementOrder:
        found = self._by_axis()
        shape = tuple(self.shape[axis] for axis in axes)
        return ElementOrder(None if found is None else tuple(run for axis in axes for run in found[axis]), shape)

    def repeated(self, shape: tuple[int, ...]) -> ElementOrder:
        """With a new first axis, `shape[0]` long."""
        return ElementOrder(None if self.runs is None else ((shape[0], False), *self.runs), shape)

    def _by_axis(self) -> list[list[tuple[int, bool]]] | None:
        """The runs of each axis, divided where an axis ends within one; None where a run does not divide so."""
        if self.runs is None:
            return None
        if tuple(size for size, _ in self.runs) == self.shape:
            return [[run] for run in self.runs]
        if not all(is_known(size) for size in (*self.shape, *(size for size, _ in self.runs))):
            return None
        merged = [
            (math.prod(size for size, _ in group), summed)
            for summed, group in itertools.groupby(self.runs, lambda run: run[1])
        ]
        run_ends = _ends([size for size, _ in merged])
        axis_ends = _ends(self.shape)
        cuts = sorted({1, *run_ends, *axis_ends})
        axes: list[list[tuple[int, bool]]] = [[] for _ in self.shape]
        for before, after in itertools.pairwise(cuts):
            if after % before:
                return None
            summed = merged[bisect.bisect_left(run_ends, after)][1]
            axes[bisect.bisect_left(axis_ends, after)].append((after // before, summed))
        return axes


def _ends(sizes: Sequence[int]) -> list[int]:
    """The products up to and including each size."""
    return list(itertools.accumulate(sizes, operator.mul))
