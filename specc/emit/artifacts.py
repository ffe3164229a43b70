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
from specc.emit.expected import Expected, Subject, expect
from specc.emit.facts import contradictions
from specc.emit.file_check import check_file, is_convertible
from specc.emit.model_errors import locating
from specc.emit.publish import ARTIFACTS
from specc.emit.runtime import TFLiteFile
from specc.emit.verify import Comparison, Difference, Divergence, Prepared
from specc.ir import Graph, TensorType
from specc.ir.graph import OUT
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
    reference: Lowered  # for the keras build
    subject: Subject
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
    reference = _proven(job, module, made, progress) if job.verify else None
    if all(one.ok for one in made.comparisons) and ("keras" in job.kinds or "tflite" in job.kinds):
        _models(job, module, reference, made, diagnostics, progress)
    for comparison in made.comparisons:
        if not comparison.ok:
            report(comparison, job.graph, diagnostics)
    return made


def _proven(job: Job, module: ModuleType, made: Artifacts, progress: Progress) -> Prepared:
    """The keras build, with the weights and values of the spec, after the comparisons: each level only if those before

    it are equal.
    """
    progress("running the spec")
    with locating(job.graph):
        expected = expect(job.subject, job.trials[0])
    constant = ", ".join(f"`{name}`" for name in expected.constant_outputs)
    if constant:
        made.notes.append(f"every example gives the same at {constant}: the comparison says little about it")
    same = job.target.layout == "logical"
    progress("comparing the keras build with the spec")
    with locating(job.graph):
        reference = module if same else runtime.load_module(job.reference_text, f"{job.stem}_reference")
        model = runtime.build(reference)
        prepared = Prepared(reference, model, expected.inputs, expected.outputs)
        made.comparisons.append(_against_spec(job, expected, prepared))
    if not same and made.comparisons[-1].ok:
        progress(f"comparing the {job.target.name} build with the spec")
        what = f"{job.target.name} model against the spec"
        with locating(job.graph):
            model = runtime.build(module)
            module.load_reference_weights(model, prepared.model, allow_different_network=True)
            verdict = verify.against(
                expected.values, prepared, module, model, job.graph, job.lowered, what, verify.NODE_TOLERANCE
            )
        made.comparisons.append(verdict)
    if made.comparisons[-1].ok:
        made.comparisons += _called_bare(job, module, prepared)
    return prepared


def _against_spec(job: Job, expected: Expected, prepared: Prepared) -> Comparison:
    """The keras build against the spec: what it is, and, if that is right, what it computes."""
    what = "keras model against the spec"
    wrong = contradictions(expected, prepared.module, prepared.model)
    if wrong:
        node = next((one.node for one in wrong if one.node), None)
        first = Divergence(node, 1, 0.0) if node else None
        return Comparison(what, (), 0, first, tuple(one.message for one in wrong))
    expected.give_weights(prepared.model)
    return verify.against(
        expected.values, prepared, prepared.module, prepared.model, job.graph, job.reference, what, verify.SAME
    )


def _called_bare(job: Job, module: ModuleType, reference: Prepared) -> list[Comparison]:
    """A failed comparison where the results depend on whether the model is called with `training`; else nothing."""
    model = reference.model if module is reference.module else runtime.build(module)
    if module is not reference.module:
        module.load_reference_weights(model, reference.model, allow_different_network=True)
    if runtime.is_stable(model, module.adapt_inputs(dict(reference.inputs))):
        return []
    differences = tuple(Difference(name, float("inf")) for name in reference.outputs)
    return [Comparison(f"{job.target.name} model called without `training` against inference mode", differences, 0)]


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
    found = [*comparison.contradictions[:3]]
    found += [f"output `{one.output}` differs by {one.error:.1e} of its largest value" for one in wrong]
    if first is not None and not comparison.contradictions:
        found.append(_divergence(first))
    node = graph.by_name.get(first.node) if first else None
    diagnostics.report(
        "not-equivalent",
        f"{comparison.what}: " + "; ".join(found),
        (node.origin.span if node else None, "the first node that differs"),
        notes=[f"outputs may differ by {verify.TOLERANCE:.0e} of their largest value", "no artifact was replaced"],
        help="this is a bug in specc or in what it builds on: please report the spec",
    )


def _divergence(first: Divergence) -> str:
    value = first.node if first.port == OUT else f"{first.node}.{first.port}"
    if first.error == float("inf") and not first.values:
        return f"`{value}` is not computed as often, first at call {first.call}"
    return f"`{value}` differs by {first.error:.1e}, first at call {first.call}: {first.values}"
