"""Reads a file that somebody else may have put there: regular files only, and no more bytes than a spec has."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

from specc.source.text import MAX_BYTES


def read_bytes(path: str | Path) -> bytes:
    """At most one byte more than `MAX_BYTES` of a regular file; raises `OSError` or, for a bad name, `ValueError`.

    The file is opened without waiting and looked at once it is open: a pipe, a device or a socket is refused, also
    behind a link.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return file.read(MAX_BYTES + 1)


def read_stdin() -> bytes:
    """At most one byte more than `MAX_BYTES` of standard input."""
    return sys.stdin.buffer.read(MAX_BYTES + 1)
