"""The file or folder that a mistyped path most likely means."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from specc.diagnostics.suggest import did_you_mean

_MOST = 1000  # entries of one folder that are looked at


def similar_path(name: str, suffixes: tuple[str, ...]) -> str | None:
    """The path that exists and differs from `name` in one part: a folder, or a file that ends in one of `suffixes`."""
    path = Path(name)
    wrong, rest = path, Path()
    while not wrong.parent.is_dir():
        if wrong.parent == wrong:
            return None
        wrong, rest = wrong.parent, wrong.name / rest
    is_last = wrong == path
    close = did_you_mean(wrong.name, _names(wrong.parent, suffixes if is_last else ()), numbered=True)
    if close is None:
        return None
    found = wrong.with_name(close) / rest
    return str(found) if found.exists() else None


def _names(folder: Path, suffixes: tuple[str, ...]) -> Iterable[str]:
    try:
        with os.scandir(folder) as entries:
            return [one.name for one in islice(entries, _MOST) if one.name.endswith(suffixes) or one.is_dir()]
    except OSError:
        return []
