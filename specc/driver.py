"""The order of the stages, written here and nowhere else: text to Spec to Graph to types, costs, and legality.

Only `build` and `load_model` need TensorFlow, and import what needs it when they run.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specc import passes
from specc.analysis.build_size import report_build_size
from specc.analysis.costs import Costs, NodeCost, costs
from specc.analysis.keras_version import check_keras_version
from specc.analysis.lints import lint
from specc.analysis.scans import with_passes
from specc.analysis.shapes import infer_types
from specc.analysis.trials import is_static, trials
from specc.diagnostics import Diagnostic, Diagnostics, Severity, SpeccError
from specc.diagnostics.similar_paths import similar_path
from specc.ir import Graph, TensorType
from specc.ir.graph import Types
from specc.ir.sizes import is_known
from specc.lowering import Lowered, lower
from specc.lowering._gaps import report_gaps
from specc.source import Source, compose, decode, foreign, foreign_folder, read_bytes, read_stdin, work
from specc.source.foreign import HEAD
from specc.spec import Spec, build_graph
from specc.spec import decode as decode_spec
from specc.spec.expand import expanded
from specc.targets import Target, TargetError, load_all
from specc.targets._wanted import report_target, wanted_targets

if TYPE_CHECKING:
    from specc.emit.checkpoint import Checkpoint
    from specc.emit.publish import Place
    from specc.emit.verify import Comparison

STDIN = "-"
REFERENCE = "keras"


@dataclass(frozen=True)
class Checked:
    """What is known of one spec. The later fields are None where earlier mistakes leave nothing to say.

    `lowered` holds the graph for each target that was asked for and is legal.
    """

    source: Source
    diagnostics: tuple[Diagnostic, ...]
    spec: Spec | None = None
    graph: Graph | None = None
    types: Types = field(default_factory=dict[tuple[str, str], TensorType])
    costs: Costs | None = None
    targets: Mapping[str, Target] = field(default_factory=dict[str, Target])
    lowered: Mapping[str, Lowered] = field(default_factory=dict[str, Lowered])

    @property
    def ok(self) -> bool:
        return not any(one.severity is Severity.ERROR for one in self.diagnostics)


def read(path: str | Path, diagnostics: Diagnostics) -> Source:
    """The source of a file, or of standard input for `-`; an empty one where it cannot be read, which is reported."""
    name = str(path)
    other = foreign_folder(name)
    if other is not None:
        diagnostics.report("unreadable-file", f"`{name}` is {other.noun}, not a spec", help=other.help)
        return Source(name, "")
    try:
        data = read_stdin() if name == STDIN else read_bytes(name)
    except (OSError, ValueError) as error:  # ValueError: the name itself is none
        message = f"`{name}` cannot be read: {getattr(error, 'strerror', None) or error}"
        near = similar_path(name, (".yaml", ".yml")) if isinstance(error, FileNotFoundError) else None
        help = f"did you mean `{near}`?" if near else "check the path, and that the file may be read"
        diagnostics.report("unreadable-file", message, help=help)
        return Source(name, "")
    name = "<stdin>" if name == STDIN else name
    other = foreign(name, data[:HEAD])
    if other is not None:
        diagnostics.report("unreadable-file", f"`{name}` is {other.noun}, not a spec", help=other.help)
        return Source(name, "")
    source, problem = decode(name, data)
    if problem is not None:
        at = len(source.text)
        label = (source.span(max(at - 1, 0), at), "up to here") if at else (None, "")
        diagnostics.report("unreadable-file", problem, label, help="save the file as UTF-8 text")
    return source


def check(path: str | Path, *, targets: Sequence[str] = (), overrides: Mapping[str, str] | None = None) -> Checked:
    """Reads a spec and says everything that can be said without running it.

    `targets` are checked for legality beside those of the spec's `budget`; `overrides` are parameters by name, as text.
    """
    diagnostics = Diagnostics()
    source = read(path, diagnostics)
    if diagnostics.has_errors:
        return Checked(source, tuple(diagnostics.finish(source)))
    return check_source(source, diagnostics, targets=targets, overrides=overrides)


def expand(path: str | Path, *, overrides: Mapping[str, str] | None = None) -> tuple[Checked, str | None]:
    """A spec with its blocks written out, as text; None where the spec has errors that concern its graph."""
    checked = check(path, overrides=overrides)
    if checked.costs is None or checked.spec is None:
        return checked, None
    return checked, expanded(checked.spec, build_graph(checked.spec, Diagnostics()))


def check_source(
    source: Source,
    diagnostics: Diagnostics | None = None,
    *,
    targets: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
) -> Checked:
    """As `check`, for text that has been read."""
    found = diagnostics or Diagnostics()
    try:
        with _undisturbed(), work.counted():
            return _check(source, found, targets, overrides or {})
    except work.WorkLimit:
        found.report(
            "work-limit",
            "checking this spec takes more work than any network needs, so the check stops here",
            (source.span(0, min(len(source.text), 1)), "in this file"),
            help="use fewer blocks of blocks, repeats, parameters built from parameters, or long lists of names",
        )
        return Checked(source, tuple(found.finish(source)))


@contextmanager
def _undisturbed() -> Generator[None]:
    """Holds the garbage collector back: what a check makes stays, and searching it over and over is not linear."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _check(source: Source, diagnostics: Diagnostics, targets: Sequence[str], overrides: Mapping[str, str]) -> Checked:
    root, problems = compose(source)
    diagnostics.problems(problems)
    if root is None and problems:
        return Checked(source, tuple(diagnostics.finish(source)))
    spec = decode_spec(root, source, diagnostics, overrides)
    if spec is None:
        return Checked(source, tuple(diagnostics.finish(source)))
    built = build_graph(spec, diagnostics)
    graph = passes.run(passes.FIRST, built, verify=not diagnostics.has_errors)
    types = infer_types(graph, diagnostics, built.broken, built.attribute_span)
    graph = with_passes(graph, types)
    lint(graph, types, built.attribute_span, diagnostics, spec.training)
    whole = source.span(0, min(len(source.text), 1))
    check_keras_version(graph, spec.training, built.attribute_span, diagnostics, whole)
    wanted = wanted_targets(spec, targets, diagnostics)
    chosen = {name: one.target for name, one in wanted.items()}
    if diagnostics.has_errors:
        return Checked(source, tuple(diagnostics.finish(source)), spec, graph, types, targets=chosen)
    graph = passes.run(passes.LAST, replace(built, graph=graph))
    counted = costs(graph, types)
    _check_budget(spec, counted, diagnostics)
    lowered: dict[str, Lowered] = {}
    for name, target in chosen.items():
        try:
            found = lower(graph, types, target, diagnostics, spec.training.losses if spec.training else {})
        except TargetError as error:
            report_target(error, wanted[name].place, diagnostics)
            continue
        if found is not None:
            lowered[name] = found
            if spec.training is not None:
                report_gaps(spec.training, found, target.name, diagnostics)
    return Checked(source, tuple(diagnostics.finish(source)), spec, graph, types, counted, chosen, lowered)


