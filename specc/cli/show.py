"""`specc show`: the network as a table or a picture, without TensorFlow."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from specc.cli._common import color_option, emit, new_table, overrides_option, table_lines, wants_color, write
from specc.cli._completion import complete_files, complete_targets

if TYPE_CHECKING:
    from specc.analysis.costs import Costs
    from specc.analysis.views import Picture
    from specc.ir import Graph, Output
    from specc.ir.graph import Types


@click.command()
@click.argument("path", shell_complete=complete_files)
@overrides_option
@click.option(
    "--target",
    "-t",
    metavar="TARGET",
    shell_complete=complete_targets,
    help="Show the graph as it is lowered for a target.",
)
@click.option("--graph", type=click.Choice(("mermaid", "dot", "svg")), help="A picture instead of the table.")
@click.option("--unrolled", is_flag=True, help="With every pass of every loop written out.")
@click.option("--out", "-o", metavar="FILE", help="Write it here instead of printing it.")
@color_option
@click.pass_context
def command(
    context: click.Context,
    path: str,
    overrides: dict[str, str],
    target: str | None,
    graph: str | None,
    unrolled: bool,
    out: str | None,
    color: str,
) -> None:
    """Show a network: its layers, shapes, parameters and multiply-accumulates, or a picture of its graph.

    \b
    specc show net.yaml
    specc show net.yaml --target tidl
    specc show net.yaml --graph mermaid
    specc show net.yaml --graph svg --unrolled -o net.svg
    """
    from specc.analysis.costs import costs
    from specc.driver import check

    checked = check(path, targets=[target] if target else [], overrides=overrides)
    if checked.diagnostics:
        emit(checked.diagnostics, "text", wants_color(color, sys.stderr), [checked.source], err=True)
    if checked.graph is None or checked.costs is None or (target is not None and target not in checked.lowered):
        context.exit(1)
    shown, types, counted = checked.graph, checked.types, checked.costs
    if target is not None:
        lowered = checked.lowered[target]
        shown, types = lowered.graph, lowered.types
        counted = costs(shown, types)
    if graph is None:
        text = _table(shown, types, counted, unrolled, wants_color(color) and out is None)
    else:
        from specc.analysis import views

        try:
            picture = views.unrolled(shown, types) if unrolled else views.folded(shown, types)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        text = _renderer(graph)(picture)
    if out is None:
        click.echo(text, nl=False)
    else:
        write(out, text)
    if not checked.ok:  # over budget, say: shown, and a failure all the same
        context.exit(1)


def _renderer(name: str) -> Callable[[Picture], str]:
    if name == "mermaid":
        from specc.analysis.views.mermaid import render
    elif name == "dot":
        from specc.analysis.views.dot import render
    else:
        from specc.analysis.views.svg import render
    return render


def _table(graph: Graph, types: Types, counted: Costs, unrolled: bool, color: bool) -> str:
    """The table that `Model.summary` gives, with multiply-accumulates, and the sums below it."""
    from specc.analysis.views import summary_rows

    table = new_table()
    for head in ("layer (type)", "output shape", "params", "MACs", "reads"):
        table.add_column(head, justify="right" if head in ("params", "MACs") else "left", overflow="fold")
    for row in summary_rows(graph, types, counted):
        if row.heading:
            table.add_row(f"{'  ' * row.depth}{row.heading}", "", "", "", "", style="bold")
            continue
        name = f"{'  ' * row.depth}{row.name} ({row.op})"
        table.add_row(name, row.shape, f"{row.parameters:,}", f"{row.macs:,}" if row.macs else "", row.reads)
    macs = counted.macs_unrolled if unrolled else counted.macs
    bytes_ = counted.activation_bytes_unrolled if unrolled else counted.activation_bytes
    lines = [
        "",
        "outputs: " + ", ".join(_output(one) for one in graph.outputs),
        f"{graph.name}: {counted.parameters:,} parameters ({_size(4 * counted.parameters)})",
        f"  trainable {counted.trainable:,}, not trainable {counted.non_trainable:,}",
        f"  {macs:,} multiply-accumulates and {_size(bytes_)} of activations for one example"
        + (", loops unrolled" if unrolled else ", each loop body once" if graph.loops else ""),
    ]
    return "\n".join([*table_lines(table, color, 100), *lines, ""])


def _output(one: Output) -> str:
    return one.name if one.name == str(one.value) else f"{one.name} ({one.value})"


def _size(count: int) -> str:
    """Bytes as Keras' summary prints them: `1.18 KB`, in steps of 1024; a formula where sizes are left to the data."""
    from specc.ir.sizes import is_known

    if not is_known(count):
        return f"{count} B"
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.2f} {unit}"
        size /= 1024
    raise AssertionError
