"""Layouts: how a logical shape lies in a target's tensors, the batch axis left out.

Every representation is the same elements in row-major order under another shape, so that converting is one reshape.
"""

from __future__ import annotations

from collections.abc import Callable

Shape = tuple[int, ...]


def logical(shape: Shape) -> Shape | None:
    """As the user wrote it."""
    return shape


def nhwc(shape: Shape) -> Shape | None:
    """Height, width, channels: features `(F,)` lie on channels, a sequence `(T, F)` runs down the height.

    A vector on a spatial axis would need a kernel as long as the vector. None where four dimensions do not hold it.
    """
    match shape:
        case ():
            return (1, 1, 1)
        case (features,):
            return (1, 1, features)
        case (steps, features):
            return (steps, 1, features)
        case (_, _, _):
            return shape
        case _:
            return None


LAYOUTS: dict[str, Callable[[Shape], Shape | None]] = {"logical": logical, "nhwc": nhwc}
