"""Finds the ops of installed packages: entry points of the group `specc.ops`, each the name of an op and where it is.

A package is imported when its op is first used. A spec names ops and nothing else: it cannot name a module.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from specc.ir.types import TensorType
from specc.ops._attributes import Kind
from specc.ops._base import Attributes, Mismatch, OpDef, Operands

GROUP = "specc.ops"
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Refused:
    """An op that a package offers and that cannot be used."""

    name: str
    message: str
    help: str


@cache
def offers() -> dict[str, list[EntryPoint]]:
    """What packages offer, by the name of the op. Slow: it looks through all that is installed."""
    found: dict[str, list[EntryPoint]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda one: (one.name, package(one), one.value)):
        found.setdefault(point.name, []).append(point)
    return found


def package(point: EntryPoint) -> str:
    """Who offers it, for a message: the package, and its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.module


@cache
def load(name: str) -> OpDef | Refused | None:
    """The op of that name that a package offers; None if none does."""
    points = offers().get(name, [])
    if not points:
        return None
    if len(points) > 1:
        owners = " and ".join(f"`{package(one)}`" for one in points)
        return Refused(name, f"the op `{name}` is offered by {owners}", "uninstall one of the packages")
    owner = package(points[0])
    try:
        found: Any = points[0].load()
    except (Exception, SystemExit) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return Refused(name, f"the op `{name}` of `{owner}` cannot be loaded: {reason}", f"fix or update `{owner}`")
    problem = _problem(found, name, points[0].value)
    if problem:
        return Refused(name, f"the op `{name}` of `{owner}` {problem}", f"fix or update `{owner}`")
    return _guarded(found, owner)


def _guarded(op: OpDef, owner: str) -> OpDef:
    """The op with rules that, where they fail otherwise than by a `Mismatch`, say whose mistake it is."""

    def infer(attributes: Any, operands: Operands) -> TensorType | dict[str, TensorType]:
        try:
            found = op.infer(attributes, operands)
            types: list[Any] = [found[port] for port in op.ports(attributes)] if isinstance(found, dict) else [found]
            if not all(isinstance(one, TensorType) for one in types):
                raise TypeError(f"its shape rule gave {found!r}, expected a TensorType")
            op.weights(attributes, operands)
            op.macs(attributes, operands, types[0])
        except Mismatch:
            raise
        except Exception as error:
            message = f"the op `{op.name}` of `{owner}` fails: {type(error).__name__}: {error}"
            raise Mismatch(message, help=f"fix or update `{owner}`", code="bad-op") from error
        return found

    return dataclasses.replace(op, infer=infer)


def _problem(found: Any, name: str, place: str) -> str:
    """What is wrong with what a package offers as an op; empty if nothing is."""
    if not isinstance(found, OpDef):
        return f"is no op: `{place}` is of the type `{type(found).__name__}`, expected `OpDef`"
    if found.name != name or not name.isidentifier():
        return f"calls itself `{found.name}`" if name.isidentifier() else "has a name that is no identifier"
    if not _MODULE.fullmatch(found.module):
        return f"has no Keras class that can be imported: `{found.module}` is not the name of a module"
    attributes = found.attributes
    if not dataclasses.is_dataclass(attributes) or not issubclass(attributes, Attributes):
        return "has attributes that are no dataclass made from `Attributes`"
    for field in dataclasses.fields(attributes):
        if not isinstance(field.metadata.get("kind"), Kind):
            return f"has a field `{field.name}` that is no `attribute(…)`"
    return ""
