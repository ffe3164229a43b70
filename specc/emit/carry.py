"""The weights of an opened file as arrays of the keras build, once its model has been found to be this network."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from specc.analysis.trials import Trial
from specc.diagnostics import Diagnostics
from specc.emit import runtime
from specc.emit.checkpoint import KEPT, Checkpoint
from specc.emit.module import module_text
from specc.emit.same_network import OtherNetwork, compare_networks
from specc.emit.verify import Comparison
from specc.emit.weight_file import Array, WeightsError, open_weights
from specc.emit.weight_fit import Build
from specc.emit.weight_inverse import NotInvertible, inverted
from specc.ir import Graph


@dataclass(frozen=True)
class Carried:
    """The keras build's arrays by `layer/weight`, the proof that they are this network's, and what was not proven."""

    arrays: Mapping[str, Array]
    comparison: Comparison | None = None
    note: str = ""


def carried(
    checkpoint: Checkpoint,
    graph: Graph,
    trial: Trial | None,
    allow_different: bool,
    diagnostics: Diagnostics,
    progress: Callable[[str], None],
) -> Carried | None:
    """The weights of the file; None where it was saved from another network, which is reported."""
    path, build = checkpoint.file.path, checkpoint.builds[0]
    comparison: Comparison | None = None
    note = f"{path.name}: names and shapes of the weights fit; whether they are of the same network was not checked"
    if checkpoint.file.config is None:
        note = f"{path.name}: only names and shapes of the weights could be checked; the file does not hold a network"
    elif trial is not None and not allow_different:
        progress("comparing the weights file with the spec")
        others: list[OtherNetwork] = []
        for build in checkpoint.builds:
            found = compare_networks(checkpoint, build, graph, trial)
            if isinstance(found, Comparison):
                comparison, note = found, ""
                break
            others.append(found)
        else:
            _report(checkpoint, others[0], diagnostics)
            return None
    try:
        arrays = _arrays(checkpoint, build)
        if build.target.layout != "logical":
            arrays = inverted(build.lowered, arrays)
    except WeightsError as error:
        diagnostics.report("bad-weights", error.message, notes=[KEPT], help=error.help)
        return None
    except NotInvertible as error:
        diagnostics.report(
            "bad-weights",
            f"`{path}` holds weights of the {build.target.name} build that the keras build cannot have: {error}",
            notes=[KEPT],
            help="train the keras build, and give its file",
        )
        return None
    return Carried(arrays, comparison, note)


def _report(checkpoint: Checkpoint, found: OtherNetwork, diagnostics: Diagnostics) -> None:
    node = found.node
    where = f": `{node.origin.node or node.name}` is the first node that differs" if node else ""
    diagnostics.report(
        "different-network",
        f"`{checkpoint.file.path}` was saved from another network than `{checkpoint.spec.name}`{where}",
        (node.origin.span if node else None, "the first node that differs"),
        notes=[*found.reasons, KEPT],
        help="build the spec that the file was trained from; "
        "to carry the weights across by name anyway, build with `--allow-different-network`",
    )


def _arrays(checkpoint: Checkpoint, build: Build) -> dict[str, Array]:
    """The arrays of a build as `layer/weight`."""
    stored = checkpoint.stored(build)
    nested = {name for name, arrays in stored.items() if len({key.rpartition("/")[0] for key in arrays}) > 1}
    names: dict[str, dict[str, str]] = {}
    if checkpoint.file.kind == "npz":
        names = {layer: {weight: weight for weight in weights} for layer, weights in build.weights.items()}
    else:
        for layer, arrays in stored.items():
            names[layer] = dict(zip(arrays, build.weights[layer], strict=layer not in nested))
        if nested:
            names |= {layer: keys for layer, keys in _keys(checkpoint, build).items() if layer in nested}
    found: dict[str, Array] = {}
    for layer, keys in names.items():
        for key, weight in keys.items():
            if key not in stored[layer] or stored[layer][key].shape != build.weights[layer][weight]:
                raise WeightsError(f"`{checkpoint.file.path}` stores `{layer}` in an unknown way", "save it again")
            found[f"{layer}/{weight}"] = stored[layer][key]
    return found


def _keys(checkpoint: Checkpoint, build: Build) -> dict[str, dict[str, str]]:
    """Where Keras stores each weight, by layer: found out by storing numbered ones, as only Keras knows."""
    module = runtime.load_module(module_text(checkpoint.spec, build.lowered, build.target), "specc_keys")
    model = runtime.build(module)
    numbers = {f"{layer}/{weight}": at for layer in build.weights for at, weight in enumerate(build.weights[layer])}
    for name, weight in module._weights(model).items():
        weight.assign(np.full(weight.shape, numbers[name]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "numbered.weights.h5"
        model.save_weights(path)
        file = open_weights(path)
        arrays = file.arrays(file.layers)
    return {
        layer: {key: list(build.weights[layer])[int(array.reshape(-1)[0])] for key, array in keys.items()}
        for layer, keys in arrays.items()
    }
