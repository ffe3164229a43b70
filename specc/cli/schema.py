"""`specc schema`: the JSON Schema of the language or of target files, for editors and other tools."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.option("--of", "what", type=click.Choice(("spec", "target")), default="spec", show_default=True, help="Of which files.")
@click.option("--out", "-o", metavar="FILE", help="Write it here instead of printing it.")
def command(what: str, out: str | None) -> None:
    """Print the JSON Schema of specs, or of target files."""
    text = schema_text(what)
    if out is None:
        click.echo(text, nl=False)
    else:
        Path(out).write_text(text, encoding="utf-8")


def schema_text(what: str) -> str:
    """The schema as the published file has it."""
    if what == "target":
        from specc.targets._schema import SCHEMA as found
    else:
        from specc.spec.schema import schema
        from specc.targets._schema import options_schema

        found = schema(options_schema())
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
