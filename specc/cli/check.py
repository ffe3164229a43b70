"""`specc check`: everything that is wrong with specs, in one run, without TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from specc.cli._common import color_option, emit, format_option, overrides_option, wants_color
from specc.cli._completion import complete_files, complete_targets
from specc.diagnostics import Diagnostic
from specc.source import Source, decode, foreign_folder
from specc.source.foreign import FOLDER

_SUFFIXES = (".yaml", ".yml")
_IS_SPEC = re.compile(r"""^(\{\s*)?["']?specc["']?\s*:""", re.MULTILINE)


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
    unchecked: list[str] = []
    for path in dict.fromkeys(_files(paths)):
        try:
            checked = check(path, targets=targets, overrides=overrides)
        except Exception as error:  # a bug of specc in one file leaves the findings of the others
            crash = crash or error
            unchecked.append(path)
            continue
        found += checked.diagnostics
        sources.append(checked.source)
        failed = failed or not checked.ok or (strict and bool(checked.diagnostics))
    emit(found, format, wants_color(color), sources)
    if format == "text" and (sources or crash is None):
        click.echo(summary(found, len(sources)), err=True)
    if crash is not None:
        if sources:  # which of several
            click.echo(f"not checked: {', '.join(unchecked)}", err=True)
        raise crash
    if failed:
        context.exit(1)


def _files(paths: tuple[str, ...]) -> Iterator[str]:
    """The files named, and the specs in the folders named."""
    for path in paths:
        other = foreign_folder(path)
        if other is None or other.noun != FOLDER:
            yield path
            continue
        folder = Path(path)
        specs = [str(file) for file in sorted(folder.rglob("*")) if _is_spec(file, folder)]
        if not specs:
            click.echo(f"no spec in {path}: a spec is YAML with a `specc` key", err=True)
        yield from specs


def _is_spec(file: Path, folder: Path) -> bool:
    """Whether a file of a folder is YAML with a top-level `specc` key; what is hidden is left alone."""
    if file.suffix not in _SUFFIXES or not file.is_file():
        return False
    if any(part.startswith(".") for part in file.relative_to(folder).parts):
        return False
    try:
        return _IS_SPEC.search(decode(str(file), file.read_bytes())[0].text) is not None
    except OSError:
        return True  # the check says why it cannot be read
