"""A checked spec as a `keras.Model` in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from specc.analysis.trials import trials
from specc.diagnostics import Diagnostics, SpeccError
from specc.driver.builds import check_size, silent
from specc.driver.checks import check
from specc.driver.weights import REFERENCE, checkpoint_for


def load_model(
    path: str | Path,
    *,
    target: str = "keras",
    overrides: Mapping[str, str] | None = None,
    weights: str | Path | None = None,
    allow_different_network: bool = False,
    allow_large: bool = False,
) -> Any:
    """The spec's `keras.Model` for a target, with fresh weights or those of a file.

    `weights` is a `.keras`, `.weights.h5` or `.npz` file, as for `build`; its weights are matched by name. Raises
    `SpeccError` on a spec with errors, and on a file of another network.
    """
    targets = [target] if weights is None else [target, REFERENCE]
    checked = check(path, targets=targets, overrides=overrides)
    if not checked.ok or checked.spec is None or checked.graph is None:
        raise SpeccError(checked.diagnostics)
    diagnostics = Diagnostics()
    check_size(checked, targets, allow_large, diagnostics)
    if diagnostics.has_errors:
        raise SpeccError(diagnostics.finish(checked.source))
    from specc.emit import module_text, runtime

    text = module_text(checked.spec, checked.lowered[target], checked.targets[target])
    name = f"{checked.spec.name}_{checked.targets[target].name}"
    if weights is None:
        return runtime.load_module(text, name).build_model()
    from specc.emit.carry import carried

    checkpoint = checkpoint_for(weights, checked, (REFERENCE, target), diagnostics)
    if checkpoint is None:
        raise SpeccError(tuple(diagnostics.finish()))
    trial = next(iter(trials(checked.graph)), None)
    found = carried(checkpoint, checked.graph, trial, allow_different_network, diagnostics, silent)
    if found is None:
        raise SpeccError(tuple(diagnostics.finish()))
    module = runtime.load_module(text, name)
    model = module.build_model()
    module.load_reference_weights(model, found.arrays)
    return model
