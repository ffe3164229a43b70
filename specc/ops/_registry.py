"""Finds ops: op `Conv2D` lives in the file `conv2d.py`; `MaxPooling2D` in `max_pooling2d.py`.

A file is imported when its op is first used, so that a check loads only what a spec names. Where no file has an op,
an installed package may; specc's own ops come first, so that no package changes what a spec means.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import specc.ops
from specc.ops import _installed as installed
from specc.ops._base import OpDef
from specc.ops._installed import Refused


@cache
def _files() -> dict[str, str]:
    """Module names by op name in lower case without underscores."""
    names = (module.name for module in pkgutil.iter_modules(specc.ops.__path__))
    return {name.replace("_", ""): name for name in names if not name.startswith("_")}


@cache
def find(name: str) -> OpDef | None:
    """The op of that exact name, or None."""
    op = _own(name) or installed.load(name)
    return op if isinstance(op, OpDef) else None


@cache
def _own(name: str) -> OpDef | None:
    file = _files().get(name.lower())
    if file is None:
        return None
    op: OpDef = importlib.import_module(f"specc.ops.{file}").OP
    return op if op.name == name else None


def refused(name: str) -> Refused | None:
    """Why the op of that name that a package offers cannot be used, if so."""
    if _own(name) is not None:
        points = installed.offers().get(name)
        owner = installed.package(points[0]) if points else ""
        message = f"the op `{name}` of `{owner}` is not used: specc has an op of that name"
        return Refused(name, message, f"`{owner}` has to offer it under another name") if points else None
    found = installed.load(name)
    return found if isinstance(found, Refused) else None


def get(name: str) -> OpDef:
    """The op of that name; `KeyError` if there is none."""
    op = find(name)
    if op is None:
        raise KeyError(name)
    return op


@cache
def all_ops() -> tuple[OpDef, ...]:
    """Every op of specc itself, by name."""
    found = [importlib.import_module(f"specc.ops.{file}").OP for file in _files().values()]
    return tuple(sorted(found, key=lambda op: op.name))


@cache
def installed_ops() -> tuple[OpDef, ...]:
    """Every op of installed packages that can be used, by name."""
    return tuple(op for name in installed.offers() if _own(name) is None and (op := find(name)) is not None)


def refused_ops() -> tuple[Refused, ...]:
    """Every op of installed packages that cannot be used."""
    return tuple(one for name in installed.offers() if (one := refused(name)) is not None)


def names() -> list[str]:
    """The names of all ops that there are; those of packages are not loaded for it."""
    return sorted({*(op.name for op in all_ops()), *installed.offers()})
