"""Builds a spec: its module and models, proven equal to the spec before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from specc.analysis.build_size import report_build_size
from specc.analysis.costs import costs
from specc.analysis.trials import is_static, trials
from specc.diagnostics import Diagnostic, Diagnostics, Severity, SpeccError
from specc.driver.checks import Checked, check
from specc.driver.weights import REFERENCE, check_readable, checkpoint_for
from specc.ir import Graph
from specc.ir.sizes import is_known
from specc.spec import Spec
from specc.targets import Target

if TYPE_CHECKING:
    from specc.emit.publish import Place
    from specc.emit.verify import Comparison


@dataclass(frozen=True)
class BuildResult:
    """What became of a build. `files` are those written: none where `diagnostics` holds an error."""

    checked: Checked
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[Path, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    without_tflite: bool = False  # left out, as it would have to know sizes that are left to the data
    notes: tuple[str, ...] = ()  # what was not checked

    @property
    def ok(self) -> bool:
        return not any(one.severity is Severity.ERROR for one in self.diagnostics)


def silent(step: str) -> None:
    """Progress that nobody watches."""


def run_build(
    path: str | Path,
    *,
    target: str = "keras",
    out: str | Path = "build",
    overrides: Mapping[str, str] | None = None,
    artifacts: Sequence[str] | None = None,
    verify: bool = True,
    weights: str | Path | None = None,
    allow_different_network: bool = False,
    allow_large: bool = False,
    progress: Callable[[str], None] = silent,
) -> BuildResult:
    """Checks a spec, writes its module and models for one target, and proves them equal to the keras build first.

    `weights` is a `.keras`, `.weights.h5` or `.npz` file whose weights the models are to carry. A `.keras` file has to
    be of the same network, unless `allow_different_network`. Nothing in `out` is replaced unless everything is good;
    what is wrong is in the result's `diagnostics`. A network that would exhaust the machine is refused, unless
    `allow_large`.
    """
    progress("checking the spec")
    checked = check(path, targets=[target, REFERENCE], overrides=overrides)
    diagnostics = Diagnostics()
    if not checked.ok or checked.spec is None or checked.graph is None or checked.costs is None:
        if weights is not None:
            check_readable(weights, diagnostics)
        return BuildResult(checked, (*checked.diagnostics, *diagnostics.finish(checked.source)))
    if verify or artifacts is None or {*artifacts} != {"py"}:
        check_size(checked, (target, REFERENCE), allow_large, diagnostics)
    place = _place(checked.spec, checked.targets[target], out)
    if diagnostics.has_errors or not place.check(diagnostics):
        return BuildResult(checked, (*checked.diagnostics, *diagnostics.finish(checked.source)))
    from specc.emit import artifacts as making
    from specc.emit import module_text, runtime
    from specc.emit._modules import lacks_a_class
    from specc.emit.expected import Subject
    from specc.emit.manifest import manifest
    from specc.emit.model_errors import ModelError, report_model_error
    from specc.emit.publish import ARTIFACTS

    without_tflite = artifacts is None and not is_static(checked.graph)
    if not is_static(checked.graph):
        artifacts = _of_free_sizes(checked.spec, checked.graph, artifacts, diagnostics)
        if diagnostics.has_errors:
            return BuildResult(checked, (*checked.diagnostics, *diagnostics.finish(checked.source)))
    spec, graph, lowered, wanted = checked.spec, checked.graph, checked.lowered[target], checked.targets[target]
    tried = trials(graph) if verify else []
    if verify and not tried:
        _report_untried(spec, graph, diagnostics)
        return BuildResult(checked, (*checked.diagnostics, *diagnostics.finish(checked.source)))
    checkpoint = None
    if weights is not None:
        checkpoint = checkpoint_for(weights, checked, (REFERENCE, target), diagnostics)
        if checkpoint is None:
            return BuildResult(checked, (*checked.diagnostics, *diagnostics.finish(checked.source)))
    job = making.Job(
        stem=place.stem,
        text=module_text(spec, lowered, wanted),
        reference_text=module_text(spec, checked.lowered[REFERENCE], checked.targets[REFERENCE]),
        graph=graph,
        lowered=lowered,
        reference=checked.lowered[REFERENCE],
        subject=Subject(spec.source, spec.overrides, graph),
        target=wanted,
        trials=tried,
        kinds=ARTIFACTS if artifacts is None else artifacts,
        verify=verify,
        weights=checkpoint,
        allow_different_network=allow_different_network,
    )
    try:
        made = making.make(job, diagnostics, progress)
    except ModelError as error:
        report_model_error(error, diagnostics)
        return BuildResult(checked, (*checked.diagnostics, *diagnostics.finish()))
    except Exception as error:  # whatever a converter or a weights file throws is no traceback for the user
        ops = [node.op for node in graph.nodes]
        if isinstance(error, (AssertionError, AttributeError, NameError)) and not lacks_a_class(error, ops):
            raise  # only a bug of specc's own
        _report_failure(error, diagnostics)
        return BuildResult(checked, (*checked.diagnostics, *diagnostics.finish()))
    if diagnostics.has_errors:
        return BuildResult(checked, (*checked.diagnostics, *diagnostics.finish()), comparisons=tuple(made.comparisons))
    progress("writing the files")
    needs_versions = any(not name.endswith(".py") for name in made.files)
    record = manifest(
        spec,
        place.spec,
        wanted,
        lowered,
        checked.costs,
        costs(lowered.graph, lowered.types),
        made.files,
        made.tflite,
        runtime.versions() if needs_versions else {},
        verify,
    )
    files = place.publish(made.files, record, diagnostics)
    if files is None:
        return BuildResult(checked, (*checked.diagnostics, *diagnostics.finish()))
    found = (*checked.diagnostics, *diagnostics.finish())
    return BuildResult(checked, found, tuple(files), tuple(made.comparisons), without_tflite, tuple(made.notes))


def build(
    path: str | Path,
    *,
    target: str = "keras",
    out: str | Path = "build",
    overrides: Mapping[str, str] | None = None,
    artifacts: Sequence[str] | None = None,
    verify: bool = True,
    weights: str | Path | None = None,
    allow_different_network: bool = False,
    allow_large: bool = False,
) -> BuildResult:
    """As `run_build`, for programs: raises `SpeccError` where the files could not be written."""
    result = run_build(
        path,
        target=target,
        out=out,
        overrides=overrides,
        artifacts=artifacts,
        verify=verify,
        weights=weights,
        allow_different_network=allow_different_network,
        allow_large=allow_large,
    )
    if not result.ok:
        raise SpeccError(result.diagnostics)
    return result


def check_size(checked: Checked, names: Sequence[str], allow_large: bool, diagnostics: Diagnostics) -> None:
    """Reports a network whose builds would exhaust the machine, unless that is wanted."""
    for lowered in [] if allow_large else [checked.lowered[name] for name in dict.fromkeys(names)]:
        report_build_size(costs(lowered.graph, lowered.types), diagnostics)
        if diagnostics.has_errors:
            return


def _place(spec: Spec, target: Target, out: str | Path) -> Place:
    """Where the files of a build go, and under which names."""
    from specc.emit.publish import Place

    path = spec.source.name
    file = None if path.startswith("<") else Path(path).name
    return Place(Path(out), f"{spec.name}_{target.name.replace('-', '_')}", file, target.name)


def _of_free_sizes(spec: Spec, graph: Graph, wanted: Sequence[str] | None, diagnostics: Diagnostics) -> Sequence[str]:
    """What can be made of a network whose inputs leave sizes to the data: no TFLite file, which has to know them.

    An error where that was asked for by name.
    """
    if wanted is not None and "tflite" in wanted:
        for decl in spec.inputs:
            names = [str(size) for size in graph.by_name[decl.name].attributes.shape if not is_known(size)]
            if names:
                settings = " and ".join(f"`--set {name}=…`" for name in names if name.isidentifier())
                message = f"a TFLite file has to know every size, and input `{decl.name}` leaves some to the data"
                help = f"set it with {settings}" if settings else "write a number, or a name to set"
                diagnostics.report("unknown-size", message, (decl.span, ", ".join(names)), help=help)
    return [kind for kind in wanted or ("py", "keras") if kind != "tflite"]


def _report_untried(spec: Spec, graph: Graph, diagnostics: Diagnostics) -> None:
    """Where no numbers for the free sizes go through the network, there is nothing that the build could be run on."""
    place = next(one.span for one in spec.inputs if not all(map(is_known, graph.by_name[one.name].attributes.shape)))
    diagnostics.report(
        "unknown-size",
        "the build cannot be run: no numbers were found for the sizes left to the data that the network takes",
        (place, "leaves sizes to the data"),
        help="set the sizes with `--set NAME=…`, or build with `--no-verify`",
    )


def _report_failure(error: Exception, diagnostics: Diagnostics) -> None:
    lines = [line for line in str(error).splitlines() if line.strip()]
    details = [note.strip().splitlines()[-1] for note in getattr(error, "__notes__", ()) if note.strip()]
    diagnostics.report(
        "build-failed",
        f"{type(error).__name__}: {lines[0] if lines else 'no reason given'}",
        notes=[*lines[1:4], *details, "no artifact was replaced"],
        help="fix what the message names; if it names nothing of yours, please report the spec",
    )
