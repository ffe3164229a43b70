"""A copy of the project with one fault planted, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutation.faults import Fault

ROOT = Path(__file__).resolve().parents[2]
_COPIED = ("specc", "specs", "schemas", "tests", "docs", "pyproject.toml", "README.md", "CONTRIBUTING.md")
_IGNORED = shutil.ignore_patterns("__pycache__", ".pytest_cache")


def is_planted_once(fault: Fault) -> bool:
    """Whether the text that a fault replaces stands in its file, and once."""
    return (ROOT / "specc" / fault.file).read_text("utf-8").count(fault.old) == 1


@contextmanager
def planted(fault: Fault) -> Generator[Path]:
    """A folder with the faulty project."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, home / name, ignore=_IGNORED)
            else:
                shutil.copy(source, home / name)
        file = home / "specc" / fault.file
        file.write_text(file.read_text("utf-8").replace(fault.old, fault.new), "utf-8")
        yield home
