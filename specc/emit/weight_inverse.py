"""A lowered build's weights back into those of the reference build, by undoing what the lowering recorded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from specc.emit.naming import weight_name
from specc.emit.weight_file import Array
from specc.lowering import Lowered, Pad, Reshape, Slice, WeightSource

_ZERO, _INERT = -1, -2  # of padding, where an element of the source would be


class NotInvertible(Exception):
    """Weights of a lowered build that no weights of the reference build lead to."""


def inverted(lowered: Lowered, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The reference build's arrays from a lowered build's, both as `layer/weight`.

    Each element of a lowered weight comes from one element of its source or from padding, so it can be put back.
    Raises NotInvertible where training has made that impossible: padding that is no longer zero, or copies of one
    element that now differ.
    """
    found: dict[str, Array] = {}
    known: dict[str, Array] = {}
    for weight in lowered.weights:
        source, name = weight.source, weight_name(weight.source)
        size = int(np.prod(source.shape, dtype=np.int64))
        places = _apply(source, np.arange(size).reshape(source.shape)).reshape(-1)
        values = arrays[weight_name(weight)].reshape(-1)
        if np.any(values[places == _ZERO]):
            raise NotInvertible(f"`{weight_name(weight)}` is no longer zero where the lowering added zeros")
        flat = found.setdefault(name, np.zeros(source.shape, values.dtype)).reshape(-1)
        seen = known.setdefault(name, np.zeros(size, bool))
        values, places = values[places >= 0], places[places >= 0]
        if np.any(seen[places] & (flat[places] != values)):
            raise NotInvertible(f"copies of `{name}` were trained apart")
        flat[places], seen[places] = values, True
    for name, seen in known.items():
        if not seen.all():
            raise NotInvertible(f"the lowering keeps only a part of `{name}`")
    return found


def _apply(source: WeightSource, places: Array) -> Array:
    """Where each element of a lowered weight comes from; negative where it is padding."""
    for step in source.steps:
        match step:
            case Reshape(shape):
                places = places.reshape(shape)
            case Slice(axis, start, stop):
                places = places[(slice(None),) * axis + (slice(start, stop),)]
            case Pad(amounts, is_inert):
                places = np.pad(places, amounts, constant_values=_INERT if is_inert else _ZERO)
    return places
