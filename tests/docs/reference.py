"""The reference pages, written from what they are about: the ops, the target files, the codes, the commands."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from specc.diagnostics import CODES
from specc.diagnostics.pages import page as explanation
from specc.lowering import _registry as lowerings
from specc.ops import _keras_objects as objects
from specc.ops import _registry as ops
from specc.ops._attributes import AttributeField, fields_of
from specc.ops._base import Attributes, OpDef
from specc.ops._keras_objects import KerasObject, ObjectOf
from specc.ops._left_out import LEFT_OUT, SECOND_NAMES
from specc.spec import _training_objects as training
from specc.targets import Constraint, Target, available, load

from .pages import ROOT

FOLDER = ROOT / "docs" / "reference"
_NOTICE = "<!-- Written by `python docs/generate.py` from {}. Edit those, not this page. -->"


def reference() -> dict[Path, str]:
    """The text of every generated page, by its path."""
    texts = {"ops": ops_page(), "targets": targets_page(), "diagnostics": diagnostics_page(), "cli": cli_page()}
    return {FOLDER / f"{name}.md": text for name, text in texts.items()}


def _page(title: str, source: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", _NOTICE.format(source), *parts]) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in escaped)


def _anchor(heading: str) -> str:
    return heading.lower().replace(",", "").replace(" ", "-")


# Ops

OBJECTS: dict[str, ObjectOf] = {
    "Initializers": objects.INITIALIZER,
    "Regularizers": objects.REGULARIZER,
    "Constraints": objects.CONSTRAINT,
    "Optimizers": training.OPTIMIZER,
    "Learning-rate schedules": training.SCHEDULE,
    "Losses": training.LOSS,
    "Metrics": training.METRIC,
}


CORE = "Core"  # the ops of no other family, and the first on the page
FAMILIES = {  # an op is of the first whose pattern its name has
    "Recurrent layers": r"LSTM|GRU|RNN|Bidirectional|TimeDistributed",
    "Convolutions": "Conv",
    "Pooling": "Pooling",
    "Normalisations": "Normalization",
    "Attention layers": "Attention",
    "Dropout, noise and penalties": r"Dropout|Noise|Regularization",
    "Activation layers": r"Activation|ELU|ReLU|Softmax",
    "Merging": r"Add|Average|Concatenate|Dot|Maximum|Minimum|Multiply|Subtract",
    "Reshaping": r"Crop|Flatten|Padding|Permute|RepeatVector|Reshape|Resizing|UpSampling",
}


def families(found: Iterable[OpDef]) -> dict[str, list[OpDef]]:
    """The ops by family, in the order of the table."""
    grouped: dict[str, list[OpDef]] = {title: [] for title in (CORE, *FAMILIES)}
    for op in found:
        family = next((title for title, pattern in FAMILIES.items() if re.search(pattern, op.name)), CORE)
        grouped[family].append(op)
    return grouped


def ops_page() -> str:
    grouped = families(op for op in ops.all_ops() if op.name != "Input")
    index = [(f"[{title}](#{_anchor(title)})", ", ".join(map(_link, found))) for title, found in grouped.items()]
    common = [_attribute(field) for field in fields_of(Attributes).values()]
    return _page(
        "Ops",
        "the files in `specc/ops/`",
        [
            "An op is a Keras layer class and takes that class' arguments with Keras' defaults. "
            "Shapes leave out the batch axis. What Keras has and specc has not is [left out](#left-out) for a reason; "
            "what attributes take by name is among the [objects](#objects).",
            _table(("family", "ops"), index),
            "Every op also takes these:",
            _table(_ATTRIBUTE_HEAD, common),
            *("\n\n".join([f"## {title}", *map(_op, found)]) for title, found in grouped.items()),
            "## Left out",
            "What Keras offers among its layers and specc does not, with the reason.",
            _table(("layer", "why, and what to write instead"), _left_out()),
            "Second names that Keras has for a layer are not known either: "
            + ", ".join(f"`{second}` is `{name}`" for second, name in SECOND_NAMES.items())
            + ".",
            "## Objects",
            "Where an attribute takes one of these it is written by name, `he_normal`, or with arguments, "
            "`{op: RandomNormal, stddev: 0.02}`. Optimizers, losses and metrics stand under `training`.",
            f"### Activations\n\n{_listed(objects.ACTIVATION.values)}.",
            *(_objects(title, kind) for title, kind in OBJECTS.items()),
        ],
    )


def _link(op: OpDef) -> str:
    return f"[{op.name}](#{_anchor(op.name)})"


def _left_out() -> list[tuple[str, str]]:
    """Each reason once, with the layers that it holds for, in the order of the table."""
    layers: dict[str, list[str]] = {}
    for name, reason in LEFT_OUT.items():
        layers.setdefault(reason, []).append(name)
    return [(_listed(names), reason) for reason, names in layers.items()]


def _takes(field: AttributeField) -> str:
    """What an attribute takes, with links to the objects that are listed below."""
    text = field.kind.expects.replace(objects.ACTIVATION.expects, "an [activation](#activations)")
    text = text.replace(objects.ACTIVITY_REGULARIZER.expects, "a [regularizer](#regularizers) of results")
    for title, kind in OBJECTS.items():
        article, _, name = kind.expects.partition(":")[0].partition(" ")
        text = text.replace(kind.expects, f"{article} [{name}](#{_anchor(title)})")
    return text


_ATTRIBUTE_HEAD = ("attribute", "takes", "default", "meaning")


def _op(op: OpDef) -> str:
    rule = inspect.getdoc(op.infer) or ""
    parts = [f"### {op.name}", op.doc, f"`{op.keras}`, {op.arity}. {rule}".strip()]
    common = fields_of(Attributes)
    rows = [_attribute(field) for name, field in fields_of(op.attributes).items() if name not in common]
    if rows:
        parts.append(_table(_ATTRIBUTE_HEAD, rows))
    return "\n\n".join(parts)


def _attribute(field: AttributeField) -> tuple[str, str, str, str]:
    default = "required" if field.required else f"`{shown(field.default)}`"
    aside = " Not Keras'." if field.spec_only and not field.call else " An argument of the call." if field.call else ""
    return f"`{field.name}`", _takes(field), default, field.doc + aside


def _objects(title: str, kind: ObjectOf) -> str:
    rows: list[tuple[str, str, str]] = []
    for name, arguments in kind.classes.items():
        aliases = [f"`{alias}`" for alias, one in kind.names.items() if one == name and alias != name]
        defaults = {key: default for key, (_, default) in arguments.items()}
        given = [f"`{key}`" if one is ... else f"`{key}: {shown(one)}`" for key, one in defaults.items()]
        rows.append((f"`{name}`", ", ".join(aliases), ", ".join(given)))
    return "\n\n".join([f"### {title}", _table(("class", "also", "arguments"), rows)])


def shown(value: Any) -> str:
    """A default as a spec would write it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case KerasObject():
            arguments = "".join(f", {key}: {shown(one)}" for key, one in value.arguments)
            return f"{{op: {value.name}{arguments}}}" if arguments else value.name
        case tuple() | list():
            return f"[{', '.join(map(shown, value))}]"
        case dict():
            return "{" + ", ".join(f"{key}: {shown(one)}" for key, one in value.items()) + "}"
        case _:
            return str(value)


