"""Target files into Targets: the built-in ones by name, a third party's by path or entry point."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.metadata import entry_points
from pathlib import Path

from specc.diagnostics import did_you_mean, short
from specc.diagnostics.similar_paths import similar_path
from specc.ops._installed import package
from specc.source import Foreign, Source, compose, foreign, foreign_folder, read_bytes
from specc.source import decode as text
from specc.source.foreign import HEAD
from specc.targets._decode import BAD, decode, trusted
from specc.targets._model import Target, TargetError

_SUFFIX = ".yaml"
SUFFIXES = (_SUFFIX, ".yml")
ENTRY_POINTS = "specc.targets"
_FILE = "name a target, or the path of its YAML file"


@cache
def available() -> tuple[str, ...]:
    """The names of the built-in targets and of installed packages' ones."""
    return tuple(sorted({*_built_in(), *(point.name for point in entry_points(group=ENTRY_POINTS))}))


@cache
def _built_in() -> tuple[str, ...]:
    folder = resources.files("specc.targets")
    return tuple(one.name.removesuffix(_SUFFIX) for one in folder.iterdir() if one.name.endswith(_SUFFIX))


def load(name: str) -> Target:
    """A target by name, or by the path of its YAML file. Raises `TargetError`."""
    if is_path(name):
        return _file(name)
    if name not in _built_in() and name not in available():  # the latter is slow: it looks through all installed
        if (kind := _foreign(name)) is not None:
            raise TargetError(f"`{name}` is {kind.noun}, not a target", _FILE, BAD)
        close = did_you_mean(name, available())
        known = ", ".join(f"`{one}`" for one in available())
        raise TargetError(f"unknown target `{short(name)}`", f"did you mean `{close}`?" if close else f"known: {known}")
    return _named(name)


def is_path(name: str) -> bool:
    """Whether a target is named by the path of its file."""
    return name.endswith(SUFFIXES) or "/" in name or "\\" in name


@cache
def _named(name: str) -> Target:
    if name not in _built_in():
        return _installed(name)
    file = resources.files("specc.targets").joinpath(name + _SUFFIX)
    root, _ = compose(Source(name, file.read_text(encoding="utf-8")))
    assert root is not None
    return trusted(root)


def _file(name: str) -> Target:
    """The target of a file that somebody else may have written."""
    try:
        other = foreign_folder(name)
        data = b"" if other else read_bytes(name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be a path"
        near = similar_path(name, SUFFIXES) if isinstance(error, FileNotFoundError) else None
        help = f"did you mean `{near}`?" if near else "check the path: in a spec it counts from the spec's folder"
        raise TargetError(f"target file `{name}` cannot be read: {reason}", help) from None
    other = other or foreign(name, data[:HEAD])
    if other is not None:
        raise TargetError(f"`{name}` is {other.noun}, not a target file", _FILE, BAD)
    if not name.endswith(SUFFIXES):
        raise TargetError(f"`{name}` is not a target file: their names end in `.yaml` or `.yml`", _FILE, BAD)
    source, problem = text(name, data)
    if problem is not None:
        raise TargetError(f"target file `{name}` cannot be read: {problem}", "save the file as UTF-8 text", BAD)
    return decode(source)


def _foreign(name: str) -> Foreign | None:
    """What a file is that is named without a folder and is no YAML."""
    try:
        return foreign(name, read_bytes(name)[:HEAD])
    except (OSError, ValueError):
        return None


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
            errors.append(TargetError(message, f"`{owner}` has to offer it under another name", BAD))
    return tuple(targets), tuple(errors)


def _installed(name: str) -> Target:
    """The target that a package offers: its entry point is a function that gives the path of the file."""
    points = sorted(entry_points(group=ENTRY_POINTS, name=name), key=package)
    owner = package(points[0])
    help = f"fix or update `{owner}`"
    if len(points) > 1:
        owners = " and ".join(f"`{package(one)}`" for one in points)
        raise TargetError(f"target `{name}` is offered by {owners}", "uninstall one of the packages", BAD)
    try:
        data = read_bytes(Path(points[0].load()()))
    except (Exception, SystemExit) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        message = f"target `{name}` of `{owner}` cannot be loaded: {reason}"
        raise TargetError(message, help, BAD) from None
    source, problem = text(name, data)
    if problem is not None:
        raise TargetError(f"target `{name}` of `{owner}` cannot be read: {problem}", help, BAD)
    target = decode(source)
    if target.name != name:
        message = f"target `{name}` of `{owner}` calls itself `{target.name}`"
        raise TargetError(message, help, BAD)
    return target
