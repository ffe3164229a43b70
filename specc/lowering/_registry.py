"""Finds lowerings by the name that targets use: the name of their file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import specc.lowering
from specc.lowering._pattern import Lowering


@cache
def names() -> tuple[str, ...]:
    """All lowerings, by name."""
    found = (module.name for module in pkgutil.iter_modules(specc.lowering.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


@cache
def get(name: str) -> Lowering:
    """The lowering of that name; `KeyError` if there is none."""
    if name not in names():
        raise KeyError(name)
    lowering: Lowering = importlib.import_module(f"specc.lowering.{name}").LOWERING
    return lowering
