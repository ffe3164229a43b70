"""The files of one build, as bytes: the module's models saved and converted, proven, and held against the target.

Everything is made in memory; `publish` puts it on the disk once all of it is good.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from specc.diagnostics import Diagnostics
from specc.emit import carry, runtime, verify
from specc.emit.file_check import check_file, is_convertible
from specc.emit.job import Artifacts, Job, Progress
from specc.emit.prove import prove, report
from specc.emit.verify import Comparison, Difference, Prepared
from specc.ir import TensorType


def make(job: Job, diagnostics: Diagnostics, progress: Progress) -> Artifacts:
    """Makes and proves the files of a build; mistakes are reported and leave `files` incomplete."""
    made = Artifacts({f"{job.stem}.py": job.text.encode()})
    if not job.verify and set(job.kinds) <= {"py"}:
        return made
    progress("starting TensorFlow")
    module = runtime.load_module(job.text, job.stem)
    reference = prove(job, module, made, progress) if job.verify else None
    if all(one.ok for one in made.comparisons) and ("keras" in job.kinds or "tflite" in job.kinds):
        _models(job, module, reference, made, diagnostics, progress)
    for comparison in made.comparisons:
        if not comparison.ok:
            report(comparison, job.graph, diagnostics)
    return made


def _models(
    job: Job,
    module: ModuleType,
    reference: Prepared | None,
    made: Artifacts,
    diagnostics: Diagnostics,
    progress: Progress,
) -> None:
    arrays: Mapping[str, Any] | None = None
    if job.weights is not None:
        arrays = _carried(job, made, diagnostics, progress)
        if arrays is None:
            return
    model = runtime.build(module)
    if arrays is not None:
        module.load_reference_weights(model, arrays)
    if "keras" in job.kinds:
        progress("saving the .keras file")
        data = runtime.keras_bytes(model)
        made.files[f"{job.stem}.keras"] = data
        if reference is not None:
            made.comparisons += _reloaded(job, module, model, data, reference)
    if "tflite" in job.kinds and is_convertible(job.lowered, diagnostics):
        progress("converting to TFLite")
        values = model.get_weights()
        data = _converted(module, values)
        made.files[f"{job.stem}.tflite"] = data
        made.tflite = runtime.read_tflite(data)
        check_file(made.tflite, job.lowered, job.target, diagnostics)
        if reference is not None and not diagnostics.has_errors:  # the second file would have the same mistakes
            progress("running the TFLite file")
            expected = verify.run(module, model, reference.inputs)
            what = ".tflite file against its model"
            made.comparisons.append(verify.tflite_against(what, data, module, reference.inputs, expected))
            _check_tflite(job, module, reference, made, diagnostics)


def _carried(job: Job, made: Artifacts, diagnostics: Diagnostics, progress: Progress) -> Mapping[str, Any] | None:
    """The arrays of the file that the models are to carry; None where it is another network's, which is reported."""
    assert job.weights is not None
    trial = job.trials[0] if job.trials else None
    found = carry.carried(job.weights, job.graph, trial, job.allow_different_network, diagnostics, progress)
    if found is None:
        return None
    if found.comparison is not None:
        made.comparisons.append(found.comparison)
    if found.note:
        made.notes.append(found.note)
    return found.arrays


def _converted(module: ModuleType, values: Sequence[Any]) -> bytes:
    """The TFLite file of a model with those weights and a batch of one."""
    fixed = runtime.build(module, batch_size=1)
    fixed.set_weights(values)
    return runtime.tflite_bytes(fixed)


def _check_tflite(job: Job, module: ModuleType, reference: Prepared, made: Artifacts, diagnostics: Diagnostics) -> None:
    """Proves the conversion on the random weights, which no two tensors share, so that none is stored as another."""
    model = runtime.build(module)
    module.load_reference_weights(model, reference.model, allow_different_network=True)
    data = _converted(module, model.get_weights())
    check_file(runtime.read_tflite(data), job.lowered, job.target, diagnostics)
    what = f"{job.target.name} .tflite against the spec"
    made.comparisons.append(verify.tflite_against(what, data, module, reference.inputs, reference.outputs))


def _reloaded(job: Job, module: ModuleType, model: Any, data: bytes, reference: Prepared) -> list[Comparison]:
    """The saved file, loaded without the module, against the model it was saved from, on inputs of every trial.

    Its weights are compared as they are; then it gets the random ones, as fresh ones may hide what they multiply.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(data)
        again = runtime.load_keras(path)
    found: list[Comparison] = []
    fresh = model.get_weights()
    if not all(np.array_equal(one, other) for one, other in zip(fresh, again.get_weights(), strict=True)):
        found.append(Comparison("weights of the .keras file", (Difference("weights", float("inf")),), 0))
    module.load_reference_weights(model, reference.model, allow_different_network=True)
    again.set_weights(model.get_weights())
    for trial in job.trials:
        inputs = reference.inputs if trial is job.trials[0] else verify.more_inputs(trial.inputs, reference, job.graph)
        expected = verify.run(module, model, inputs)
        what = ".keras file against its model"
        what = what if len(job.trials) == 1 else f"{what}, {_sizes(trial.inputs)}"
        found.append(verify.compare(what, verify.run(module, again, inputs), expected))
    model.set_weights(fresh)
    return found


def _sizes(trial: Mapping[str, TensorType]) -> str:
    """`x of [6, 64]`"""
    return ", ".join(f"{name} of {one}" for name, one in trial.items())
