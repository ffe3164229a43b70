"""The targets that a run checks: those asked for and those of the spec, with the options that the spec sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from specc.diagnostics import Diagnostics, Label
from specc.source import Span, work
from specc.spec import Spec
from specc.targets._load import is_path, load
from specc.targets._model import Target, TargetError
from specc.targets._options import with_options
from specc.targets._paths import named_in

_TARGET = 200  # of work: a target that is looked for


@dataclass(frozen=True)
class Wanted:
    """A target to check, and the place where the spec names it."""

    target: Target
    place: Span | None


def wanted_targets(spec: Spec, names: Sequence[str], diagnostics: Diagnostics) -> dict[str, Wanted]:
    """The targets to check, by name or path, with the spec's options; what is wrong is reported at its place."""
    found: dict[str, Wanted] = {}
    for name in dict.fromkeys(names):
        target = _loaded(name, None, diagnostics)
        if target is not None:
            found[name] = Wanted(target, None)
    for name, span in spec.budget.targets:
        work.charge(_TARGET)
        try:
            path = named_in(spec.source, name)
        except TargetError as error:
            report_target(error, span, diagnostics)
            continue
        if path in found:
            found[path] = replace(found[path], place=span)
            continue
        target = _loaded(path, span, diagnostics)
        if target is not None:
            found[path] = Wanted(target, span)
    for name, span in spec.target_spans.items():
        users = [key for key, one in found.items() if one.target.name == name]
        if not users and is_path(name):
            help = "write them under the name that the target file gives itself"
            diagnostics.report("unknown-target", "options stand under a target's name", (span, "a file"), help=help)
            continue
        target = found[users[0]].target if users else _loaded(name, span, diagnostics)
        if target is not None and name in spec.targets:
            target = with_options(target, spec.targets[name], diagnostics)
            found |= {key: replace(found[key], target=target) for key in users}
    return found


def _loaded(name: str, span: Span | None, diagnostics: Diagnostics) -> Target | None:
    """A target; None where there is none of that name or its file is not valid, which is reported."""
    try:
        return load(name)
    except TargetError as error:
        report_target(error, span, diagnostics)
        return None


def report_target(error: TargetError, span: Span | None, diagnostics: Diagnostics) -> None:
    """Each mistake in a target file, or else that a target cannot be used, at the place where the spec names it."""
    named = (Label(span, "named here"),) if span is not None else ()
    for one in error.found:
        diagnostics.add(replace(one, labels=(*one.labels, *named)))
    if not error.found:
        label = "not known" if error.code == "unknown-target" else "not valid"
        diagnostics.report(error.code, error.message, (span, label), help=error.help)
