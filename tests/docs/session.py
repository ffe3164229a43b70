"""A reader who follows a page: saves its files, runs its commands and its Python, and sees what is printed."""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from .pages import ROOT, Block, Page

_ENVIRONMENT = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "TF_CPP_MIN_LOG_LEVEL": "3", "LC_ALL": "C"}
FUNCTIONS = f'python() {{ "{sys.executable}" "$@"; }}; specc() {{ python -m specc "$@"; }}; '
_SHELL = re.compile(r"[|<>;&*?$`~]")
_MEASURED = re.compile(r"\b\d\.\d+e[-+]\d+\b")


class Session:
    """One page's folder and what was done in it. With `quick`, nothing that loads TensorFlow is run."""

    def __init__(self, folder: Path, quick: bool = False) -> None:
        self.folder, self.quick = folder, quick
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.printed = ""
        self.has_skipped = False

    def follow(self, page: Page) -> dict[int, str]:
        """What the blocks of a page should show, by their lines; those that were not run are left out."""
        if "specs/" in page.text:
            shutil.copytree(ROOT / "specs", self.folder / "specs", dirs_exist_ok=True)
        found: dict[int, str] = {}
        for block in page.blocks:
            with self.inside():
                shown = self.step(page, block)
            if shown is not None:
                found[block.line] = shown
        return found

    def step(self, page: Page, block: Block) -> str | None:
        if "file" in block.marks and block.language != "diff":
            path = self.folder / block.marks["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        if block.is_python:
            self.python(block.text, f"{page.name}:{block.line}")
        elif block.language == "console":
            return self.console(block.text)
        elif "run" in block.marks:
            return self.run(block.marks["run"])
        elif "output" in block.marks:
            return None if self.has_skipped else self.printed
        return None

    def console(self, text: str) -> str | None:
        commands = [line[2:] for line in text.split("\n") if line.startswith("$ ")]
        shown: list[str] = []
        for command in commands:
            printed = self.run(command)
            if printed is None:
                return None
            shown.append(f"$ {command}\n{printed}")
        return "".join(shown)

    def run(self, command: str) -> str | None:
        """What a command prints on both streams; None where it was not run."""
        if self.quick and (needs_keras(command) or (self.has_skipped and not command.startswith("specc "))):
            self.has_skipped = True
            return None
        if command.startswith("specc ") and not _SHELL.search(command):
            printed = self.specc(shlex.split(command)[1:])
        else:
            printed = self.shell(command)
        return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())

    def specc(self, arguments: list[str]) -> str:
        from specc.cli._main import group

        with captured() as printed, contextlib.suppress(SystemExit):
            group.main(arguments, prog_name="specc")
        lines = printed.getvalue().splitlines(keepends=True)
        return "".join(line for line in lines if not line.endswith(" …\n"))  # a terminal shows progress in place

    def shell(self, command: str) -> str:
        found = subprocess.run(
            ["sh", "-c", FUNCTIONS + command],
            check=False,
            env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return found.stdout

    def python(self, text: str, name: str) -> None:
        if self.quick:
            self.has_skipped = True
            return
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(textwrap.dedent(text), name, "exec"), self.names)
        self.printed = "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())

    @contextlib.contextmanager
    def inside(self) -> Generator[None]:
        """Within the folder, as a reader is; modules imported from there do not outlive the session's page."""
        before, path, modules = Path.cwd(), list(sys.path), set(sys.modules)
        os.chdir(self.folder)
        try:
            yield
        finally:
            os.chdir(before)
            sys.path[:] = path
            for module in set(sys.modules) - modules:
                file = getattr(sys.modules[module], "__file__", None) or ""
                if file.startswith(str(self.folder)):
                    del sys.modules[module]


@contextlib.contextmanager
def captured() -> Generator[io.StringIO]:
    """Both streams, caught where the operating system writes them: what is kept from there is not seen here either."""
    printed = io.StringIO()
    streams, environment = (sys.stdout, sys.stderr), dict(os.environ)
    for stream in streams:
        stream.flush()
    kept = [os.dup(number) for number in (1, 2)]
    with TemporaryFile() as log:
        for number in (1, 2):
            os.dup2(log.fileno(), number)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
        os.environ.update(_ENVIRONMENT)
        try:
            yield printed
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.close()
            sys.stdout, sys.stderr = streams
            os.environ.clear()
            os.environ.update(environment)
            for number, copy in zip((1, 2), kept, strict=True):
                os.dup2(copy, number)
                os.close(copy)
            log.seek(0)
            printed.write(log.read().decode())


@contextlib.contextmanager
def session(quick: bool = False) -> Generator[Session]:
    with TemporaryDirectory() as folder:
        yield Session(Path(folder).resolve(), quick)


def needs_keras(command: str) -> bool:
    return command.startswith("specc build")


def uses_keras(page: Page) -> bool:
    """Whether following the page loads TensorFlow."""
    commands = [line[2:] for block in page.blocks for line in block.text.split("\n") if block.language == "console"]
    commands += [block.marks["run"] for block in page.blocks if "run" in block.marks]
    return any(block.is_python for block in page.blocks) or any(map(needs_keras, commands))


def comparable(text: str) -> str:
    """The text with measured differences left out: their last digits depend on the processor."""
    return _MEASURED.sub("0.0e+00", text)
