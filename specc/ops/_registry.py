"""Finds ops: op `Conv2D` lives in the file `conv2d.py`; `MaxPooling2D` in `max_pooling2d.py`.

A file is imported when its op is first used, so that a check loads only what a spec names.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import specc.ops
from specc.ops._base import OpDef


@cache
def _files() -> dict[str, str]:
    """Module names by op name in lower case without underscores."""
    names = (module.name for module in pkgutil.iter_modules(specc.ops.__path__))
    return {name.replace("_", ""): name for name in names if not name.startswith("_")}


@cache
def find(name: str) -> OpDef | None:
    """The op of that exact name, or None."""
    file = _files().get(name.lower())
    if file is None:
        return None
    op: OpDef = importlib.import_module(f"specc.ops.{file}").OP
    return op if op.name == name else None


def get(name: str) -> OpDef:
    """The op of that name; `KeyError` if there is none."""
    op = find(name)
    if op is None:
        raise KeyError(name)
    return op


@cache
def all_ops() -> tuple[OpDef, ...]:
    """Every op, by name."""
    found = [importlib.import_module(f"specc.ops.{file}").OP for file in _files().values()]
    return tuple(sorted(found, key=lambda op: op.name))


def names() -> list[str]:
    """The names of all ops."""
    return [op.name for op in all_ops()]
