"""Replaces several files of a folder together: under a lock, put back on a failure, and finished after a kill."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

MANIFEST = ".manifest.json"  # the ending of the file that comes last
_STAGE = ".specc-new-"  # a folder of files that are being written
_READY = ".specc-ready"  # its name once all of them are there
_FORMER = "former"  # in it, the files that are replaced
_OBSOLETE = "obsolete"  # in it, those that are removed
_LOCK = ".specc-lock"
_ATTEMPTS = 1000
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # may end a build, but not between two moves


def replace(folder: Path, files: Mapping[str, bytes], obsolete: Collection[str]) -> None:
    """Writes all files and removes the obsolete ones, or raises OSError and changes nothing. The folder is locked.

    One of the files is the manifest: its former version is removed first, and it is moved to its place last.
    """
    with staging(folder) as stage:
        for name, data in files.items():
            _write(stage / name, data)
        _keep(folder, stage / _FORMER, files)
        _keep(folder, stage / _OBSOLETE, obsolete)
        with _uninterrupted():
            ready = stage.rename(folder / _READY)
            try:
                _move(ready, folder)
            except OSError:
                _put_back(ready, folder, files)
                raise
            finally:
                shutil.rmtree(ready, ignore_errors=True)


@contextmanager
def staging(folder: Path) -> Generator[Path]:
    """A folder for new files beside the former ones, which is gone afterwards."""
    stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=folder))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Keeps other builds from writing to the folder and cleans up after killed ones.

    A folder that is missing is made, and removed again if nothing is put there. The lock ends with the process that
    holds it; its file, left by a killed one, locks nothing.
    """
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    path = folder / _LOCK
    descriptor = _opened_and_locked(path)
    try:
        _clean(folder)
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
            for one in made:
                one.rmdir()
        os.close(descriptor)


def _opened_and_locked(path: Path) -> int:
    """A descriptor of the lock's file. Others remove the file, and empty folders, so that it may take several tries."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except FileNotFoundError:
            if attempt == _ATTEMPTS:
                raise
            continue
        try:
            _lock(descriptor)
            is_held = _is_at(descriptor, path)
        except BaseException:
            os.close(descriptor)
            raise
        if is_held:
            return descriptor
        os.close(descriptor)
    raise TimeoutError(errno.ETIMEDOUT, "other builds write to it all the time")


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether an open file is still there: its former holder removes it."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _clean(folder: Path) -> None:
    """Finishes what a killed build had begun to move, and removes what it had not finished writing."""
    ready = folder / _READY
    if ready.is_symlink() or ready.is_file():  # not made by a build
        ready.unlink()
    if ready.is_dir():
        _move(ready, folder)
        shutil.rmtree(ready, ignore_errors=True)
    for stage in folder.glob(f"{_STAGE}*"):
        shutil.rmtree(stage, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    """Writes a file, to the disk and not only to a cache."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _keep(folder: Path, former: Path, names: Collection[str]) -> None:
    """Keeps the files that are about to be replaced; where the file system has hard links, without copying them."""
    former.mkdir()
    for name in names:
        if os.path.lexists(folder / name):
            try:
                os.link(folder / name, former / name)
            except OSError:
                shutil.copy2(folder / name, former / name)


def _move(ready: Path, folder: Path) -> None:
    """Moves the files that are ready, or those that are left of them, to their places."""
    names = sorted(_names(ready), key=lambda name: name.endswith(MANIFEST))
    for name in (*(name for name in names if name.endswith(MANIFEST)), *_names(ready / _OBSOLETE)):
        (folder / name).unlink(missing_ok=True)
    for name in names:
        os.replace(ready / name, folder / name)


def _put_back(ready: Path, folder: Path, files: Collection[str]) -> None:
    """Undoes a move that failed, as far as it came."""
    for name in files:
        if name not in _names(ready / _FORMER):
            with contextlib.suppress(OSError):
                (folder / name).unlink(missing_ok=True)
    for former in (ready / _OBSOLETE, ready / _FORMER):
        for name in _names(former):
            with contextlib.suppress(OSError):
                os.replace(former / name, folder / name)


def _names(folder: Path) -> list[str]:
    """The files in a folder, none if it is missing."""
    return [entry.name for entry in os.scandir(folder) if not entry.is_dir()] if folder.is_dir() else []


@contextmanager
def _uninterrupted() -> Generator[None]:
    """Delivers signals that would end the process only after the block. Python handles them in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []

    def receive(number: int, frame: FrameType | None) -> None:
        received.append(number)

    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in numbers}
    handlers = {number: one for number, one in handlers.items() if one not in (None, signal.SIG_IGN)}
    for number in handlers:
        signal.signal(number, receive)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(received):
            signal.raise_signal(number)
