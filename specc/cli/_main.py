"""The command group: verbs by name, and what happens to whatever they let escape.

Exit codes: 0 clean, 1 findings, 2 usage, 3 a bug in specc, 130 interrupted.
"""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys

import click

from specc._version import __version__
from specc.cli._common import DEBUG, INTERNAL_ERROR
from specc.source.escape import printable

_VERBS = {
    "build": "build",
    "check": "check",
    "expand": "expand",
    "explain": "explain",
    "init": "init",
    "list": "list_",
    "schema": "schema",
    "show": "show",
}
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)  # the disk, and not specc, is at fault


class _Verbs(click.Group):
    """Imports a verb's file only when the verb is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        command: click.Command = importlib.import_module(f"specc.cli.{_VERBS[cmd_name]}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _VERBS and not args[0].startswith("-"):
            from specc.diagnostics import did_you_mean

            close = did_you_mean(args[0], _VERBS)
            ctx.fail(
                f"no verb {args[0]!r}"
                + (f"; did you mean {close!r}?" if close else f"; there are {', '.join(sorted(_VERBS))}")
            )
        return super().resolve_command(ctx, args)


@click.command(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="specc")
def group() -> None:
    """Compile neural networks written as YAML into Keras models, Dense-based or conv-only, proven equal.

    \b
    specc init net.yaml                 write a spec to start from
    specc check net.yaml                say everything that is wrong with it
    specc show net.yaml                 the table of its layers, without TensorFlow
    specc build net.yaml --target tidl  module, .keras, .tflite and manifest
    """


def run() -> int:
    """Runs the command line; returns the exit code."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal of another encoding shows escapes
    try:
        code = group.main(prog_name="specc", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        error.message = printable(error.message)  # pyright: ignore[reportAttributeAccessIssue]  # arguments are in it
        error.show()
        code = error.exit_code
    except click.Abort:  # click's word for an interrupt
        raise KeyboardInterrupt from None
    except BrokenPipeError:
        _forget_output()  # whoever read it has gone
        code = 1
    except OSError as error:
        if error.errno not in _FULL:
            code = _own_fault(error)
        else:
            _forget_output()
            click.echo(f"the output cannot be written: {error.strerror}", err=True)
            code = 1
    except Exception as error:
        code = _own_fault(error)
    return code if isinstance(code, int) else 0


def _open_streams() -> None:
    """Opens the null device in place of streams that are closed: the next file would get a closed one's number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdin = sys.stdin or os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)


def _forget_output() -> None:
    """Keeps Python from complaining once more when it flushes what cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _own_fault(error: Exception) -> int:
    """Says that specc has a bug; raises the error again for those who look for it."""
    if os.environ.get(DEBUG):
        raise error
    click.echo(
        f"specc {__version__} failed on its own account ({printable(f'{type(error).__name__}: {error}')}).\n"
        f"This is a bug in specc: please report it with the spec. {DEBUG}=1 shows where.",
        err=True,
    )
    return INTERNAL_ERROR