# Targets


def targets_page() -> str:
    names = sorted(name for name in available() if (ROOT / "specc" / "targets" / f"{name}.yaml").is_file())
    return _page(
        "Targets",
        "the files in `specc/targets/`",
        [
            "What each target takes, as its file says, with the document behind every row. "
            "[Write a target file](../how-to/target-file.md) tells what the columns mean.",
            *(_target(load(name)) for name in names),
        ],
    )


def _target(target: Target) -> str:
    parts = [f"## {target.name}", target.doc]
    if target.options:
        parts.append("Options, given in a spec as " + f"`targets: {{{target.name}: {{…}}}}`:")
        rows = [(f"`{one.name}`", _listed(one.values), f"`{one.default}`", one.doc) for one in target.options]
        parts.append(_table(("option", "values", "default", "meaning"), rows))
    if not target.ops:
        return "\n\n".join(parts)
    free = [op for op, rows in target.ops.items() if not rows]
    constraints = [("every op", one) for one in target.constraints]
    constraints += [(op, one) for op, rows in target.ops.items() for one in rows]
    parts.append("Constraints on the lowered graph:")
    parts.append(_table(("op", "id", "requires", "source"), [_constraint(op, one, target) for op, one in constraints]))
    parts.append(f"Legal without a constraint of their own: {_listed(free)}.")
    if target.activations:
        source = target.cite(target.activation_source)
        parts.append(f"Activations inside the graph: {_listed(target.activations)} ({source}).")
    if target.limits:
        limits = ", ".join(f"{key} {value}" for key, value in target.limits.items())
        parts.append(f"Limits that lowerings keep to: {limits}.")
    if target.lowerings:
        parts.append("Lowerings, the first that matches is applied until the op is legal:")
        docs = [(f"`{one}`", lowerings.get(one).doc) for one in target.lowerings]
        parts.append(_table(("lowering", "what it does"), docs))
    if target.file_operators:
        source = target.cite(target.file_source)
        parts.append(
            f"Operators that the written `.tflite` file may hold ({source}): {_listed(target.file_operators)}."
        )
    if target.sources:
        parts.append("Sources:")
        parts.append(_table(("key", "document"), sorted((f"`{key}`", text) for key, text in target.sources.items())))
    return "\n\n".join(parts)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in names)


