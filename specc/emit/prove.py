"""The comparisons of one build with its spec, level by level: each is made only if those before it are equal."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from specc.diagnostics import Diagnostics
from specc.emit import runtime, training_step, verify
from specc.emit.expected import Expected, expect
from specc.emit.facts import contradictions
from specc.emit.job import Artifacts, Job, Progress
from specc.emit.model_errors import locating
from specc.emit.training_step import Step
from specc.emit.verify import Comparison, Difference, Divergence, Prepared
from specc.ir import Graph
from specc.ir.graph import OUT


def prove(job: Job, module: ModuleType, made: Artifacts, progress: Progress) -> Prepared:
    """Compares both builds with the spec. Gives the keras build with the weights and outputs of the spec."""
    progress("running the spec")
    with locating(job.graph):
        expected = expect(job.subject, job.trials[0])
    constant = ", ".join(f"`{name}`" for name in expected.constant_outputs)
    if constant:
        made.notes.append(f"every example gives the same at {constant}: the comparison says little about it")
    is_reference = job.target.layout == "logical"
    with locating(job.graph):
        progress("comparing the keras build with the spec")
        reference = module if is_reference else runtime.load_module(job.reference_text, f"{job.stem}_reference")
        prepared = Prepared(reference, runtime.build(reference), expected.inputs, expected.outputs)
        proof = _Proof(job, expected, prepared, made)
        if proof.reference() and not is_reference:
            progress(f"comparing the {job.target.name} build with the spec")
            proof.target(module)
    return prepared


@dataclass
class _Proof:
    job: Job
    expected: Expected
    prepared: Prepared
    made: Artifacts

    def add(self, *comparisons: Comparison) -> bool:
        """Notes what was compared; whether it is equal."""
        self.made.comparisons += comparisons
        return all(one.ok for one in comparisons)

    def reference(self) -> bool:
        """The keras build against the spec: what it is, and, if that is right, what it computes."""
        job, prepared = self.job, self.prepared
        module, model = prepared.module, prepared.model
        what = "keras model against the spec"
        wrong = contradictions(self.expected, module, model)
        if wrong:
            node = next((one.node for one in wrong if one.node), None)
            first = Divergence(node, 1, 0.0) if node else None
            return self.add(Comparison(what, (), 0, first, tuple(one.message for one in wrong)))
        self.expected.give_weights(model)
        values = self.expected.values
        return (
            self.add(verify.against(values, prepared, module, model, job.graph, job.reference, what, verify.SAME))
            and self.add(*self.called(module, model, "keras"))
            and self.add(*self.trained(module, model, "keras"))
        )

    def target(self, module: ModuleType) -> bool:
        """The target's build against the spec, with weights that `load_reference_weights` has carried across."""
        job, prepared, name = self.job, self.prepared, self.job.target.name
        model = runtime.build(module)
        module.load_reference_weights(model, prepared.model, allow_different_network=True)
        values, what = self.expected.values, f"{name} model against the spec"
        tolerance = verify.NODE_TOLERANCE
        return (
            self.add(verify.against(values, prepared, module, model, job.graph, job.lowered, what, tolerance))
            and self.add(*self.called(module, model, name))
            and self.add(*self.carried(module, model))
            and self.add(*self.trained(module, model, name))
        )

    # every way to call a model: only what differs is noted

    def called(self, module: ModuleType, model: Any, name: str) -> Iterator[Comparison]:
        """A single example; other sizes, where the data give them; other passes; and without `training`."""
        prepared, outputs = self.prepared, self.prepared.outputs
        single = {key: array[:1] for key, array in prepared.inputs.items()}
        found = verify.run(module, model, single)
        yield from _unequal(f"{name} model, one example", found, {key: array[:1] for key, array in outputs.items()})
        for trial in self.job.trials[1:]:
            inputs, expected = self.expected.again(trial, {})
            yield from _unequal(f"{name} model, other sizes", verify.run(module, model, inputs), expected)
        default = {one.passes_param: one.passes for one in self.job.graph.loops if one.passes_param}
        for passes in (dict.fromkeys(default, 1), {key: count + 1 for key, count in default.items()}):
            if passes:
                _, expected = self.expected.again(self.expected.trial, passes)
                other = module.build_model(**passes)
                other.set_weights(model.get_weights())
                shown = ", ".join(f"{key}={count}" for key, count in passes.items())
                yield from _unequal(f"{name} model, {shown}", verify.run(module, other, prepared.inputs), expected)
        if not runtime.is_stable(model, module.adapt_inputs(dict(prepared.inputs))):
            differences = tuple(Difference(output, float("inf")) for output in outputs)
            yield Comparison(f"{name} model called without `training` against inference mode", differences, 0)

    def carried(self, module: ModuleType, model: Any) -> Iterator[Comparison]:
        """The weights by way of an `.npz` file."""
        before = model.get_weights()
        arrays = {name: np.asarray(one) for name, one in self.prepared.module._weights(self.prepared.model).items()}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "weights.npz"
            np.savez(path, **arrays)  # pyright: ignore[reportArgumentType]
            model.set_weights([np.zeros_like(one) for one in before])
            module.load_reference_weights(model, path)
        equal = all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
        if not equal:
            yield Comparison("weights of an .npz file", (Difference("weights", float("inf")),), 0)

    # training

    @cached_property
    def step(self) -> Step | None:
        """The step of the oracle; nothing where the spec has no training."""
        if self.expected.oracle.training is None:
            return None
        return training_step.expected_step(self.expected, self.prepared.module, self.prepared.model, self.labels)

    @cached_property
    def labels(self) -> dict[str, Any]:
        examples = len(next(iter(self.prepared.inputs.values())))
        return training_step.labels_for(self.prepared.module, examples)

    def trained(self, module: ModuleType, model: Any, name: str) -> Iterator[Comparison]:
        """A step of training, where the build can be trained."""
        if self.step is None:
            return
        is_reference = model is self.prepared.model
        try:
            found = training_step.take_step(module, model, self.prepared.inputs, self.labels)
        except NotImplementedError:  # a target that cannot be trained as the spec says, of which there is a warning
            return
        expected = self.step
        if not is_reference:
            before = model.get_weights()
            expected = training_step.laid_out(module, model, expected)
            model.set_weights(before)
        what = f"{name} model trained one step against the spec"
        examples = len(next(iter(self.prepared.inputs.values())))
        problems = training_step.settings(self.expected, module)
        yield training_step.compare_steps(what, found, expected, examples, is_reference, problems)


def _unequal(what: str, found: dict[str, Any], expected: dict[str, Any]) -> Iterator[Comparison]:
    verdict = verify.compare(what, found, expected)
    if not verdict.ok:
        yield verdict


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
