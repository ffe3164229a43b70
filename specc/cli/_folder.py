"""A folder into the specs in it and the YAML files that are something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from specc.diagnostics import Diagnostic, did_you_mean
from specc.source import decode, read_bytes
from specc.source.root_keys import root_keys

_SUFFIXES = (".yaml", ".yml")
_KEY = "specc"
_VERSION = re.compile(r"""["']?v?\d+(\.0)?["']?\Z""")
_SECTIONS = ({"nodes", "inputs"}, {"nodes", "outputs"})  # what no other kind of YAML file is likely to have
_MOST_NAMED = 5


@dataclass
class Folder:
    """What was found in a folder, in the order of the names."""

    path: str
    specs: list[str] = field(default_factory=list[str])
    skipped: list[str] = field(default_factory=list[str])

    @property
    def finding(self) -> Diagnostic | None:
        """What is wrong with a folder that was named to be checked and holds nothing to check."""
        if self.specs:
            return None
        notes = (f"skipped {_listed(self.skipped)}",) if self.skipped else ()
        help = f"name a file, or a folder with specs: a spec is a `.yaml` file with the key `{_KEY}: 1`"
        return Diagnostic("no-spec", f"no spec found in folder `{self.path}`", notes=notes, help=help)


def scan(path: str) -> Folder:
    """Looks through a folder and the folders in it, without those that are hidden."""
    folder, found = Path(path), Folder(path)
    for file in sorted(folder.rglob("*")):
        if file.suffix not in _SUFFIXES or not file.is_file():
            continue
        if any(part.startswith(".") for part in file.relative_to(folder).parts):
            continue
        (found.specs if _is_spec(file) else found.skipped).append(str(file))
    return found


def skipped_note(folders: Sequence[Folder]) -> str:
    """The line that names the YAML files that were not checked; empty where there are none."""
    skipped = [file for folder in folders if folder.specs for file in folder.skipped]
    files = f"{len(skipped)} YAML file{'' if len(skipped) == 1 else 's'}"
    return f"skipped {files} without a `{_KEY}` key: {_listed(skipped)}" if skipped else ""


def _is_spec(file: Path) -> bool:
    """Whether a file is a spec, or was meant to be one: then the check says what its `specc` key lacks."""
    try:
        keys = root_keys(decode(str(file), read_bytes(file))[0].text)
    except OSError:
        return True  # the check says why it cannot be read
    if _KEY in keys or any(keys.keys() >= sections for sections in _SECTIONS):
        return True
    return any(_VERSION.match(value) and did_you_mean(key, [_KEY]) for key, value in keys.items())


def _listed(files: Sequence[str]) -> str:
    rest = len(files) - _MOST_NAMED
    return ", ".join(files[:_MOST_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")
