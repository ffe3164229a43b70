"""What several verbs share: options, colour, and printing diagnostics."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from specc.diagnostics import Diagnostic
from specc.source import Source

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


def wants_color(choice: str) -> bool:
    """Whether to colour: asked for, or a terminal without NO_COLOR (https://no-color.org)."""
    if choice == "auto":
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return choice == "always"


def emit(diagnostics: Sequence[Diagnostic], format: str, color: bool, sources: Sequence[Source]) -> None:
    """Prints diagnostics on standard output, in text only if there are any."""
    from specc.diagnostics.render import render

    if diagnostics or format != "text":
        text = render(diagnostics, format, color=color, sources=sources)
        if text:
            click.echo(text, color=True if color else None)