def _constraint(op: str, one: Constraint, target: Target) -> tuple[str, str, str, str]:
    requires = f"`{one.require}`" + (f" where `{one.when}`" if one.when else "")
    return op, f"`{one.id}`", requires, one.source


# Diagnostics


def diagnostics_page() -> str:
    rows = [(f"[`{code.slug}`](#{code.slug})", code.severity.value, code.meaning) for code in CODES.values()]
    return _page(
        "Diagnostics",
        "`specc/diagnostics/codes.py` and the pages beside it",
        [
            "Every code, in the order in which a spec meets it. `specc explain CODE` prints the same on a terminal.",
            _table(("code", "severity", "meaning"), rows),
            *(text for slug in CODES if (text := _explained(slug))),
        ],
    )


def _explained(slug: str) -> str:
    text = explanation(slug)
    if text is None:
        return f"## {slug}\n\n{CODES[slug].meaning.capitalize()}."
    lines: list[str] = []
    is_code = False
    for line in text.strip().split("\n"):
        if line.startswith("```"):
            is_code = not is_code
            if is_code:
                lines.append("<!-- other -->")  # tests/diagnostics checks it
        elif not is_code:
            line = re.sub(r"\]\(([a-z-]+)\.md\)", r"](#\1)", f"#{line}" if line.startswith("#") else line)
        lines.append(line)
    return "\n".join(lines)


# Commands


def cli_page() -> str:
    from specc.cli._main import group as main

    assert isinstance(main, click.Group)
    context = click.Context(main, info_name="specc")
    found = {name: command for name in main.list_commands(context) if (command := main.get_command(context, name))}
    rows = [(f"[`specc {name}`](#specc-{name})", _summary(one)) for name, one in found.items()]
    return _page(
        "Commands",
        "the files in `specc/cli/`",
        [
            _help(main),
            _table(("command", "what it does"), rows),
            "Exit codes: 0 where nothing is wrong, 1 for findings, 2 for a command that cannot be understood, "
            "3 for a bug in specc.",
            *(_command(name, one, context) for name, one in found.items()),
        ],
    )


def _command(name: str, command: click.Command, parent: click.Context) -> str:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(["specc", name, *command.collect_usage_pieces(context)])
    parts = [f"## specc {name}", f"```sh\n{usage}\n```", _help(command)]
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    if options:
        parts.append(_table(("option", "default", "meaning"), [_option(one, context) for one in options]))
    return "\n\n".join(parts)


def _option(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    names = ", ".join(f"`{one}`" for one in option.opts)
    if not option.is_flag:
        choices = option.type.choices if isinstance(option.type, click.Choice) else (option.type.name,)
        names += f" `{option.metavar or '|'.join(map(str, choices))}`"
    default = option.default
    is_shown = isinstance(default, (str, int, float)) and not option.is_flag and not option.multiple
    return names, f"`{default}`" if is_shown else "", option.help or ""


def _summary(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ").replace("\b", "").strip()


def _help(command: click.Command) -> str:
    """The help text; a paragraph that click must not wrap is an example."""
    parts: list[str] = []
    for part in re.split(r"\n\s*\n", inspect.cleandoc(command.help or "")):
        is_example = part.lstrip().startswith("\b")
        text = part.replace("\b", "").strip("\n")
        parts.append(f"```sh\n{inspect.cleandoc(text)}\n```" if is_example else text.replace("\n", " "))
    return "\n\n".join(parts)
