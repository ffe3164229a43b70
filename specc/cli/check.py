"""`specc check`: everything that is wrong with specs, in one run, without TensorFlow."""

from __future__ import annotations

import os

import click

from specc._version import __version__
from specc.cli._common import (
    DEBUG,
    INTERNAL_ERROR,
    color_option,
    emit,
    format_option,
    overrides_option,
    say,
    wants_color,
)
from specc.cli._completion import complete_files, complete_targets
from specc.cli._folder import Folder, scan, skipped_note
from specc.diagnostics import Diagnostic, Diagnostics, Label
from specc.source import Source, foreign_folder
from specc.source.foreign import FOLDER


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", shell_complete=complete_files)
@click.option(
    "--target",
    "-t",
    "targets",
    multiple=True,
    metavar="TARGET",
    shell_complete=complete_targets,
    help="Check that the spec can be built for a target; may be repeated.",
)
@overrides_option
@click.option("--strict", is_flag=True, help="Let warnings count as errors.")
@format_option
@color_option
@click.pass_context
def command(
    context: click.Context,
    paths: tuple[str, ...],
    targets: tuple[str, ...],
    overrides: dict[str, str],
    strict: bool,
    format: str,
    color: str,
) -> None:
    """Check specs: files, folders (every spec in them), or - for standard input.

    \b
    specc check net.yaml
    specc check specs/ --target tidl --format github
    """
    from specc.diagnostics.render import summary
    from specc.driver import check

    found: list[Diagnostic] = []
    sources: list[Source] = []
    failed = False
    crash: Exception | None = None
    folders = _folders(paths)
    files = [file for path in paths for file in (folders[path].specs if path in folders else [path])]
    for path in dict.fromkeys(files):
        try:
            checked = check(path, targets=targets, overrides=overrides)
        except Exception as error:  # a bug of specc in one file leaves the findings of the others
            crash = crash or error
            sources.append(_source(path))
            found.append(_internal_error(error, sources[-1]))
            continue
        found += checked.diagnostics
        sources.append(checked.source)
        failed = failed or not checked.ok or (strict and bool(checked.diagnostics))
    empty = [one for folder in folders.values() if (one := folder.finding) is not None]
    found += empty
    failed = failed or bool(empty)
    emit(found, format, wants_color(color), sources)
    if note := skipped_note([*folders.values()]):
        say(note, err=True)
    if format == "text":
        click.echo(summary(found, len(sources)), err=True)
    if crash is not None:
        if os.environ.get(DEBUG):
            raise crash
        context.exit(INTERNAL_ERROR)
    if failed:
        context.exit(1)


def _source(path: str) -> Source:
    """The text of a file on which the check failed."""
    from specc.driver import read

    try:
        return read(path, Diagnostics())
    except Exception:  # which may be what failed
        return Source(path, "")


def _internal_error(error: Exception, source: Source) -> Diagnostic:
    message = f"specc {__version__} failed on this file ({type(error).__name__}: {error})"
    help = f"this is a bug in specc: please report it with the spec; {DEBUG}=1 shows where"
    return Diagnostic("internal-error", message, (Label(source.span(0, min(len(source.text), 1))),), help=help)


def _folders(paths: tuple[str, ...]) -> dict[str, Folder]:
    """What is in the folders among the paths; a SavedModel is not one to look through."""
    others = {path: foreign_folder(path) for path in paths}
    return {path: scan(path) for path, other in others.items() if other is not None and other.noun == FOLDER}