@dataclass(frozen=True)
class _Limited:
    """What a limit of the budget counts: of the whole network, and of one row."""

    what: str
    total: Callable[[Costs], int]
    share: Callable[[NodeCost], int]


_SHARES: dict[str, tuple[str, Callable[[NodeCost], int]]] = {
    "params_max": ("parameters", lambda row: row.parameters),
    "macs_max": ("multiply-accumulates", lambda row: row.macs * row.calls),
    "activation_bytes_max": ("bytes of activations", lambda row: row.bytes * row.calls),
}


def _check_budget(spec: Spec, counted: Costs, diagnostics: Diagnostics) -> None:
    """Holds the costs, loops unrolled, against the budget; names the nodes that cost most."""
    for key, limit in spec.budget.limits.items():
        what, share = _SHARES[key]
        found = sum(share(row) for row in counted.rows)
        if not is_known(found):
            message = f"`{key}` cannot be held against {found} {what}, which depend on sizes that are left to the data"
            help = "set the sizes with `--set NAME=…`, write numbers, or leave the limit out"
            diagnostics.report("unknown-size", message, (limit.span, f"at most {limit.value:,}"), help=help)
            continue
        if found > limit.value:
            rows = sorted(counted.rows, key=share, reverse=True)[:3]
            most = ", ".join(f"`{row.node.name}` {share(row):,}" for row in rows if share(row))
            diagnostics.report(
                "over-budget",
                f"the network has {found:,} {what}, {found - limit.value:,} more than `{key}` allows",
                (limit.span, f"at most {limit.value:,}"),
                notes=[f"most are in {most}"] if most else [],
                help=f"make the network smaller or raise `{key}`",
            )


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
    if not checked.ok or checked.spec is None or checked.graph is None or checked.costs is None:
        return BuildResult(checked, checked.diagnostics)
    diagnostics = Diagnostics()
    if verify or artifacts is None or {*artifacts} != {"py"}:
        _check_size(checked, (target, REFERENCE), allow_large, diagnostics)
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
        checkpoint = _checkpoint(weights, checked, (REFERENCE, target), diagnostics)
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
    _check_size(checked, targets, allow_large, diagnostics)
    if diagnostics.has_errors:
        raise SpeccError(diagnostics.finish(checked.source))
    from specc.emit import module_text, runtime

    text = module_text(checked.spec, checked.lowered[target], checked.targets[target])
    name = f"{checked.spec.name}_{checked.targets[target].name}"
    if weights is None:
        return runtime.load_module(text, name).build_model()
    from specc.emit.carry import carried

    checkpoint = _checkpoint(weights, checked, (REFERENCE, target), diagnostics)
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


def _check_size(checked: Checked, names: Sequence[str], allow_large: bool, diagnostics: Diagnostics) -> None:
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


def _checkpoint(
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
