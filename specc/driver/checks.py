"""Checks a spec: text to Spec to Graph to types, costs, and what each target makes of it."""

from __future__ import annotations

import gc
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from specc import passes
from specc.analysis.costs import Costs, costs
from specc.analysis.keras_version import check_keras_version
from specc.analysis.lints import lint
from specc.analysis.scans import with_passes
from specc.analysis.shapes import infer_types
from specc.diagnostics import Diagnostic, Diagnostics, Severity
from specc.diagnostics.similar_paths import similar_path
from specc.driver.budget import check_budget
from specc.ir import Graph, TensorType
from specc.ir.graph import Types
from specc.lowering import Lowered, lower
from specc.lowering._gaps import report_gaps
from specc.source import Source, compose, decode, foreign, foreign_folder, read_bytes, read_stdin, work
from specc.source.foreign import HEAD
from specc.spec import Spec, build_graph
from specc.spec import decode as decode_spec
from specc.spec.expand import expanded
from specc.targets import Target, TargetError
from specc.targets._wanted import report_target, wanted_targets

STDIN = "-"


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
    except work.EnoughErrors:
        return Checked(source, tuple(found.finish(source)))
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
    check_budget(spec, counted, diagnostics)
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
