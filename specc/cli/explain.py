"""`specc explain`: what a diagnostic means and how to fix it."""

from __future__ import annotations

import sys

import click

from specc.cli._common import say
from specc.cli._completion import complete_codes
from specc.diagnostics import CODES, did_you_mean
from specc.diagnostics.pages import page


@click.command()
@click.argument("code", required=False, shell_complete=complete_codes)
@click.pass_context
def command(context: click.Context, code: str | None) -> None:
    """Explain a diagnostic by its CODE; without one, list them all.

    \b
    specc explain undeclared-cycle
    """
    if code is None:
        width = max(map(len, CODES))
        for one in CODES.values():
            click.echo(f"{one.slug:{width}}  {one.meaning}")
        return
    text = page(code)
    if text is None:
        close = did_you_mean(code, CODES)
        say(
            f"no diagnostic is called `{code}`"
            + (f"; did you mean `{close}`?" if close else "; `specc explain` lists them"),
            err=True,
        )
        context.exit(1)
        return
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        click.echo(text)
