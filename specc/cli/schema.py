"""`specc schema`: the JSON Schema of the language or of target files, for editors and other tools."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

import click

from specc.cli._common import write

_WIDTH = 120


@click.command()
@click.option(
    "--of", "what", type=click.Choice(("spec", "target")), default="spec", show_default=True, help="Of which files."
)
@click.option("--out", "-o", metavar="FILE", help="Write it here instead of printing it.")
def command(what: str, out: str | None) -> None:
    """Print the JSON Schema of specs, or of target files."""
    text = schema_text(what)
    if out is None:
        click.echo(text, nl=False)
    else:
        write(out, text)


def schema_text(what: str) -> str:
    """The schema as the published file has it."""
    if what == "target":
        from specc.targets._schema import SCHEMA as found
    else:
        from specc.spec.schema import schema
        from specc.targets._schema import options_schema

        found = schema(options_schema())
    return _pretty(found, "", 0) + "\n"


def _pretty(value: Any, indent: str, used: int) -> str:
    """JSON with what fits into a line on one line, and names side by side; `used` characters of that line are taken."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + used + len(line) < _WIDTH or not isinstance(value, (dict, list)):
        return line
    inner = indent + "  "
    if isinstance(value, list):
        items = [_pretty(one, inner, 0) for one in cast("list[Any]", value)]
        if not any(isinstance(one, (dict, list)) for one in cast("list[Any]", value)):
            return f"[\n{inner}" + f"\n{inner}".join(_lines(items, _WIDTH - len(inner))) + f"\n{indent}]"
    else:
        keys = [(f"{json.dumps(key)}: ", one) for key, one in cast("dict[str, Any]", value).items()]
        items = [key + _pretty(one, inner, len(key)) for key, one in keys]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return opening + "".join(f"\n{inner}{one}," for one in items)[:-1] + f"\n{indent}{closing}"


def _lines(items: Sequence[str], width: int) -> list[str]:
    """Items of a list, as many on each line as fit."""
    found = [items[0]]
    for item in items[1:]:
        if len(found[-1]) + len(item) + 3 <= width:
            found[-1] += f", {item}"
        else:
            found[-1] += ","
            found.append(item)
    return found
