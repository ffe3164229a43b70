"""Finds lowerings by the name that targets use: that of their file, or of an installed package's entry point."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Any

import specc.lowering
from specc.diagnostics import did_you_mean
from specc.lowering._pattern import ContractLowering, GraphLowering, Lowering
from specc.ops._installed import package
from specc.targets import Target, TargetError

AnyLowering = Lowering | GraphLowering | ContractLowering
GROUP = "specc.lowerings"


class LoweringError(Exception):
    """A lowering that a package offers and that cannot be used."""


@cache
def names() -> tuple[str, ...]:
    """All lowerings of specc itself, by name."""
    found = (module.name for module in pkgutil.iter_modules(specc.lowering.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


@cache
def get(name: str) -> AnyLowering:
    """The lowering of that name; `KeyError` if there is none. Raises `LoweringError`."""
    if name not in names():
        return _installed(name)
    lowering: AnyLowering = importlib.import_module(f"specc.lowering.{name}").LOWERING
    return lowering


def named(name: str, target: Target) -> AnyLowering:
    """The lowering that a target names. Raises `TargetError`."""
    try:
        return get(name)
    except LoweringError as error:
        raise TargetError(f"target `{target.name}`: {error}", "fix or update the package", "bad-target") from None
    except KeyError:
        pass
    close = did_you_mean(name, names())
    help = f"did you mean `{close}`?" if close else "fix the target file"
    raise TargetError(f"target `{target.name}`: there is no lowering `{name}`", help, "bad-target")


def _installed(name: str) -> AnyLowering:
    points = sorted(entry_points(group=GROUP, name=name), key=package)
    if not points:
        raise KeyError(name)
    owners = " and ".join(f"`{package(one)}`" for one in points)
    if len(points) > 1:
        raise LoweringError(f"the lowering `{name}` is offered by {owners}")
    try:
        found: Any = points[0].load()
    except (Exception, SystemExit) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise LoweringError(f"the lowering `{name}` of {owners} cannot be loaded: {reason}") from None
    if not isinstance(found, (Lowering, GraphLowering, ContractLowering)):
        raise LoweringError(f"the lowering `{name}` of {owners} is none: expected `Lowering`")
    return found
