"""`specc build`: a spec into its module and models, proven before anything is replaced."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, TextIO

import click

from specc.cli._common import INTERNAL_ERROR, color_option, emit, format_option, overrides_option, say, wants_color
from specc.cli._completion import complete_files, complete_targets
from specc.source.escape import printable

if TYPE_CHECKING:
    from specc.diagnostics import Diagnostic
    from specc.driver import BuildResult
    from specc.source import Source

ARTIFACTS = ("py", "keras", "tflite")


@click.command()
@click.argument("path", shell_complete=complete_files)
@click.option(
    "--target",
    "-t",
    "targets",
    multiple=True,
    metavar="TARGET",
    shell_complete=complete_targets,
    help="A target's name or the path of its file; may be repeated. Default: keras.",
)
@click.option("--out", "-o", default="build", show_default=True, metavar="DIR", help="Where the files go.")
@overrides_option
@click.option(
    "--weights",
    metavar="FILE",
    help="A .keras, .weights.h5 or .npz file of the network, whose weights are carried across.",
)
@click.option(
    "--allow-different-network", is_flag=True, help="Carry weights across by name even if FILE is of another network."
)
@click.option(
    "--allow-large", is_flag=True, help="Build even if the estimated memory or number of layer calls is too large."
)
@click.option(
    "--artifacts", metavar="LIST", help=f"Which files to write, of {','.join(ARTIFACTS)}; all that can be if left out."
)
@click.option("--no-verify", is_flag=True, help="Skip the proof against the spec.")
@format_option
@color_option
@click.pass_context
def command(
    context: click.Context,
    path: str,
    targets: tuple[str, ...],
    out: str,
    overrides: dict[str, str],
    weights: str | None,
    allow_different_network: bool,
    allow_large: bool,
    artifacts: str | None,
    no_verify: bool,
    format: str,
    color: str,
) -> None:
    """Write the Keras module of a spec and its models: .py, .keras, .tflite and a manifest.

    The build is run on random weights and compared with the spec first, node by node. If they differ, or if the written
    file holds what the target does not take, that is an error and no file is replaced.

    \b
    specc build net.yaml --target tidl
    specc build net.yaml -t keras -t tidl --set passes=10
    specc build net.yaml -t tidl --weights trained.keras
    """
    kinds = None if artifacts is None else [kind.strip() for kind in artifacts.split(",") if kind.strip()]
    for kind in kinds or ():
        if kind not in ARTIFACTS:
            raise click.BadParameter(f"{kind!r} is not one of {', '.join(ARTIFACTS)}", param_hint="--artifacts")
    if kinds is not None and not kinds:
        raise click.BadParameter(f"name some of {', '.join(ARTIFACTS)}", param_hint="--artifacts")
    from specc.driver import run_build

    wanted = tuple(dict.fromkeys(targets or ("keras",)))
    if path == "-" and len(wanted) > 1:
        raise click.UsageError("standard input can be read once: build one target at a time, or give a file")
    found: list[Diagnostic] = []
    sources: list[Source] = []
    failed = False
    for target in wanted:
        with _progress(printable(target)) as progress:
            result = run_build(
                path,
                target=target,
                out=out,
                overrides=overrides,
                artifacts=kinds,
                verify=not no_verify,
                weights=weights,
                allow_different_network=allow_different_network,
                allow_large=allow_large,
                progress=progress,
            )
        new = [one for one in result.diagnostics if _key(one) not in map(_key, found)]
        found += new
        sources = [result.checked.source]
        failed = failed or not result.ok
        if format == "text":
            emit(new, format, wants_color(color), sources)
            if result.ok:
                _report(result, not no_verify)
    if format != "text":
        emit(found, format, False, sources)
    if any(one.code == "internal-error" for one in found):
        context.exit(INTERNAL_ERROR)
    if failed:
        context.exit(1)


def _key(one: Diagnostic) -> tuple[object, ...]:
    """What tells diagnostics of several targets apart: a warning about the spec is printed once."""
    return one.code, one.message, one.span and (one.span.start, one.span.end)


def _report(result: BuildResult, verified: bool) -> None:
    """What was proven, a line for each comparison, and what was written."""
    for comparison in result.comparisons:
        several = len(comparison.differences) > 1
        figures = [f"{one.error:.1e}" + (f" ({one.output})" if several else "") for one in comparison.differences]
        found = f"largest difference {', '.join(figures)} of the largest value"
        click.echo(f"{comparison.what}: equal, {found} ({comparison.examples} examples)")
    for note in result.notes:
        say(note)
    if not verified:
        click.echo("not compared with the spec")
    for file in result.files:
        say(f"wrote {file}")
    if result.without_tflite:
        click.echo("no .tflite file: the inputs leave sizes to the data; name them, and build with `--set NAME=…`")


@contextlib.contextmanager
def _progress(target: str) -> Generator[Callable[[str], None]]:
    """Shows the step at work, on a terminal in place and elsewhere in a line each: TensorFlow takes its time."""
    if not sys.stderr.isatty():
        with _stderr() as log:
            yield lambda step: print(f"{target}: {step} …", file=log, flush=True)
        return
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner

    spinner = Spinner("dots", f"{target}: …")
    with _stderr() as terminal:
        console = Console(file=terminal, force_terminal=True)
        with Live(spinner, console=console, transient=True, redirect_stdout=False, redirect_stderr=False):
            yield lambda step: spinner.update(text=f"{target}: {step}")


@contextlib.contextmanager
def _stderr() -> Generator[TextIO]:
    """A stream of its own: the build sends what TensorFlow prints elsewhere while it works."""
    try:
        number = os.dup(sys.stderr.fileno())
    except OSError:  # a stream without a file, which nothing redirects
        yield sys.stderr
        return
    with open(number, "w", encoding="utf-8") as stream:
        yield stream
