"""Targets that a spec names by the path of their file: below the spec's folder, and nowhere else."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

from specc.source import Source
from specc.targets._decode import BAD
from specc.targets._load import SUFFIXES, is_path
from specc.targets._model import TargetError


def named_in(source: Source, name: str) -> str:
    """What to load for a target that a spec names: a path counts from the spec's folder. Raises `TargetError`.

    A spec may come from somebody else: it must not read files elsewhere, nor tell which there are.
    """
    if not is_path(name):
        return name
    if not name.endswith(SUFFIXES):
        message = f"`{name}` is not a target file: their names end in `.yaml` or `.yml`"
        raise TargetError(message, "name a target, or the path of its YAML file", BAD)
    folder = Path(source.name).parent
    windows = PureWindowsPath(name)
    try:
        inside = (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # a loop of links, or no path at all
        inside = False
    if not inside or windows.anchor or "\\" in name:
        message = f"target file `{name}` is not below the spec's folder"
        help = (
            "put it beside the spec and write `./target.yaml`, or name it with `--target`, where any path is accepted"
        )
        raise TargetError(message, help, BAD)
    return str(folder / name)
