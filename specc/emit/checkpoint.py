"""A file that `--weights` names: opened, and held against the network's builds, before TensorFlow starts.

Says which build's weights it holds, or reports why it holds none's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from specc.diagnostics import Diagnostics
from specc.emit.naming import layer_name
from specc.emit.weight_file import Array, Shape, WeightFile, WeightsError, open_weights
from specc.emit.weight_fit import Build, Fit, fit, moves, renamed
from specc.spec import Spec

_SHOWN = 4


@dataclass(frozen=True)
class Checkpoint:
    """A file whose names and shapes are those of a build, the keras build first among them.

    `unused` are stored layers that no weight of the network is in.
    """

    file: WeightFile
    builds: tuple[Build, ...]
    renames: Mapping[str, str]
    unused: tuple[str, ...] = ()
    spec: Spec = field(repr=False, kw_only=True)

    def stored(self, build: Build) -> dict[str, dict[str, Array]]:
        """The arrays of a build's layers by today's name and the key in the file."""
        layers = {name: layer for name, layer in renamed(self.file, self.renames).items() if name in build.weights}
        arrays = self.file.arrays(layer.name for layer in layers.values())
        return {name: arrays[layer.name] for name, layer in layers.items()}


def open_file(path: str | Path, diagnostics: Diagnostics) -> WeightFile | None:
    """The file, whatever network it is of; None, which is reported, if it cannot be read."""
    try:
        return open_weights(path)
    except WeightsError as error:
        diagnostics.report("bad-weights", error.message, notes=[KEPT], help=error.help)
        return None


def open_checkpoint(
    path: str | Path,
    spec: Spec,
    builds: Sequence[Build],
    others: Callable[[], Sequence[Build]],
    diagnostics: Diagnostics,
) -> Checkpoint | None:
    """The file as weights of one of the builds, else of one of the `others`; None, which is reported, if of neither."""
    file = open_file(path, diagnostics)
    if file is None:
        return None
    renames = {layer_name(move.old): layer_name(move.new) for move in spec.moved}
    fits = [(build, fit(file, build, renames)) for build in builds]
    if not any(found.ok for _, found in fits):
        fits += [(build, fit(file, build, renames)) for build in others()]
    good = [build for build, found in fits if found.ok]
    if not good:
        build, found = min(fits, key=lambda row: row[1].problems)
        _report(file, build, found, moves(file, build, found, renames), spec, diagnostics)
        return None
    unused = next(found.unused for _, found in fits if found.ok)
    if unused:
        diagnostics.report(
            "unused-weights",
            f"`{path}` holds weights of {_listed(unused)}, which the network does not use",
            help="if the network was meant to have them, check its names; otherwise nothing is wrong",
        )
    return Checkpoint(file, tuple(good), renames, tuple(unused), spec=spec)


KEPT = "no artifact was replaced"


def _report(
    file: WeightFile, build: Build, found: Fit, renames: Mapping[str, str], spec: Spec, diagnostics: Diagnostics
) -> None:
    total = sum(map(len, build.weights.values()))
    parts = [f"{len(found.missing)} of {total} weights are missing"] if found.missing else []
    if found.misshaped:
        parts.append(f"{len(found.misshaped)} {'have' if len(found.misshaped) > 1 else 'has'} another shape")
    notes = [f"missing: {_listed(found.missing)}"] if found.missing else []
    for name, (expected, shapes) in list(found.misshaped.items())[:_SHOWN]:
        notes.append(f"`{name}`: expected {_shapes(expected)}, found {_shapes(shapes)}")
    if len(found.misshaped) > _SHOWN:
        notes.append(f"and {len(found.misshaped) - _SHOWN} more have another shape")
    if found.unused:
        notes.append(f"the file has {_listed(found.unused)}, which the network does not use")
    help = "give a file that was saved from this network; `REFERENCE` in the emitted module lists its weights"
    if renames:
        nodes = {layer_name(node.layer): node.layer for node in build.lowered.graph.nodes}
        rows = ", ".join(f"{{from: {old}, to: {nodes.get(new, new)}}}" for old, new in renames.items())
        help = f"if only names have changed, say so in the spec: `moved: [{rows}]`"
    diagnostics.report(
        "bad-weights",
        f"`{file.path}` does not hold the weights of `{spec.name}`: {' and '.join(parts)}",
        notes=[*notes, KEPT],
        help=help,
    )


def _shapes(shapes: Sequence[Shape]) -> str:
    return ", ".join(str(list(shape)) for shape in shapes)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
