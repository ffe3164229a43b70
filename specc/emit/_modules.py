"""The modules, beside Keras' own, that the layers of a graph come from: what the emitted module has to import."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from specc.ops import _registry as registry

_KERAS = "keras"


def modules(ops: Iterable[str]) -> list[str]:
    """The modules of ops that packages brought."""
    return sorted({registry.get(op).module for op in ops} - {_KERAS, f"{_KERAS}.layers"})


def packages(ops: Iterable[str]) -> frozenset[str]:
    """The names that the imports of those modules take."""
    return frozenset(module.partition(".")[0] for module in modules(ops))


def lacks_a_class(error: Exception, ops: Iterable[str]) -> bool:
    """Whether a build failed since one of those modules has no such class: the package's mistake, not specc's."""
    module = getattr(error, "obj", None)
    return isinstance(error, AttributeError) and isinstance(module, ModuleType) and module.__name__ in modules(ops)
