"""Files written beside and renamed: whatever happens in between, what was there before stays whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".specc-"


class Staging:
    """A folder beside the artifacts in which the new ones wait until all of them are there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        self.place = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=folder))
        self.names: list[str] = []

    def write(self, name: str, data: bytes) -> None:
        """Puts a file into the waiting room, on the disk and not only in a cache."""
        with open(self.place / name, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self.names.append(name)

    def publish(self) -> list[Path]:
        """Renames every file to its place, each in one step."""
        for name in self.names:
            os.replace(self.place / name, self.folder / name)
        return [self.folder / name for name in self.names]

    def discard(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)


@contextmanager
def staging(folder: Path) -> Generator[Staging]:
    """A waiting room that is gone afterwards, whether its files were published or not."""
    room = Staging(folder)
    try:
        yield room
    finally:
        room.discard()


def _sweep(folder: Path) -> None:
    """Removes the waiting rooms of builds that were killed."""
    for place in folder.glob(f"{_PREFIX}*-*"):
        pid = place.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not _is_running(int(pid)):
            shutil.rmtree(place, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
