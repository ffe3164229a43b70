"""Publishes the files of one build in a folder, under names that no other spec or target has there.

New files are written beside the former ones. Then, under a lock, the former manifest is removed, each file is moved to
its place in one step, and the new manifest comes last: files read between two readings of one manifest are its own.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from specc.diagnostics import Diagnostics
from specc.emit import atomic
from specc.source import read_bytes

ARTIFACTS = ("py", "keras", "tflite")  # all that a build may write, beside the manifest


class _NameTaken(Exception):
    """The folder holds the files of another spec or target under the same names."""


@dataclass(frozen=True)
class Place:
    """Where the files of a build go, all named `stem.…`, and which spec and target they are of."""

    folder: Path
    stem: str
    spec: str | None  # the name of its file; None for a spec without one
    target: str

    @property
    def manifest(self) -> str:
        return f"{self.stem}{atomic.MANIFEST}"

    def check(self, diagnostics: Diagnostics) -> bool:
        """Whether the files can be written, found out by writing; reported where not."""
        names = [*(f"{self.stem}.{kind}" for kind in ARTIFACTS), self.manifest]
        try:
            with atomic.locked(self.folder):
                self._former()
                for name in names:
                    if (self.folder / name).is_dir():
                        raise IsADirectoryError(errno.EISDIR, f"{name}: {os.strerror(errno.EISDIR)}")
                with atomic.staging(self.folder) as stage:
                    for name in names:
                        (stage / name).touch()
        except (OSError, _NameTaken) as error:
            self._report(error, diagnostics)
            return False
        return True

    def publish(self, files: Mapping[str, bytes], manifest: bytes, diagnostics: Diagnostics) -> list[Path] | None:
        """Replaces the files of a former build, removing those that were not written again; None where that fails."""
        names = [*files, self.manifest]
        try:
            with atomic.locked(self.folder):
                former = self._former()
                others = [name for kind in ARTIFACTS if (name := f"{self.stem}.{kind}") not in files]
                obsolete = [name for name in others if self._is_listed(name, former)]
                atomic.replace(self.folder, {**files, self.manifest: manifest}, obsolete)
        except (OSError, _NameTaken) as error:
            self._report(error, diagnostics)
            return None
        return [self.folder / name for name in names]

    def _former(self) -> Mapping[str, Any]:
        """The manifest of the former build, empty where there is none. Raises `_NameTaken` if it is of another spec."""
        former = _read(self.folder / self.manifest)
        pairs = ("spec", "file", self.spec), ("target", "name", self.target)
        for what, key, ours in pairs:
            theirs = _table(former, what).get(key)
            if isinstance(theirs, str) and ours is not None and theirs != ours:
                raise _NameTaken(f"`{self.folder / self.manifest}` belongs to another {what}, `{theirs}`")
        return former

    def _is_listed(self, name: str, former: Mapping[str, Any]) -> bool:
        """Whether a file is still the one that the former build wrote."""
        try:
            data = (self.folder / name).read_bytes()
        except FileNotFoundError:
            return False
        return _table(_table(former, "files"), name).get("sha256") == hashlib.sha256(data).hexdigest()

    def _report(self, error: Exception, diagnostics: Diagnostics) -> None:
        if isinstance(error, OSError):
            message = f"cannot write to `{self.folder}`: {error.strerror or error}"
            diagnostics.report("build-failed", message, help="choose a folder that can be written to with `--out`")
        else:
            help = "give the spec another `name`, choose another folder with `--out`, or delete the former files"
            diagnostics.report("build-failed", str(error), help=help)


def _read(path: Path) -> Mapping[str, Any]:
    """What a manifest holds, as far as it is one: anybody may have written it."""
    try:
        found = json.loads(read_bytes(path))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = content.get(key)
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}
