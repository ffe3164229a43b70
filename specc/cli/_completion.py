"""What the shell offers for an argument: targets, ops, diagnostic codes and files."""

from __future__ import annotations

from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem


def _starting(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.lower().startswith(incomplete.lower())]


def complete_files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Leaves file names to the shell."""
    return [CompletionItem(incomplete, type="file")]


def complete_targets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offers the names of targets; a path of a target file is left to the shell."""
    from specc.targets import available

    return _starting(available(), incomplete) or complete_files(ctx, param, incomplete)


def complete_codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from specc.diagnostics import CODES

    return _starting(CODES, incomplete)


def complete_listed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offers the names of what `specc list` was asked for."""
    what = ctx.params.get("what")
    if what == "targets":
        return complete_targets(ctx, param, incomplete)
    if what == "codes":
        return complete_codes(ctx, param, incomplete)
    from specc.ops import _registry as registry

    return _starting(registry.names(), incomplete)
