"""A file of weights for a checked spec, matched to one of its builds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from specc.diagnostics import Diagnostics
from specc.driver.checks import Checked
from specc.lowering import lower
from specc.targets import load_all

if TYPE_CHECKING:
    from specc.emit.checkpoint import Checkpoint

REFERENCE = "keras"


def checkpoint_for(
    path: str | Path, checked: Checked, names: Sequence[str], diagnostics: Diagnostics
) -> Checkpoint | None:
    """A file of weights, matched to a build of these targets, or else to one of another target."""
    from specc.emit.checkpoint import open_checkpoint
    from specc.emit.weight_fit import Build

    spec, graph = checked.spec, checked.graph
    assert spec is not None and graph is not None

    def others() -> list[Build]:
        found = ((one, lower(graph, checked.types, one, Diagnostics())) for one in load_all()[0])
        known = {checked.targets[name].name for name in names}
        return [Build(one, lowered) for one, lowered in found if lowered is not None and one.name not in known]

    builds = [Build(checked.targets[name], checked.lowered[name]) for name in dict.fromkeys(names)]
    return open_checkpoint(path, spec, builds, others, diagnostics)


def check_readable(path: str | Path, diagnostics: Diagnostics) -> None:
    """Reports a file of weights that cannot be read, whatever network it is meant for."""
    from specc.emit.checkpoint import open_file

    open_file(path, diagnostics)
