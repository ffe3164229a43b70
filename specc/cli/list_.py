"""`specc list`: the ops, targets and diagnostics there are, and what each op and target takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any, cast

import click

from specc.cli._common import emit, new_table, say, table_lines, wants_color
from specc.cli._completion import complete_listed
from specc.source.escape import printable


@click.command()
@click.argument("what", type=click.Choice(("ops", "targets", "codes")))
@click.argument("name", required=False, shell_complete=complete_listed)
@click.pass_context
def command(context: click.Context, what: str, name: str | None) -> None:
    """List the ops, the targets or the codes of diagnostics; with a NAME, all about one.

    \b
    specc list ops
    specc list ops Conv2D
    specc list targets tidl
    specc list codes
    """
    if not {"ops": _ops, "targets": _targets, "codes": _codes}[what](name):
        context.exit(1)


def _codes(name: str | None) -> bool:
    from specc.diagnostics import CODES, did_you_mean

    if name is None:
        _table(("code", "severity", "meaning"), ((one.slug, one.severity, one.meaning) for one in CODES.values()))
        return True
    if name in CODES:
        one = CODES[name]
        click.echo(f"{name} ({one.severity}): {one.meaning}\n\n`specc explain {name}` shows an example and its cure")
        return True
    close = did_you_mean(name, CODES)
    say(f"unknown code `{name}`" + (f"; did you mean `{close}`?" if close else ""), err=True)
    return False


def _ops(name: str | None) -> bool:
    from specc.diagnostics import did_you_mean
    from specc.ops import _registry as registry

    if name is None:
        ops = sorted((*registry.all_ops(), *registry.installed_ops()), key=lambda op: op.name)
        _table(("op", "what it does"), ((op.name, op.doc) for op in ops if op.name != "Input"))
        _refusals((one.message, one.help) for one in registry.refused_ops())
        return True
    op, refused = registry.find(name), registry.refused(name)
    if refused is not None:
        _refusals([(refused.message, refused.help)])
    if op is None and refused is not None:
        return False
    if op is None:
        close = did_you_mean(name, registry.names())
        say(f"unknown op `{name}`" + (f"; did you mean `{close}`?" if close else ""), err=True)
        return False
    from specc.ops._attributes import fields_of

    say(f"{op.name} ({op.keras}), {op.arity}")
    say(op.doc)
    click.echo()
    rows: list[tuple[str, str, str, str]] = []
    for field in fields_of(op.attributes).values():
        default = "required" if field.required else _shown(field.default)
        rows.append(
            (
                field.name,
                default if field.name not in op.either else "one of " + ", ".join(op.either),
                field.kind.expects,
                field.doc,
            )
        )
    _table(("attribute", "default", "takes", "meaning"), rows)
    return True


def _refusals(found: Iterable[tuple[str, str]]) -> None:
    """What packages offer and cannot be used, and what to do about it."""
    for message, help in found:
        say(f"{message}; {help}" if help else message, err=True)


def _shown(value: Any) -> str:
    """A default as a spec would write it."""
    from specc.ops._keras_objects import KerasObject

    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, cast('tuple[Any, ...]', value)))}]"
    if isinstance(value, KerasObject):
        arguments = "".join(f", {key}: {_shown(one)}" for key, one in value.arguments)
        return f"{{op: {value.name}{arguments}}}" if arguments else value.name
    return str(value)


def _targets(name: str | None) -> bool:
    from specc.targets import TargetError, load, load_all

    if name is None:
        targets, errors = load_all()
        _table(("target", "what it is"), ((one.name, one.doc) for one in targets))
        _refusals((one.message, one.help) for one in errors)
        return True
    try:
        target = load(name)
    except TargetError as error:
        _refusals([(error.message, error.help)])
        if error.found:
            emit(error.found, "text", wants_color("auto", sys.stderr), [], err=True)
        return False
    say(f"{target.name}: {target.doc}")
    click.echo()
    if target.options:
        _table(
            ("option", "values", "meaning"),
            ((one.name, f"{', '.join(one.values)} (default {one.default})", one.doc) for one in target.options),
        )
    if not target.ops:
        return True
    rows = [("every op", one.require, target.cite(one.source)) for one in target.constraints]
    for op, constraints in target.ops.items():
        rows += [
            (op, (f"{one.require}, when {one.when}" if one.when else one.require), target.cite(one.source))
            for one in constraints
        ] or [(op, "", "")]
    _table(("op", "constraint", "source"), rows)
    say(f"activations: {', '.join(target.activations)}")
    say(f"lowerings: {', '.join(target.lowerings)}")
    say(f"operators in the file: {', '.join(target.file_operators)}")
    return True


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = new_table(*head)
    for row in rows:
        table.add_row(*map(printable, row))
    for line in table_lines(table, wants_color("auto"), 120):
        click.echo(line)
