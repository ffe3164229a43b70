"""The files of one build, as bytes: the module's models saved and converted, proven, and held against the target.

Everything is made in memory; `publish` puts it on the disk once all of it is good.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from specc.analysis.trials import Trial
from specc.diagnostics import Diagnostics
from specc.emit import carry, runtime, verify
from specc.emit.checkpoint import Checkpoint
from specc.emit.file_check import check_file, is_convertible
from specc.emit.publish import ARTIFACTS
from specc.emit.runtime import TFLiteFile
from specc.emit.verify import Comparison, Difference, Prepared
from specc.ir import Graph, TensorType
from specc.lowering import Lowered
from specc.targets import Target

Progress = Callable[[str], None]


@dataclass
class Artifacts:
    """What a build made: files by name, verdicts, and what the TFLite file holds."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    comparisons: list[Comparison] = field(default_factory=list[Comparison])
    tflite: TFLiteFile | None = None
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Job:
    """What to build: module texts of the target and of the reference, the graphs behind them, and the wishes."""

    stem: str
    text: str
    reference_text: str
    graph: Graph
    lowered: Lowered
    target: Target
    trials: Sequence[Trial]  # none where nothing is verified
    kinds: Sequence[str] = ARTIFACTS
    verify: bool = True
    weights: Checkpoint | None = None
    allow_different_network: bool = False
    passes: Mapping[str, int] = field(default_factory=dict[str, int])


def make(job: Job, diagnostics: Diagnostics, progress: Progress) -> Artifacts:
    """Makes and proves the files of a build; mistakes are reported and leave `files` incomplete."""
    made = Artifacts({f"{job.stem}.py": job.text.encode()})
    if not job.verify and set(job.kinds) <= {"py"}:
        return made
    progress("starting TensorFlow")
    module = runtime.load_module(job.text, job.stem)
    reference = _reference(job, module, progress) if job.verify else None
    if reference is not None and job.target.layout != "logical":
        progress("comparing with the keras build")
        model = runtime.build(module)
        what = f"{job.target.name} model against keras model"
        made.comparisons.append(verify.against_reference(reference, module, model, job.graph, job.lowered, what))
    if reference is not None:
        made.comparisons += _called_bare(job, module, reference)
    if "keras" in job.kinds or "tflite" in job.kinds:
        _models(job, module, reference, made, diagnostics, progress)
    for comparison in made.comparisons:
        if not comparison.ok:
            report(comparison, job.graph, diagnostics)
    return made


def _called_bare(job: Job, module: ModuleType, reference: Prepared) -> list[Comparison]:
    """A failed comparison where the results depend on whether the model is called with `training`; else nothing."""
    model = reference.model if module is reference.module else runtime.build(module)
    if module is not reference.module:
        module.load_reference_weights(model, reference.model, allow_different_network=True)
    if runtime.is_stable(model, module.adapt_inputs(dict(reference.inputs))):
        return []
    differences = tuple(Difference(name, float("inf")) for name in reference.outputs)
    return [Comparison(f"{job.target.name} model called without `training` against inference mode", differences, 0)]


def _reference(job: Job, module: ModuleType, progress: Progress) -> Prepared:
    same = job.target.layout == "logical"
    reference = module if same else runtime.load_module(job.reference_text, f"{job.stem}_reference")
    progress("running the keras build on random weights")
    most = max(one.activation_bytes for one in job.trials)
    return verify.prepare(reference, job.trials[0].inputs, most, job.graph)


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
    what = f"{job.target.name} .tflite against keras model"
    made.comparisons.append(verify.tflite_against(what, data, module, reference.inputs, reference.outputs))


def _reloaded(job: Job, module: ModuleType, model: Any, data: bytes, reference: Prepared) -> list[Comparison]:
    """The saved file, loaded without the module, against the model it was saved from, on inputs of every trial."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(data)
        again = runtime.load_keras(path)
    found: list[Comparison] = []
    for trial in job.trials:
        inputs = reference.inputs if trial is job.trials[0] else verify.more_inputs(trial.inputs, reference, job.graph)
        expected = verify.run(module, model, inputs)
        what = ".keras file against its model"
        what = what if len(job.trials) == 1 else f"{what}, {_sizes(trial.inputs)}"
        found.append(verify.compare(what, verify.run(module, again, inputs), expected))
    return found


def _sizes(trial: Mapping[str, TensorType]) -> str:
    """`x of [6, 64]`"""
    return ", ".join(f"{name} of {one}" for name, one in trial.items())


def report(comparison: Comparison, graph: Graph, diagnostics: Diagnostics) -> None:
    """A failed proof as a diagnostic that points at the first node that differs."""
    wrong = [one for one in comparison.differences if not one.ok]
    first = comparison.first
    found = [f"output `{one.output}` differs by {one.error:.1e} of its largest value" for one in wrong]
    if first is not None:
        many = first.error == float("inf")
        what = f"`{first.node}` is not computed as often" if many else f"`{first.node}` differs by {first.error:.1e}"
        found.append(f"{what}, first at call {first.call}")
    diagnostics.report(
        "not-equivalent",
        f"{comparison.what}: " + "; ".join(found),
        (graph.by_name[first.node].origin.span if first else None, "the first node that differs"),
        notes=[f"outputs may differ by {verify.TOLERANCE:.0e} of their largest value", "no artifact was replaced"],
        help="this is a bug in specc or in what it builds on: please report the spec",
    )
