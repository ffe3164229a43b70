"""A target: options, legal ops with their constraints, lowerings, file operators. Read from YAML, judged here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from specc.diagnostics import Diagnostic
from specc.spec.expressions import ExpressionError, evaluate

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
OP = "op"  # the id of the violation that an op outside `Target.ops` is
ACTIVATION = "activation"  # the id of the violation that an activation outside `Target.activations` is


class TargetError(Exception):
    """A target that does not exist or whose file is not valid; `code` is the diagnostic's.

    `found` holds what is wrong in the file, each at its place.
    """

    def __init__(
        self, message: str, help: str = "", code: str = "unknown-target", found: tuple[Diagnostic, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message, self.help, self.code, self.found = message, help, code, found


@dataclass(frozen=True, slots=True)
class Option:
    """A choice a spec may make under `targets:`. `refused` maps values that are not taken to the reason."""

    name: str
    values: tuple[str, ...]
    default: str
    doc: str = ""
    refused: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition on a node's facts and the target's options. `source` cites the document it comes from.

    `require` has to hold wherever `when` holds; both are expressions over facts and options. A `hard` one no lowering
    can fix: it is an error where the user's node does not meet it.
    """

    id: str
    require: str
    message: str
    source: str = ""
    when: str = ""
    hard: bool = False

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the constraint is met. Raises `ExpressionError` where it names a fact that there is not."""
        if self.when and not evaluate(self.when, facts):
            return True
        return bool(evaluate(self.require, facts))

    def describe(self, facts: Mapping[str, Any]) -> str:
        """The message with the node's own figures in it; what is no fact stays as it is written."""
        return _PLACEHOLDER.sub(lambda found: str(facts.get(found[1], found[0])), self.message)

    @property
    def quoted(self) -> set[str]:
        """The facts that the message quotes."""
        return set(_PLACEHOLDER.findall(self.message))


@dataclass(frozen=True, slots=True)
class Violation:
    """A constraint that a node does not meet, or an op or activation that the target does not have."""

    id: str
    message: str
    source: str = ""
    hard: bool = False
    constraint: Constraint | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What a compile target takes.

    `ops` maps a legal op to its constraints; an empty mapping means that every op is legal. `activations` are those a
    layer may apply, empty for any. `instead` says what to use in place of ops that nothing lowers. `file_operators`
    are the TFLite operators that a written file may hold. `layout` is the layout of tensors: `logical` (as in the
    spec) or `nhwc` (four-dimensional, features on channels).
    """

    name: str
    doc: str
    layout: str = "logical"
    options: tuple[Option, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    ops: Mapping[str, tuple[Constraint, ...]] = field(default_factory=dict[str, "tuple[Constraint, ...]"])
    activations: tuple[str, ...] = ()
    activation_source: str = ""
    lowerings: tuple[str, ...] = ()
    file_operators: tuple[str, ...] = ()
    file_source: str = ""
    limits: Mapping[str, int] = field(default_factory=dict[str, int])
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    instead: Mapping[str, str] = field(default_factory=dict[str, str])
    chosen: Mapping[str, str] = field(default_factory=dict[str, str])

    def violations(self, facts: Mapping[str, Any]) -> list[Violation]:
        """Everything that makes a node illegal, what says most about it first; empty where it is legal.

        Raises `TargetError` for a bad constraint.
        """
        if not self.ops:
            return []
        known = {**facts, **self.chosen}
        op = str(facts["op"])
        found: list[Violation] = []
        if op not in self.ops:
            found.append(self.lacks(op))
        found += self._unmet(self.ops.get(op, ()), known)
        activation = facts.get("activation")
        if isinstance(activation, str) and self.activations and activation not in self.activations:
            message = f"{self.name} does not run the activation `{activation}`"
            found.append(Violation(ACTIVATION, message, self.cite(self.activation_source)))
        found += self._unmet(self.constraints, known)
        # sizes that are not fixed hide what a node is, except where nothing would help
        return found if op in self.instead else sorted(found, key=lambda one: not one.hard)

    def lacks(self, op: str) -> Violation:
        """The violation that an op outside `ops` is."""
        return Violation(OP, f"{self.name} has no {op}", self.cite(self.file_source))

    def _unmet(self, constraints: Sequence[Constraint], known: Mapping[str, Any]) -> list[Violation]:
        return [
            Violation(one.id, one.describe(known), self.cite(one.source), one.hard, one)
            for one in constraints
            if not self.holds(one, known)
        ]

    def holds(self, constraint: Constraint, facts: Mapping[str, Any]) -> bool:
        try:
            return constraint.holds(facts)
        except ExpressionError as error:
            message = f"target `{self.name}`: the constraint `{constraint.id}` cannot be judged: {error.message}"
            raise TargetError(message, "fix the constraint in the target file", "bad-target") from None

    def cite(self, source: str) -> str:
        """A source with its key written out: `A: Conv row` becomes the document and the row."""
        key, _, row = source.partition(":")
        return f"{self.sources[key]}:{row}" if key in self.sources and row else self.sources.get(source, source)
