"""What several verbs share: options, colour, and printing diagnostics."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from specc.diagnostics import Diagnostic
from specc.source import Source
from specc.source.escape import printable

if TYPE_CHECKING:
    from rich.table import Table

DEBUG = "SPECC_DEBUG"  # set in the environment, it shows where specc itself failed
INTERNAL_ERROR = 3  # the exit code then
FORMATS = ("text", "json", "sarif", "github")


def _parse_overrides(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"expected name=value, found {value!r}")
        found[name.strip()] = text
    return found


overrides_option: Callable[..., Any] = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_parse_overrides,
    help="Give a parameter of the spec another value; may be repeated.",
)
format_option: Callable[..., Any] = click.option(
    "--format", type=click.Choice(FORMATS), default="text", show_default=True, help="How diagnostics are printed."
)
color_option: Callable[..., Any] = click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    show_default=True,
    help="Colour in text output.",
)


def wants_color(choice: str, stream: TextIO | None = None) -> bool:
    """Whether to colour: asked for, or a terminal without NO_COLOR (https://no-color.org)."""
    if choice == "auto":
        terminal = (stream or sys.stdout).isatty()
        return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return choice == "always"


def emit(
    diagnostics: Sequence[Diagnostic], format: str, color: bool, sources: Sequence[Source], *, err: bool = False
) -> None:
    """Prints diagnostics, in text only if there are any: on standard output, or beside what is printed there."""
    from specc.diagnostics.render import render

    if diagnostics or format != "text":
        text = render(diagnostics, format, color=color, sources=sources)
        if text:
            click.echo(text, err=err, color=True if color else None)


def say(line: str, *, err: bool = False) -> None:
    """Prints a line that may hold names of files or other text of a user's: it stays one line."""
    click.echo(printable(line), err=err)


def write(path: str, text: str) -> None:
    """Writes a file that the user named."""
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror or error}") from None
    say(f"wrote {path}")


def new_table(*head: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(*head, box=SIMPLE_HEAD, pad_edge=False, show_edge=False)


def table_lines(table: Table, color: bool, width: int) -> list[str]:
    """A table as wide as the terminal; where output goes to a file or a pipe, as wide as it needs to be read."""
    from rich.console import Console

    file = io.StringIO()
    console = Console(
        file=file, width=None if sys.stdout.isatty() else width, highlight=False, markup=False, emoji=False,
        force_terminal=color, no_color=not color,
    )  # fmt: skip
    console.print(table)
    return [line.rstrip() for line in file.getvalue().splitlines()]
