"""Holds the renames of `moved` against the nodes."""

from __future__ import annotations

from collections.abc import Sequence

from specc.diagnostics import Diagnostics
from specc.source import Span
from specc.spec.document import Spec


def check_moved(spec: Spec, names: Sequence[str], diagnostics: Diagnostics) -> None:
    """A new name has to exist, an old one must not, and each old one goes to one new one."""
    seen: dict[str, Span] = {}
    for move in spec.moved:
        if move.new not in names and spec.is_complete:
            diagnostics.unknown("bad-moved", "node", move.new_span, move.new, names)
        if move.old in names:
            message = f"`{move.old}` still exists, so it was not renamed"
            help = "remove the entry, or rename the node"
            diagnostics.report("bad-moved", message, (move.old_span, "still there"), help=help)
        elif move.old in seen:
            message = f"`{move.old}` is renamed twice"
            first = (seen[move.old], "first here")
            diagnostics.report("bad-moved", message, (move.old_span, "again"), first, help="keep one of the two")
        seen.setdefault(move.old, move.old_span)
