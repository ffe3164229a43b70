"""The text of a target file into a Target; every mistake is reported at its place in that file."""

from __future__ import annotations

import re
from typing import Any, cast

from specc.diagnostics import Diagnostics, did_you_mean, short
from specc.ops import _registry as registry
from specc.ops._attributes import Enum, describe, fields_of
from specc.source import Mapping, Node, Scalar, Sequence, Source, Span, compose
from specc.spec.expressions import ExpressionError, check_expression
from specc.targets._model import Constraint, Option, Target, TargetError
from specc.targets._vocabulary import LIMITS, facts_of

BAD = "bad-target"
FIX = "fix the target file, or name another target"
_IS_TARGET = re.compile(r"""^(\{\s*)?["']?target["']?\s*:""", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def decode(source: Source) -> Target:
    """The target that a file of somebody else describes. Raises `TargetError` with everything that is wrong.

    Nothing is quoted from a file that is not a target: a spec may name any file below its folder.
    """
    if not _IS_TARGET.search(source.text):
        message = f"`{source.name}` is not a target file: it has no line `target: 1`"
        raise TargetError(message, "name a target file, or add that line to it", BAD)
    diagnostics = Diagnostics()
    root, problems = compose(source)
    diagnostics.problems(problems)
    if not diagnostics.has_errors:
        _Checker(source, diagnostics).run(root)
    if diagnostics.has_errors or root is None:
        found = tuple(diagnostics.finish(source))
        raise TargetError(f"target file `{source.name}` is not valid", FIX, BAD, found)
    return trusted(root)


def trusted(root: Node) -> Target:
    """The target that a tree describes which has been checked: specc's own are, by the tests."""
    data = _plain(root)
    options = tuple(
        Option(name, tuple(one["values"]), one["default"], one.get("doc", ""), one.get("refused", {}))
        for name, one in data.get("options", {}).items()
    )
    file = data.get("file", {})
    activations = data.get("activations", {})
    return Target(
        name=data["name"],
        doc=data["doc"],
        layout=data.get("layout", "logical"),
        options=options,
        constraints=_constraints(data.get("constraints", [])),
        ops={op: _constraints(rows or []) for op, rows in data.get("ops", {}).items()},
        activations=tuple(activations.get("legal", ())),
        activation_source=activations.get("source", ""),
        lowerings=tuple(data.get("lowerings", ())),
        file_operators=tuple(file.get("operators", ())),
        file_source=file.get("source", ""),
        limits=data.get("limits", {}),
        sources=data.get("sources", {}),
        instead=data.get("instead", {}),
        chosen={option.name: option.default for option in options},
    )


def _constraints(rows: list[dict[str, Any]]) -> tuple[Constraint, ...]:
    return tuple(
        Constraint(
            row["id"],
            str(row["require"]),
            row["message"],
            row.get("source", ""),
            str(row.get("when", "")),
            bool(row.get("hard", False)),
        )
        for row in rows
    )


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return {entry.key.text: _plain(entry.value) for entry in node}


class _Checker:
    """The format first, by the JSON Schema; then what a schema cannot say."""

    def __init__(self, source: Source, diagnostics: Diagnostics) -> None:
        self.source, self.diagnostics = source, diagnostics

    def run(self, root: Node | None) -> None:
        if not isinstance(root, Mapping):
            self.report("a target file is a mapping", root.span if root else self.source.span(0, 1), "not a mapping")
            return
        self.format(root)
        if self.diagnostics.has_errors:
            return
        self.unprintable(root)
        options = self.options(root)
        self.names(root)
        self.constraints(root.get("constraints"), None, options)
        for section in ("ops", "instead"):
            for entry in _entries(root.get(section)):
                if registry.find(entry.key.text) is None:
                    close = did_you_mean(entry.key.text, registry.names())
                    help = f"did you mean `{close}`?" if close else "`specc list ops` shows the ops"
                    self.report(f"{section}: unknown op `{short(entry.key.text)}`", entry.key.span, "not an op", help)
                elif section == "ops":
                    self.constraints(entry.value, entry.key.text, options)

    def format(self, root: Node) -> None:
        from jsonschema import Draft202012Validator  # specc's own targets are tested; only others pay for the import

        from specc.targets._schema import SCHEMA

        validator: Any = Draft202012Validator(SCHEMA)
        for error in validator.iter_errors(_plain(root)):
            path: list[str | int] = list(error.absolute_path)
            self.mismatch(
                error,
                _at(root, path),
                _key(root, path),
                ": ".join(one for one in path if isinstance(one, str)) or "the file",
            )

    def mismatch(self, error: Any, node: Node, key: Span, where: str) -> None:
        """One mistake that the schema found, at the key or the value that is wrong."""
        kind, wanted = str(error.validator), error.validator_value
        if kind == "additionalProperties" and isinstance(node, Mapping):
            known = list(cast("dict[str, Any]", error.schema["properties"]))
            for entry in node:
                if entry.key.text not in known:
                    close = did_you_mean(entry.key.text, [name for name in known if name not in node])
                    help = f"did you mean `{close}`?" if close else f"known here: {', '.join(known)}"
                    self.report(f"{where}: unknown key `{short(entry.key.text)}`", entry.key.span, "not known", help)
        elif kind == "required" and isinstance(node, Mapping):
            for name in wanted:
                if name not in node:
                    self.report(
                        f"{where}: required key `{name}` is missing", key, f"no `{name}` given", f"add `{name}`"
                    )
        elif kind == "enum":
            close = did_you_mean(_text(node), wanted)
            help = f"did you mean `{close}`?" if close else ""
            self.report(f"{where}: expected {_listed(wanted)}, found {describe(node)}", node.span, "not valid", help)
        elif kind == "const":
            self.report(f"{where}: expected {wanted}, found {describe(node)}", node.span, "not known")
        elif kind == "type":
            nouns = [_NOUNS[one] for one in ([wanted] if isinstance(wanted, str) else wanted)]
            self.report(f"{where}: expected {' or '.join(nouns)}, found {describe(node)}", node.span, "not valid")
        elif kind == "pattern":
            message = f"{where}: expected {error.schema['description']}, found {describe(node)}"
            self.report(message, node.span if node.span else key, "not valid")
        else:
            self.report(f"{where}: {_RULES.get(kind, 'not valid')}", node.span, "not valid")

    def unprintable(self, node: Node) -> None:
        """Text with control characters in it could be shown as something else than it is."""
        if isinstance(node, Mapping):
            for entry in node:
                self.unprintable(entry.key)
                self.unprintable(entry.value)
        elif isinstance(node, Sequence):
            for item in node.items:
                self.unprintable(item)
        elif not node.text.replace("\n", "").isprintable():
            self.report("text with characters that are not printable", node.span, "here", "remove them")

    def options(self, root: Mapping) -> dict[str, tuple[str, ...]]:
        """The values of each option."""
        found: dict[str, tuple[str, ...]] = {}
        for entry in _entries(root.get("options")):
            option = entry.value
            assert isinstance(option, Mapping)
            name = entry.key.text
            values = tuple(_plain(option.get("values") or Sequence(option.span, ())))
            found[name] = values
            default = option.get("default")
            if default is not None and _text(default) not in values:
                message = f"option `{name}`: the default `{short(_text(default))}` is not among its values"
                self.report(message, default.span, "not a value", f"its values are {_listed(values)}")
            if name in facts_of(None):
                message = f"option `{name}` has the name of a fact about nodes"
                self.report(message, entry.key.span, "already a fact", "rename the option")
            for one in _entries(option.get("refused")):
                if one.key.text in values:
                    message = f"option `{name}`: `{short(one.key.text)}` is both a value and refused"
                    self.report(message, one.key.span, "also a value", "remove it from one of the two")
        return found

    def names(self, root: Mapping) -> None:
        """Limits and activations, which have names of specc's own."""
        for entry in _entries(root.get("limits")):
            if entry.key.text not in LIMITS:
                close = did_you_mean(entry.key.text, LIMITS)
                help = f"did you mean `{close}`?" if close else f"known: {', '.join(LIMITS)}"
                self.report(f"limits: unknown limit `{short(entry.key.text)}`", entry.key.span, "not known", help)
        activations = root.get("activations")
        legal = activations.get("legal") if isinstance(activations, Mapping) else None
        kind = fields_of(registry.get("Activation").attributes)["activation"].kind
        known = kind.values if isinstance(kind, Enum) else ()
        for item in legal.items if isinstance(legal, Sequence) and known else ():
            if _text(item) not in known:
                close = did_you_mean(_text(item), known)
                help = f"did you mean `{close}`?" if close else "`specc list ops Activation` shows them"
                self.report(f"activations: unknown activation `{short(_text(item))}`", item.span, "not known", help)

    def constraints(self, rows: Node | None, op: str | None, options: dict[str, tuple[str, ...]]) -> None:
        known = facts_of(op) | options.keys()
        values = {**options, "op": tuple(registry.names())}
        for row in rows.items if isinstance(rows, Sequence) else ():
            assert isinstance(row, Mapping)
            id = _text(row.get("id") or row)
            for key in ("require", "when"):
                node = row.get(key)
                if isinstance(node, Scalar):
                    self.condition(node, id, known, values)
            message = row.get("message")
            if isinstance(message, Scalar):
                for found in _PLACEHOLDER.finditer(message.text):
                    if found[1] not in known:
                        place = message.part(found.start(), len(found[0]))
                        self.unknown_fact(found[1], id, place, known)

    def condition(self, node: Scalar, id: str, known: frozenset[str], values: dict[str, tuple[str, ...]]) -> None:
        try:
            check_expression(node.text, known, values)
        except ExpressionError as error:
            place = node.part(error.at, error.length or 1)
            if error.name is not None:
                self.unknown_fact(error.name, id, place, known)
            else:
                self.report(f"constraint `{id}`: {error.message}", place, "here", error.help or FIX)

    def unknown_fact(self, name: str, id: str, span: Span, known: frozenset[str]) -> None:
        close = did_you_mean(name, sorted(known))
        help = f"did you mean `{close}`?" if close else f"known here: {', '.join(sorted(known))}"
        self.report(f"constraint `{id}`: unknown fact `{short(name)}`", span, "not known", help)

    def report(self, message: str, span: Span, label: str, help: str = FIX) -> None:
        self.diagnostics.report(BAD, message, (span, label), help=help or FIX)


_NOUNS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "an integer",
    "null": "nothing",
    "object": "a mapping",
    "string": "a string",
}
_RULES = {
    "maxLength": "too long",
    "minItems": "has no items",
    "minimum": "too small",
    "uniqueItems": "an item is given twice",
}


def _entries(node: Node | None) -> Mapping | tuple[()]:
    return node if isinstance(node, Mapping) else ()


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _listed(values: Any) -> str:
    return " or ".join(f"`{short(str(one))}`" for one in values)


def _at(root: Node, path: list[str | int]) -> Node:
    """The node at a path."""
    node = root
    for part in path:
        if isinstance(node, Mapping):
            node = node.get(str(part)) or node
        elif isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part]
    return node


def _key(root: Node, path: list[str | int]) -> Span:
    """The key of the node at a path; the start of an item of a list."""
    outer = _at(root, path[:-1])
    if path and isinstance(outer, Mapping) and (entry := outer.entry(str(path[-1]))):
        return entry.key.span
    node = _at(root, path)
    first = node.entries[0].key.span if isinstance(node, Mapping) and node.entries else None
    return first or node.span
