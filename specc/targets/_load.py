"""Target files into Targets: the built-in ones by name, a third party's by path or entry point."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import yaml

from specc.diagnostics import did_you_mean, short
from specc.ops import _registry as registry
from specc.ops._installed import package
from specc.source import read_bytes
from specc.spec.expressions import ExpressionError, check_expression
from specc.targets._model import Constraint, Option, Target, TargetError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SUFFIX = ".yaml"
ENTRY_POINTS = "specc.targets"
_MEND = "mend the target file, or name another target"


@cache
def available() -> tuple[str, ...]:
    """The names of the built-in targets and of installed packages' ones."""
    return tuple(sorted({*_built_in(), *(point.name for point in entry_points(group=ENTRY_POINTS))}))


@cache
def _built_in() -> tuple[str, ...]:
    folder = resources.files("specc.targets")
    return tuple(one.name.removesuffix(_SUFFIX) for one in folder.iterdir() if one.name.endswith(_SUFFIX))


@cache
def load(name: str) -> Target:
    """A target by name, or by the path of its YAML file. Raises `TargetError`."""
    if name.endswith((_SUFFIX, ".yml")) or "/" in name:
        try:
            text = _read(Path(name))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            help = "check the path: in a spec it counts from the spec's folder"
            raise TargetError(f"target file `{name}` cannot be read: {reason}", help) from None
        return parse(text, name)
    if name in _built_in():
        file = resources.files("specc.targets").joinpath(name + _SUFFIX)
        return _target(yaml.load(file.read_text(encoding="utf-8"), _Loader))
    if name not in available():  # slow: it looks through all that is installed
        close = did_you_mean(name, available())
        known = ", ".join(f"`{one}`" for one in available())
        raise TargetError(f"unknown target `{name}`", f"did you mean `{close}`?" if close else f"known: {known}")
    return _installed(name)


def load_all() -> tuple[tuple[Target, ...], tuple[TargetError, ...]]:
    """Every target by name, and what is wrong with those of packages that cannot be used."""
    targets: list[Target] = []
    errors: list[TargetError] = []
    for name in available():
        try:
            targets.append(load(name))
        except TargetError as error:
            errors.append(error)
    for point in entry_points(group=ENTRY_POINTS):
        if point.name in _built_in():
            owner = package(point)
            message = f"target `{point.name}` of `{owner}` is not used: specc has a target of that name"
            errors.append(TargetError(message, f"`{owner}` has to offer it under another name", "bad-target"))
    return tuple(targets), tuple(errors)


def _installed(name: str) -> Target:
    """The target that a package offers: its entry point is a function that gives the path of the file."""
    points = sorted(entry_points(group=ENTRY_POINTS, name=name), key=package)
    owner = package(points[0])
    help = f"mend or update `{owner}`"
    if len(points) > 1:
        owners = " and ".join(f"`{package(one)}`" for one in points)
        raise TargetError(f"target `{name}` is offered by {owners}", "uninstall one of the packages", "bad-target")
    try:
        text = Path(points[0].load()()).read_text(encoding="utf-8")
    except (Exception, SystemExit) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        message = f"target `{name}` of `{owner}` cannot be loaded: {reason}"
        raise TargetError(message, help, "bad-target") from None
    target = parse(text, name)
    if target.name != name:
        message = f"target `{name}` of `{owner}` calls itself `{target.name}`"
        raise TargetError(message, help, "bad-target")
    return target


def _read(path: Path) -> str:
    """The text of a file; devices and pipes, which may have no end, are not read."""
    return read_bytes(path).decode("utf-8")


def parse(text: str, name: str) -> Target:
    """A target from YAML that somebody else wrote, held against the schema first. Raises `TargetError`."""
    from jsonschema import Draft202012Validator  # built-in targets are tested; only others pay for the import

    from specc.targets._schema import SCHEMA

    try:
        data = yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        message = f"target file `{name}` is not YAML: {' '.join(str(error).split())}"
        raise TargetError(message, _MEND, "bad-target") from None
    validator: Any = Draft202012Validator(SCHEMA)
    errors = sorted(validator.iter_errors(data), key=lambda one: list(map(str, one.path)))
    if errors:
        where = "/".join(str(part) for part in errors[0].path) or "the file"
        raise TargetError(f"target file `{name}`: {where}: {errors[0].message}", _MEND, "bad-target")
    target = _target(data)
    _check(target, name)
    return target


def _check(target: Target, name: str) -> None:
    """What the schema cannot say: ops that exist, expressions that can be read, defaults among the values."""
    for op in target.ops:
        if registry.find(op) is None:
            close = did_you_mean(op, registry.names())
            help = f"did you mean `{close}`?" if close else "`specc list ops` shows the ops"
            raise TargetError(f"target file `{name}`: ops: unknown op `{op}`", help, "bad-target")
    for constraint in (*target.constraints, *(one for rows in target.ops.values() for one in rows)):
        for text in (constraint.require, constraint.when):
            try:
                check_expression(text or "True")
            except ExpressionError as error:
                message = f"target file `{name}`: constraint `{constraint.id}`: `{short(text)}`: {error.message}"
                raise TargetError(message, error.help or _MEND, "bad-target") from None
    for option in target.options:
        if option.default not in option.values:
            message = (
                f"target file `{name}`: option `{option.name}`: the default `{option.default}` is not among its values"
            )
            raise TargetError(message, _MEND, "bad-target")


def _target(data: dict[str, Any]) -> Target:
    options = tuple(
        Option(name, tuple(one["values"]), one["default"], one.get("doc", ""), one.get("refused", {}))
        for name, one in data.get("options", {}).items()
    )
    file = data.get("file", {})
    activations = data.get("activations", {})
    return Target(
        name=data["name"],
        doc=data["doc"],
        layout=data.get("layout", "logical"),
        options=options,
        constraints=_constraints(data.get("constraints", [])),
        ops={op: _constraints(rows or []) for op, rows in data.get("ops", {}).items()},
        activations=tuple(activations.get("legal", ())),
        activation_source=activations.get("source", ""),
        lowerings=tuple(data.get("lowerings", ())),
        file_operators=tuple(file.get("operators", ())),
        file_source=file.get("source", ""),
        limits=data.get("limits", {}),
        sources=data.get("sources", {}),
        chosen={option.name: option.default for option in options},
    )


def _constraints(rows: list[dict[str, Any]]) -> tuple[Constraint, ...]:
    return tuple(
        Constraint(
            row["id"],
            str(row["require"]),
            row["message"],
            row.get("source", ""),
            str(row.get("when", "")),
            bool(row.get("hard", False)),
        )
        for row in rows
    )
