"""`specc expand`: the flat spec behind one with blocks, for reading and for comparing."""

from __future__ import annotations

import sys

import click

from specc.cli._common import color_option, emit, overrides_option, wants_color, write


@click.command()
@click.argument("path")
@overrides_option
@click.option("--out", "-o", metavar="FILE", help="Write it here instead of printing it.")
@color_option
@click.pass_context
def command(context: click.Context, path: str, overrides: dict[str, str], out: str | None, color: str) -> None:
    """Print the flat spec: blocks written out, repeats unrolled, parameters replaced by their values.

    The flat spec is a valid one of the same network, with the same layer names.

    \b
    specc expand net.yaml
    specc expand net.yaml --set passes=3 -o flat.yaml
    """
    from specc.driver import expand

    checked, text = expand(path, overrides=overrides)
    if checked.diagnostics:
        emit(checked.diagnostics, "text", wants_color(color, sys.stderr), [checked.source], err=True)
    if text is None:
        context.exit(1)
    if out is None:
        click.echo(text, nl=False)
    else:
        write(out, text)
    if not checked.ok:
        context.exit(1)
