"""`specc list`: the ops and targets there are, and what each of them takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from specc.cli._common import new_table, table_lines, wants_color


@click.command()
@click.argument("what", type=click.Choice(("ops", "targets")))
@click.argument("name", required=False)
@click.pass_context
def command(context: click.Context, what: str, name: str | None) -> None:
    """List the ops or the targets; with a NAME, all about one.

    \b
    specc list ops
    specc list ops Conv2D
    specc list targets tidl
    """
    found = _ops(name) if what == "ops" else _targets(name)
    if found is None:
        context.exit(1)


def _ops(name: str | None) -> bool | None:
    from specc.diagnostics import did_you_mean
    from specc.ops import _registry as registry

    if name is None:
        _table(("op", "what it does"), ((op.name, op.doc) for op in registry.all_ops() if op.name != "Input"))
        return True
    op = registry.find(name)
    if op is None:
        close = did_you_mean(name, registry.names())
        click.echo(f"unknown op `{name}`" + (f"; did you mean `{close}`?" if close else ""), err=True)
        return None
    from specc.ops._attributes import fields_of

    click.echo(f"{op.name} ({op.keras}), {op.arity}\n{op.doc}\n")
    rows: list[tuple[str, str, str, str]] = []
    for field in fields_of(op.attributes).values():
        default = "required" if field.required else str(field.default)
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


def _targets(name: str | None) -> bool | None:
    from specc.targets import TargetError, available, load

    if name is None:
        _table(("target", "what it is"), ((one, load(one).doc) for one in available()))
        return True
    try:
        target = load(name)
    except TargetError as error:
        click.echo(f"{error.message}" + (f"; {error.help}" if error.help else ""), err=True)
        return None
    click.echo(f"{target.name}: {target.doc}\n")
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
    click.echo(f"activations: {', '.join(target.activations)}")
    click.echo(f"lowerings: {', '.join(target.lowerings)}")
    click.echo(f"operators in the file: {', '.join(target.file_operators)}")
    return True


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = new_table(*head)
    for row in rows:
        table.add_row(*row)
    for line in table_lines(table, wants_color("auto"), 120):
        click.echo(line)
